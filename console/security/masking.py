"""Masking: how a number looks to those who may not see it in full."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from console.escaping import quoted, quoted_all
from console.i18n import catalogue, gettext
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
    (drawn,) = draw_all([value], [record_id], kind, model=model, column=column)
    return Markup(drawn)  # noqa: S704 - it was drawn escaped


def draw_all(
    values: Sequence[str | None],
    ids: Sequence[Any],
    kind: str = "phone",
    *,
    model: type[Any],
    column: str,
) -> list[str]:
    """Return one column's values in the rows *ids*, each as `draw` draws it."""
    seen = frozenset(seen_in_full(model, ids))
    revealed = may_reveal(model, frozenset(ids) - seen)
    opening, closing = _button(model, column) if revealed else ("", "")
    opening = f"</span>{opening}"
    shown = [
        (value or "") if number in seen else mask(value, kind)
        for value, number in zip(values, ids, strict=True)
    ]
    names = [each if type(each) is int else quoted(str(each)) for each in ids]
    return [
        text
        if not value or hidden == value or number not in revealed
        else f'<span class="masked"><span data-masked>{text}{opening}{name}{closing}</span>'
        for text, hidden, value, number, name in zip(
            quoted_all(shown), shown, values, ids, names, strict=True
        )
    ]


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


def _button(model: type[Any], column: str) -> tuple[str, str]:
    """Return what stands before and after the number of a record in the button of its value."""
    from console.assets import icon

    kept: dict[Any, tuple[str, str]]
    kept = current_app.extensions["console"].remember("buttons that reveal", dict)
    asked = model, column, catalogue()
    if asked not in kept:
        opening, _number, closing = BUTTON.format(
            url=url_for("reveal.show"),
            table=model.__tablename__,
            number=NUMBER,
            column=column,
            label=gettext("Show the whole number"),
            icon=icon("eye", "sm"),
        ).partition(NUMBER)
        kept[asked] = str(opening), str(closing)
    return kept[asked]
