"""Masking: how a number looks to those who may not see it in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from console.i18n import gettext
from console.security.actors import acts_as_console
from console.security.permissions import REVEAL_PHONES, SEE_PHONES

STARS = "****"
#: Where the number of a record stands in the button of any record.
NUMBER = "\0"
BUTTON = Markup(
    '<button class="reveal" type="button" data-url="{url}" data-reveal="{table}"'
    ' data-id="{number}" data-column="{column}" aria-label="{label}" title="{label}">'
    "{icon}</button>"
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
    return drawer(kind, model=model, column=column)(value, record_id)


def drawer(
    kind: str = "phone", *, model: type[Any], column: str
) -> Callable[[str | None, Any], str]:
    """Return what draws one column's values, by value and number of the record, as `draw` does."""
    if sees_all():
        return lambda value, _number: escape(value or "")
    if not REVEAL_PHONES.held():
        return lambda value, _number: escape(mask(value, kind))
    opening, closing = _button(model, column).split(NUMBER)

    def draw_one(value: str | None, number: Any) -> str:
        shown = mask(value, kind)
        if not value or shown == value:
            return escape(shown)
        return Markup(  # noqa: S704 - every part is escaped or ours
            f'<span class="masked"><span data-masked>{escape(shown)}</span>'
            f"{opening}{escape(number)}{closing}</span>"
        )

    return draw_one


def _button(model: type[Any], column: str) -> str:
    from console.assets import icon

    return BUTTON.format(
        url=url_for("reveal.show"),
        table=model.__tablename__,
        number=NUMBER,
        column=column,
        label=gettext("Show the whole number"),
        icon=icon("eye", "sm"),
    )
