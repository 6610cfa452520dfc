"""Reading the books: trial balances as of any moment, and journals whole, one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import Name
from plugins.ledger.models import (
    Account,
    Handover,
    Journal,
    Leg,
    Link,
    Lot,
    Payment,
    Refund,
    Use,
)
from plugins.ledger.models.accounts import in_sight

ACCOUNT: Any = Account.__table__
JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
Row = Mapping[Any, Any]
#: What belongs to a journal besides its legs.
PARTS: dict[str, Any] = {
    "payments": Payment.__table__,
    "refunds": Refund.__table__,
    "lots": Lot.__table__,
    "uses": Use.__table__,
    "links": Link.__table__,
    "handovers": Handover.__table__,
}


@dataclass(frozen=True)
class Sum:
    """What all accounts of one kind and unit add up to."""

    unit: str
    kind: str
    accounts: int
    debits: int
    credits: int


def trial_balance(
    as_of: dt.datetime | None = None, stores: frozenset[int] | None = None
) -> list[Sum]:
    """Sum the accounts by unit and kind, now or as they were at the moment *as_of*.

    With *stores* only the accounts that are in sight from there: then a unit need not balance.
    """
    if as_of is None:
        debits, credits = ACCOUNT.c.debits, ACCOUNT.c.credits
        source: Any = ACCOUNT
    else:
        moved = _moved(as_of)
        debits, credits = moved.c.debits, moved.c.credits
        source = ACCOUNT.join(moved, moved.c.id == ACCOUNT.c.id)
    rows = api.db.session.execute(
        sa.select(
            ACCOUNT.c.unit,
            ACCOUNT.c.kind,
            sa.func.count().label("accounts"),
            sa.func.sum(debits).label("debits"),
            sa.func.sum(credits).label("credits"),
        )
        .select_from(source)
        .where(sa.true() if stores is None else in_sight(ACCOUNT.c, stores))
        .group_by(ACCOUNT.c.unit, ACCOUNT.c.kind)
        .order_by(ACCOUNT.c.unit, ACCOUNT.c.kind)
    )
    return [
        Sum(row.unit, row.kind, row.accounts, int(row.debits), int(row.credits)) for row in rows
    ]


def _moved(as_of: dt.datetime) -> Any:
    """Sum legs per account up to a moment."""
    then = sa.select(JOURNAL.c.id).where(JOURNAL.c.posted_at <= as_of)
    sides = [
        sa.select(side.label("id"), debit.label("debit"), credit.label("credit")).where(
            LEG.c.journal_id.in_(then)
        )
        for side, debit, credit in (
            (LEG.c.debit_id, LEG.c.amount, sa.literal(0)),
            (LEG.c.credit_id, sa.literal(0), LEG.c.amount),
        )
    ]
    both = sa.union_all(*sides).subquery()
    return (
        sa.select(
            both.c.id,
            sa.func.sum(both.c.debit).label("debits"),
            sa.func.sum(both.c.credit).label("credits"),
        )
        .group_by(both.c.id)
        .subquery()
    )


@dataclass
class WholeJournal:
    """A journal with all that belongs to it."""

    head: Row
    legs: list[tuple[Row, Name, Name]] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    lots: list[Row] = field(default_factory=list)
    uses: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    handovers: list[Row] = field(default_factory=list)


def whole_journals(
    connection: sa.Connection, after_id: int = 0, through_id: int | None = None
) -> Iterator[WholeJournal]:
    """Yield journals by number, read side by side from all tables, whatever the size."""
    span = (after_id, through_id)
    with ExitStack() as stack:
        legs = _Follower(stack, connection, _within(legs_with_names(), LEG, *span))
        followers = {
            key: _Follower(stack, connection, _within(sa.select(table), table, *span))
            for key, table in PARTS.items()
        }
        heads = sa.select(JOURNAL).order_by(JOURNAL.c.id)
        for head in _stream(stack, connection, _limit(heads, JOURNAL.c.id, *span)):
            journal = WholeJournal(head)
            for row in legs.up_to(head["id"]):
                journal.legs.append((row, name_of_side(row, "debit"), name_of_side(row, "credit")))
            for key, follower in followers.items():
                setattr(journal, key, follower.up_to(head["id"]))
            yield journal


def _limit(rows: Any, number: Any, after_id: int, through_id: int | None) -> Any:
    rows = rows.where(number > after_id)
    return rows if through_id is None else rows.where(number <= through_id)


def _within(rows: Any, table: Any, after_id: int, through_id: int | None) -> Any:
    ordered = rows.order_by(table.c.journal_id, *table.primary_key)
    return _limit(ordered, table.c.journal_id, after_id, through_id)


def _stream(stack: ExitStack, connection: sa.Connection, statement: Any) -> Iterator[Row]:
    rows = connection.execute(statement.execution_options(yield_per=2_000))
    stack.callback(rows.close)
    return iter(rows.mappings())


def legs_with_names() -> Any:
    """Select legs, each with the names of both accounts."""
    sides = {side: ACCOUNT.alias(side) for side in ("debit", "credit")}
    names = [
        alias.c[field_].label(f"{side}_{field_}_")
        for side, alias in sides.items()
        for field_ in Name._fields
    ]
    return (
        sa.select(LEG, *names)
        .outerjoin(sides["debit"], sides["debit"].c.id == LEG.c.debit_id)
        .outerjoin(sides["credit"], sides["credit"].c.id == LEG.c.credit_id)
    )


def name_of_side(row: Row, side: str) -> Name:
    """Return the name of an account of such a leg: of its "debit" or "credit" side."""
    return Name(*(row[f"{side}_{field_}_"] for field_ in Name._fields))


class _Follower:
    """Rows of one table in the order of their journals, handed out journal by journal."""

    def __init__(self, stack: ExitStack, connection: sa.Connection, rows: Any) -> None:
        self._rows = _stream(stack, connection, rows)
        self._next = next(self._rows, None)

    def up_to(self, journal_id: int) -> list[Row]:
        """Return the rows of a journal, passing over those of journals that are gone."""
        found = []
        while self._next is not None and self._next["journal_id"] <= journal_id:
            if self._next["journal_id"] == journal_id:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found
