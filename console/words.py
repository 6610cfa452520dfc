"""Words that are kept now and read later, by people of several languages."""

from __future__ import annotations

from typing import Any

from flask_babel.speaklater import LazyString

from console.i18n import gettext


def freeze(words: object) -> dict[str, Any]:
    """Turn marked words (`_("… %(name)s", name=…)`) or plain text into what JSON can hold."""
    if isinstance(words, LazyString) and words._args:
        values = {key: _freeze_value(value) for key, value in words._kwargs.items()}
        return {"message": str(words._args[0]), "values": values}
    return {"text": str(words)}


def thaw(kept: dict[str, Any] | None) -> str:
    """Return kept words in the reader's language."""
    if not kept:
        return ""
    if "text" in kept:
        return str(kept["text"])
    values = {
        key: thaw(value) if isinstance(value, dict) else value
        for key, value in kept.get("values", {}).items()
    }
    return gettext(kept["message"], **values)


def _freeze_value(value: object) -> Any:
    if isinstance(value, LazyString):
        return freeze(value)
    return value if isinstance(value, (str, int, float)) else str(value)
