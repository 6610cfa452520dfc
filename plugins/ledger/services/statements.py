"""Statements: the legs of an account with its balance after each, and those of a journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import KINDS, Name
from plugins.ledger.models import Account, Journal, Leg, Lot, Payment, Use

ACCOUNT: Any = Account.__table__
JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
LOT: Any = Lot.__table__
USE: Any = Use.__table__
PAYMENT: Any = Payment.__table__
#: A statement shows so many legs, the newest first.
SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """One line of an account's statement, seen from this account."""

    journal_id: int
    posted_at: dt.datetime
    code: str
    ref: str | None
    other: Name
    other_id: int
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True)
class JournalLeg:
    """One leg of a journal, with the accounts by name."""

    debit_id: int
    debit: Name
    credit_id: int
    credit: Name
    amount: int


def balance_of(account: Any) -> int:
    """Return an account's balance on the side that is normal for its kind."""
    debits, credits = int(account.debits), int(account.credits)
    return debits - credits if is_debit(account.kind) else credits - debits


def is_debit(kind: str) -> bool:
    """Tell whether an account of a kind normally has more debits than credits."""
    return kind in KINDS and KINDS[kind].normal == "debit"


def names_of(ids: Sequence[int]) -> dict[int, Name]:
    """Return the names of accounts, by number."""
    fields = (ACCOUNT.c[field] for field in Name._fields)
    rows = api.db.session.execute(
        sa.select(ACCOUNT.c.id, *fields).where(ACCOUNT.c.id.in_(set(ids)))
    )
    return {number: Name(*name) for number, *name in rows}


def statement_of(account: Account) -> list[Entry]:
    """Return an account's newest legs, each with the balance that it left behind."""
    rows = api.db.session.execute(
        sa.select(LEG, JOURNAL.c.posted_at, JOURNAL.c.code, JOURNAL.c.ref)
        .join(JOURNAL, JOURNAL.c.id == LEG.c.journal_id)
        .where(sa.or_(LEG.c.debit_id == account.id, LEG.c.credit_id == account.id))
        .order_by(LEG.c.id.desc())
        .limit(SHOWN)
    ).all()
    names = names_of([number for row in rows for number in (row.debit_id, row.credit_id)])
    balance, sign = balance_of(account), -1 if is_debit(account.kind) else 1
    found = []
    for row in rows:
        credited = row.credit_id == account.id
        other_id = row.debit_id if credited else row.credit_id
        debit, credit = (0, row.amount) if credited else (row.amount, 0)
        found.append(
            Entry(
                row.journal_id,
                row.posted_at,
                row.code,
                row.ref,
                names[other_id],
                other_id,
                debit,
                credit,
                balance,
            )
        )
        balance -= sign * (credit - debit)
    return found


def legs_of(journal_id: int) -> list[JournalLeg]:
    """Return the legs of a journal, in the order in which they were posted."""
    rows = api.db.session.execute(
        sa.select(LEG).where(LEG.c.journal_id == journal_id).order_by(LEG.c.id)
    ).all()
    names = names_of([number for row in rows for number in (row.debit_id, row.credit_id)])
    return [
        JournalLeg(
            row.debit_id, names[row.debit_id], row.credit_id, names[row.credit_id], row.amount
        )
        for row in rows
    ]


def uses_of(journal_id: int) -> Sequence[Any]:
    """Return what a journal took from lots, or gave back to them, as it was frozen."""
    return api.db.session.execute(
        sa.select(USE, LOT.c.unit, LOT.c.kind, LOT.c.product, PAYMENT.c.ref)
        .join(LOT, LOT.c.id == USE.c.lot_id)
        .join(PAYMENT, PAYMENT.c.id == USE.c.payment_id)
        .where(USE.c.journal_id == journal_id)
        .order_by(USE.c.id)
    ).all()


def reversal_of(journal_id: int) -> int | None:
    """Return the number of the journal that took this one back."""
    query = sa.select(JOURNAL.c.id).where(JOURNAL.c.reverses_id == journal_id)
    return api.db.session.scalar(query)
