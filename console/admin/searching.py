"""What the search box of a list looks for, until a plugin brings something better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console.admin.attributes import Attribute, attribute_of
from console.admin.scope import read_id, sees
from console.db import db

#: The digits of a whole phone number, and of the tail that anybody may look for.
PHONE, TAIL = 11, 4
WIDE = str.maketrans("０１２３４５６７８９", "0123456789")  # noqa: RUF001 - as phones are typed


def where(model: type[Any], keys: Sequence[str], text: str) -> sa.ColumnElement[bool]:
    """Return the condition that each word of *text* is found in one of the attributes."""
    attributes = [attribute_of(model, key) for key in keys]
    phones = [each for each in attributes if each.kind == "phone"]
    found = []
    for word in text.split()[:5]:
        whole = len(word) >= PHONE and word.isdecimal()
        asked = phones if phones and whole else attributes  # an index answers for a whole number
        found.append(sa.or_(sa.false(), *(_finds(model, each, word) for each in asked)))
    return sa.and_(sa.true(), *found)


def _finds(model: type[Any], attribute: Attribute, word: str) -> sa.ColumnElement[bool]:
    column = getattr(model, attribute.key)
    if attribute.kind == "phone":
        return _finds_phone(column, word)
    if attribute.target is not None:
        return sa.false()
    if attribute.kind == "number":
        number = read_id(model, word)
        return sa.false() if number is None else column == number
    if not sees(attribute.sensitive):
        return sa.cast(column == word, sa.Boolean)
    return contains(column, word)


def contains(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Return the condition that *text* stands in *column*, in any case; wildcards are plain text.

    SQLite's LIKE ignores the case of itself; to lower every value first would cost twice.
    """
    own = db.engine.dialect.name == "sqlite"
    find = column.contains if own else column.icontains
    condition: sa.ColumnElement[bool] = find(text, autoescape=True)
    return condition


def _finds_phone(column: Any, word: str) -> sa.ColumnElement[bool]:
    """Find a whole number, or one by its last four digits; parts would give it away."""
    digits = word.translate(WIDE)
    if not digits.isdecimal():
        return sa.false()
    condition: sa.ColumnElement[bool]
    if len(digits) == TAIL:
        condition = column.endswith(digits)
    elif len(digits) >= PHONE or not sees("phone"):
        condition = column == digits
    else:
        condition = column.contains(digits)
    return condition
