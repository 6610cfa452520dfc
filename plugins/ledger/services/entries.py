"""What is handed to the ledger: entries, moves, and what belongs to them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from plugins.ledger.chart import AGREEMENTS, Name


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The head of a journal: its key, why, where, and how the member agreed.

    *key* makes a request repeatable; *asked* is what the person sent (plain values) and is
    compared when the key comes again, so it never holds what was computed. Without *asked* the
    arguments of the call stand for it. Operator and device are taken from who acts; without
    *business_on* it goes into today's books, or those of the next open day. *done_on* is the day
    on which the member paid or was served, where the books have it on another one: terms count
    from it.
    """

    key: str
    code: str
    asked: Any = None
    ref: str | None = None
    store_id: int | None = None
    business_on: dt.date | None = None
    done_on: dt.date | None = None
    agreed_by: str | None = None
    device: str | None = None
    approver_id: int | None = None
    note: str = ""
    #: The journal that this one takes back; `reverse()` sets it.
    reverses_id: int | None = None

    def __post_init__(self) -> None:
        if not self.key or not self.code:
            raise ValueError("a journal needs a key and a code")
        if self.agreed_by not in (None, *AGREEMENTS):
            raise ValueError(f"unknown way of agreeing: {self.agreed_by!r}")


class Move(NamedTuple):
    """An amount above zero, from the account that is debited to the one that is credited."""

    debit: Name
    credit: Name
    amount: int


class Change(NamedTuple):
    """An account that changes hands: its name before and after."""

    account_id: int
    before: Name
    after: Name


@dataclass(frozen=True)
class Posted:
    """A journal that was posted: now, or before under the same key."""

    journal_id: int
    fresh: bool


@dataclass
class Draft:
    """All that one journal brings besides its head, as rows for the tables."""

    moves: list[Move] = field(default_factory=list)
    payments: list[tuple[str, int]] = field(default_factory=list)
    #: Numbers of payments and amounts.
    refunds: list[tuple[int, int]] = field(default_factory=list)
    lots: list[dict[str, Any]] = field(default_factory=list)
    uses: list[dict[str, Any]] = field(default_factory=list)
    #: Accounts that change hands.
    changes: list[Change] = field(default_factory=list)


def canonical(value: Any) -> bytes:
    """Write *value* in the one way that is hashed, the same on every engine."""
    text = json.dumps(
        value, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be hashed")


def request_hash(entry: Entry, asked: Any) -> str:
    """Return the hash of what was asked for under a key."""
    told = entry.asked if entry.asked is not None else asked
    return hashlib.sha256(canonical([entry.code, told])).hexdigest()
