"""Reversing: a journal is taken back once, by its mirror image; nothing is ever edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.chart import Name
from plugins.ledger.models import Account, Journal, Leg, Payment, Refund, Use
from plugins.ledger.services.accounts import lock_accounts
from plugins.ledger.services.bulk import chunks
from plugins.ledger.services.entries import Draft, Entry, Move, Posted
from plugins.ledger.services.lots import running_totals
from plugins.ledger.services.posting import claim_all, write
from plugins.ledger.services.problems import NotReversible

JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
PAYMENT: Any = Payment.__table__
REFUND: Any = Refund.__table__
USE: Any = Use.__table__


@api.unit
def reverse(entry: Entry, journal_id: int) -> Posted:
    """Take a journal back; `AlreadyReversed`, or `Insufficient` when what it gave was spent."""
    return reverse_many([(entry, journal_id)])[0]


@api.unit
def reverse_many(items: Sequence[tuple[Entry, int]]) -> list[Posted]:
    """Take many journals back at once: all of them or, when one is refused, none."""
    entries = [replace(entry, reverses_id=journal_id) for entry, journal_id in items]
    _check_reversible([journal_id for _entry, journal_id in items])
    claims = claim_all(entries, [journal_id for _entry, journal_id in items])
    fresh = [claim for claim in claims if claim.fresh]
    drafts, known = _mirror([claim.head["reverses_id"] for claim in fresh])
    write([(claim.head, drafts[claim.head["reverses_id"]]) for claim in fresh], known)
    return [claim.posted for claim in claims]


def _check_reversible(journal_ids: Sequence[int]) -> None:
    found: dict[int, int | None] = {}
    for some in chunks(journal_ids):
        rows = api.db.session.execute(
            sa.select(JOURNAL.c.id, JOURNAL.c.reverses_id).where(JOURNAL.c.id.in_(some))
        )
        found |= {row.id: row.reverses_id for row in rows}
        gave_back = sa.select(REFUND.c.id).where(REFUND.c.journal_id.in_(some)).limit(1)
        if api.db.session.scalar(gave_back):
            raise NotReversible
    if len(found) < len(set(journal_ids)):
        raise api.NotFound(_("There is no such journal."))
    if any(found.values()):
        raise NotReversible


def _mirror(journal_ids: Sequence[int]) -> tuple[dict[int, Draft], dict[Name, int]]:
    drafts = {journal_id: Draft() for journal_id in journal_ids}
    known: dict[Name, int] = {}
    for some in chunks(journal_ids):
        for leg, debit, credit in _legs(some):
            drafts[leg.journal_id].moves.append(Move(credit, debit, leg.amount))
            known |= {debit: leg.debit_id, credit: leg.credit_id}
    lock_accounts(known.values())
    for some in chunks(journal_ids):
        payments = sa.select(PAYMENT).where(PAYMENT.c.journal_id.in_(some)).order_by(PAYMENT.c.id)
        for payment in api.db.session.execute(payments.with_for_update(key_share=True)):
            drafts[payment.journal_id].refunds.append((payment.id, payment.amount))
        uses = sa.select(USE).where(USE.c.journal_id.in_(some)).order_by(USE.c.id.desc())
        _give_back(api.db.session.execute(uses).mappings().all(), drafts)
    return drafts, known


def _legs(journal_ids: Sequence[int]) -> Sequence[tuple[Any, Name, Name]]:
    debit: Any = Account.__table__.alias("debit")
    credit: Any = Account.__table__.alias("credit")
    fields = Name._fields
    rows = api.db.session.execute(
        sa.select(
            LEG.c.journal_id,
            LEG.c.debit_id,
            LEG.c.credit_id,
            LEG.c.amount,
            *(debit.c[field].label(f"debit_{field}") for field in fields),
            *(credit.c[field].label(f"credit_{field}") for field in fields),
        )
        .join(debit, debit.c.id == LEG.c.debit_id)
        .join(credit, credit.c.id == LEG.c.credit_id)
        .where(LEG.c.journal_id.in_(journal_ids))
        .order_by(LEG.c.id)
    )
    width = len(fields)
    return [(row, Name(*row[4 : 4 + width]), Name(*row[4 + width :])) for row in rows]


def _give_back(uses: Sequence[Mapping[Any, Any]], drafts: Mapping[int, Draft]) -> None:
    running = running_totals({use["lot_id"] for use in uses})
    for use in uses:
        totals = running[use["lot_id"]]
        drafts[use["journal_id"]].uses.append(
            totals.give_back(use, use["paid"], use["gift"], use["income_fen"])
        )
