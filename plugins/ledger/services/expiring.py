"""Gifts of lots that end on a day of their own: what is left of them goes, and no money with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import BONUS, salon
from plugins.ledger.models import Account, Journal, Lot
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.lots import LotState, RunningTotals, locked_lots, read_lots
from plugins.ledger.services.posting import claim_one, write

LOT: Any = Lot.__table__
ACCOUNT: Any = Account.__table__


def gifts_ending(first: dt.date | None, last: dt.date) -> list[LotState]:
    """Return the lots of which gift is left that ends from one day to another; None: any before."""
    wanted = (
        sa.select(LOT.c.id)
        .join(ACCOUNT, ACCOUNT.c.id == LOT.c.gift_account_id)
        .where(LOT.c.gift_until_on <= last, ACCOUNT.c.credits > ACCOUNT.c.debits)
        .order_by(LOT.c.id)
    )
    if first is not None:
        wanted = wanted.where(LOT.c.gift_until_on >= first)
    return read_lots(api.db.session.scalars(wanted))


@api.unit
def expire_gift(lot_id: int, before: dt.date) -> int:
    """Let what is left of a lot's gift end if its last day lies before a day; return how much.

    A gift is a discount: the money stays behind what was paid, and is earned as that is spent.
    Where nothing of it is left to spend, all of it is earned now. Repeatable.
    """
    found = next(iter(read_lots([lot_id])), None)
    if found is None or found.gift_until_on is None or found.gift_until_on >= before:
        return 0
    sold_in = sa.select(Journal.store_id).where(Journal.id == found.journal_id)
    store_id = api.db.session.scalar(sold_in)
    names = [salon("issued", store_id, BONUS), salon("revenue", store_id)]
    lots = locked_lots(found.member_id, "money", names)
    lot = next((one for one in lots if one.id == lot_id), None)
    if lot is None or not lot.gift_left:
        return 0
    entry = Entry(
        key=f"expire_bonus:{lot.id}:{lot.last_use}",
        code="expire_bonus",
        ref=f"expire_bonus:{lot.id}",
        store_id=store_id,
    )
    claim = claim_one(entry, [lot.id, lot.gift_left])
    if claim.fresh:
        write([(claim.head, _draft(entry, lot))])
    return lot.gift_left


def _draft(entry: Entry, lot: LotState) -> Draft:
    draft = Draft(payments=[(entry.key, lot.gift_left)])
    _paid, gift, unearned = lot.names
    draft.moves.append(Move(gift, salon("issued", entry.store_id, BONUS), lot.gift_left))
    earned = 0 if lot.paid_left else lot.unearned_left
    if earned:
        draft.moves.append(Move(unearned, salon("revenue", entry.store_id), earned))
    totals = RunningTotals(lot.id, lot.kind, lot.last_use, lot.used, lot.earned_fen)
    frozen: dict[str, Any] = dict.fromkeys(("list_fen", "deal_fen", "staff_id"))
    draft.uses.append(totals.add(0, lot.gift_left, earned, payment_id=entry.key, **frozen))
    return draft
