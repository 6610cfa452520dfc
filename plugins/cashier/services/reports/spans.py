"""What a report covers: days, stores, and the moment as of which the books are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from plugins.cashier.models import Bill, Settlement
from plugins.ledger.api import Account, Journal, Leg

JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
ACCOUNT: Any = Account.__table__
#: Accounts that hold the salon's money.
MONEY = ("cash", "wechat", "bank", "receivable")
#: Journals that move the salon's own money: neither receipts nor refunds.
DRAWER = ("cash_count", "cash_move", "platform_fee", "channel_paid")
Conditions = Iterator[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Span:
    """The business days from *first* to *last*, of some *stores* (None: all), as of a moment."""

    first: dt.date
    last: dt.date
    stores: frozenset[int] | None = None
    as_of: dt.datetime | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def at(self, store_id: int | None = None, day: dt.date | None = None) -> Span:
        """Return one store or one day of it."""
        stores = self.stores if store_id is None else frozenset({store_id})
        return replace(self, stores=stores, first=day or self.first, last=day or self.last)

    def holds(self, store: Any, day: Any) -> Conditions:
        """Yield the conditions that a store's and a day's column lie within it."""
        yield day.between(self.first, self.last)
        if self.stores is not None:
            yield store.in_(self.stores)

    def knows(self, at: Any) -> Conditions:
        """Yield the condition that a moment's column was past by then."""
        if self.as_of is not None:
            yield at <= self.as_of

    def standing(self) -> Conditions:
        """Yield the conditions that a settlement stood by then."""
        yield from self.knows(Settlement.settled_at)
        undone = Settlement.undone_at
        yield (
            undone.is_(None)
            if self.as_of is None
            else sa.or_(undone.is_(None), undone > self.as_of)
        )

    def posted(self) -> Conditions:
        """Yield the conditions that a journal belongs to it."""
        yield from self.holds(JOURNAL.c.store_id, JOURNAL.c.business_on)
        yield from self.knows(JOURNAL.c.posted_at)


def first_settlement() -> sa.ColumnElement[bool]:
    """Return the condition that a settlement froze the lines of its bill, and paid no old debt."""
    before = aliased(Settlement)
    earlier = sa.select(before.id).where(
        before.bill_id == Settlement.bill_id,
        before.number < Settlement.number,
        sa.or_(before.undone_at.is_(None), before.undone_at > Settlement.settled_at),
    )
    return ~sa.exists(earlier)


def voided_day() -> Any:
    """Return the column of the day on which a bill was made void."""
    return sa.func.coalesce(Bill.voided_on, Bill.booked_on)


def undone_day() -> Any:
    """Return the column of the day on which a settlement was undone."""
    return sa.func.coalesce(Settlement.undone_on, Settlement.booked_on)


def paid_a_debt() -> Any:
    """Return the condition that an undone settlement paid what an earlier one left owing."""
    before: Any = sa.orm.aliased(Settlement)
    kept = sa.select(before.id).where(
        before.bill_id == Settlement.bill_id,
        before.number < Settlement.number,
        sa.or_(before.undone_at.is_(None), before.undone_at > Settlement.undone_at),
    )
    return sa.exists(kept)


def effective_code() -> tuple[Any, Any]:
    """Return why a journal was posted (for a reversal, the reversed one), and the table to join."""
    reversed_: Any = JOURNAL.alias("reversed")
    return sa.func.coalesce(reversed_.c.code, JOURNAL.c.code), reversed_


def total(column: Any) -> Any:
    """Return a sum that is zero where there is nothing."""
    return sa.func.coalesce(sa.func.sum(column), 0)
