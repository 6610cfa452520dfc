"""Masking: how a number looks to those who may not see it in full."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from console.i18n import gettext
from console.once import read_once
from console.security import rights
from console.security.actors import acting_user_id, acts_as_console
from console.security.permissions import REVEAL_PHONES, SEE_PHONES, Permission

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
    """Tell whether who acts sees all numbers in full; the console itself writes them masked.

    She does who may see them in every store where she works; `seen_in_full` tells of the rest.
    """
    return not acts_as_console() and _held_wherever_she_works(SEE_PHONES)


def seen_in_full(model: type[Any], ids: Iterable[Any]) -> Collection[Any]:
    """Return those of *ids* whose numbers who acts sees in full, by at most one query.

    It takes the right in the store of the row; in any of them, where it belongs to several.
    """
    return frozenset[Any]() if acts_as_console() else _within(SEE_PHONES, model, ids)


def may_reveal(model: type[Any], ids: Iterable[Any]) -> Collection[Any]:
    """Return those of *ids* whose numbers who acts may reveal, by at most one query."""
    return _within(REVEAL_PHONES, model, ids)


def show(value: str | None, kind: str = "phone", *, model: type[Any], record_id: Any) -> str:
    """Return *value* as who acts may see it, as plain text."""
    return (value or "") if record_id in seen_in_full(model, [record_id]) else mask(value, kind)


def draw(
    value: str | None, kind: str = "phone", *, model: type[Any], record_id: Any, column: str
) -> str:
    """Return *value* as who acts may see it, as HTML: with a button if she may reveal it."""
    return drawer(kind, model=model, column=column, ids=[record_id])(value, record_id)


def drawer(
    kind: str = "phone", *, model: type[Any], column: str, ids: Collection[Any]
) -> Callable[[str | None, Any], str]:
    """Return what draws one column's values in the rows *ids*, by value and number of the record.

    Each is drawn as `draw` does.
    """
    seen = frozenset(seen_in_full(model, ids))
    revealed = may_reveal(model, frozenset(ids) - seen)
    opening, closing = _button(model, column).split(NUMBER) if revealed else ("", "")

    def draw_one(value: str | None, number: Any) -> str:
        shown = (value or "") if number in seen else mask(value, kind)
        if not value or shown == value or number not in revealed:
            return escape(shown)
        return Markup(  # noqa: S704 - every part is escaped or ours
            f'<span class="masked"><span data-masked>{escape(shown)}</span>'
            f"{opening}{escape(number)}{closing}</span>"
        )

    return draw_one


def _held_wherever_she_works(permission: Permission) -> bool:
    stores, user_id = permission.stores(), acting_user_id()
    if not stores or user_id is None:
        return stores is None
    places = rights.read().places(user_id)
    return places is not None and places <= stores


def _within(permission: Permission, model: type[Any], ids: Iterable[Any]) -> Collection[Any]:
    from console.admin import scope

    wanted = frozenset(ids)
    if not wanted or not permission.held():
        return frozenset[Any]()
    if _held_wherever_she_works(permission):
        return wanted
    return read_once(
        ("console.within", permission.key, permission.stores(), model, wanted),
        lambda: scope.reached(model, sorted(wanted), permission),
    )


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
