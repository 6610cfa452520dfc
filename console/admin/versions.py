"""Versions: a short seal over what a person saw, by which a change in between is noticed.

A version is made from the values of the record's fields, so that it holds whoever changes the
record, by whatever way, and does not depend on a column that some way forgets to raise. It is
keyed, so that it tells nothing about a value to whoever may not see it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import current_app

#: Letters of one field's seal in a form's version.
LETTERS = 8
#: Values that Python writes in one way only, much quicker than JSON.
SIMPLE = frozenset({str, int, bool, type(None), dt.date})


def seal(*values: Any) -> str:
    """Return a short keyed digest of *values*."""
    return seal_all([values])[0]


def seal_all(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return the seals of many rows of values.

    They are written so that the same ones read the same, whoever read them from the database.
    """
    key, size = _key(str(current_app.secret_key)), LETTERS * 3 // 4
    written = [
        repr([*row]) if SIMPLE.issuperset(map(type, row)) else _WRITER.encode(tuple(row))
        for row in rows
    ]
    digests = [
        hashlib.blake2b(text.encode(), key=key, digest_size=size).digest() for text in written
    ]
    # Three bytes are four letters, so that all of them can be written at once.
    letters = base64.urlsafe_b64encode(b"".join(digests)).decode()
    return [letters[place : place + LETTERS] for place in range(0, len(letters), LETTERS)]


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"console.version").digest()


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return str(value)


#: Made once: a list seals each of its rows.
_WRITER = json.JSONEncoder(default=_plain, sort_keys=True)


def seal_fields(values: Mapping[str, Any]) -> str:
    """Return the version of a form: one seal after another, in the order of the names."""
    return "".join(seal_all([values[name]] for name in sorted(values)))


def changed_since(version: str, values: Mapping[str, Any]) -> list[str]:
    """Return the names whose values are no longer what *version* was made from.

    A version of another form, or none at all, fits nothing: then all of them are named.
    """
    names = sorted(values)
    if len(version) != LETTERS * len(names):
        return names
    known = [version[place : place + LETTERS] for place in range(0, len(version), LETTERS)]
    seals = seal_all([values[name]] for name in names)
    return [name for name, was, now in zip(names, known, seals, strict=True) if was != now]


def is_untouched(version: str, names: Sequence[str], name: str, value: Any) -> bool:
    """Tell whether *value* is still what the version was made from: she did not change it."""
    place = sorted(names).index(name) * LETTERS
    return version[place : place + LETTERS] == seal(value)
