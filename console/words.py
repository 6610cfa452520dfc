"""Words that are kept now and read later, by people of several languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask_babel import force_locale
from flask_babel.speaklater import LazyString

from console.i18n import LOCALES, gettext, translate


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Translate into one language within the block, whoever the reader of the request is."""
    with force_locale(locale if locale in LOCALES else LOCALES[0]):
        yield


def freeze(words: object, facts: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Turn marked words (`_("… %(name)s", name=…)`) or plain text into what JSON can hold.

    *facts* fill in what the words leave open.
    """
    if isinstance(words, LazyString) and words._args:
        told = {**words._kwargs, **(facts or {})}
        values = {key: _freeze_value(value) for key, value in told.items()}
        return {"message": str(words._args[0]), "values": values}
    return {"text": str(words) % facts if facts else str(words)}


def thaw(kept: dict[str, Any] | None) -> str:
    """Return kept words in the reader's language; of a name what its "names" have for her."""
    if not kept:
        return ""
    if "text" in kept:
        return translate(str(kept["text"]), kept.get("names") or {})
    values = {
        key: thaw(value) if isinstance(value, dict) else value
        for key, value in kept.get("values", {}).items()
    }
    return gettext(kept["message"], **values)


def _freeze_value(value: object) -> Any:
    if isinstance(value, LazyString):
        return freeze(value)
    return value if isinstance(value, (str, int, float)) else str(value)
