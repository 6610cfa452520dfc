"""Masking: how a number looks to those who may not see it in full."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from console.i18n import gettext
from console.security.actors import acts_as_console
from console.security.permissions import REVEAL_PHONES, SEE_PHONES

STARS = "****"
BUTTON = Markup(
    '<span class="masked"><span data-masked>{shown}</span><button class="reveal" type="button"'
    ' data-url="{url}" data-reveal="{table}" data-id="{number}" data-column="{column}"'
    ' aria-label="{label}" title="{label}">{icon}</button></span>'
)


def mask(value: str | None, kind: str = "phone") -> str:
    """Hide the middle of a phone number (138****8000), or all of another text."""
    text = (value or "").strip()
    if not text:
        return ""
    if kind != "phone" or len(text) < 7:
        return STARS
    head = text[:-8] if len(text) >= 11 else text[:2]
    return f"{head}{STARS}{text[-4:] if len(text) >= 10 else text[-2:]}"


def sees_all() -> bool:
    """Tell whether who acts sees numbers in full; the console itself writes them masked."""
    return not acts_as_console() and SEE_PHONES.held()


def show(value: str | None, kind: str = "phone", *, model: type[Any], record_id: Any) -> str:
    """Return *value* as who acts may see it, as plain text."""
    return value or "" if sees_all() else mask(value, kind)


def draw(
    value: str | None, kind: str = "phone", *, model: type[Any], record_id: Any, column: str
) -> str:
    """Return *value* as who acts may see it, as HTML: with a button if she may reveal it."""
    shown = show(value, kind, model=model, record_id=record_id)
    if not value or shown == value or not REVEAL_PHONES.held():
        return escape(shown)
    from console.assets import icon

    return BUTTON.format(
        shown=shown,
        url=url_for("reveal.show"),
        table=model.__tablename__,
        number=record_id,
        column=column,
        label=gettext("Show the whole number"),
        icon=icon("eye", "sm"),
    )
