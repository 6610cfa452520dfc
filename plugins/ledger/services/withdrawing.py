"""Taking exactly so much out of certain lots: adjustments and refunds, which are never income."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console import api
from console.api import _
from plugins.ledger.chart import BONUS, PRINCIPAL, Name, salon
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.lots import LotState, RunningTotals, locked_lots
from plugins.ledger.services.posting import claim_one, write
from plugins.ledger.services.problems import Insufficient


@dataclass(frozen=True)
class Take:
    """What leaves a lot: of its paid part and of its gift, and the unearned money behind it."""

    lot_id: int
    paid: int
    gift: int
    fen: int


@api.unit
def withdraw(entry: Entry, member_id: int, takes: Sequence[Take], into: Name) -> int:
    """Take stored value out of a member's lots and return the number of the journal.

    The unearned money goes to the account *into*, not to revenue. `Insufficient` when a lot
    holds less.
    """
    claim = claim_one(entry, [member_id, [vars(take) for take in takes], into])
    if claim.fresh:
        store_id = entry.store_id
        counters = [into, *(salon("issued", store_id, unit) for unit in (PRINCIPAL, BONUS))]
        lots = {lot.id: lot for lot in locked_lots(heir_of(member_id), "money", counters)}
        draft = Draft(payments=[(entry.key, sum(take.paid + take.gift for take in takes))])
        for take in takes:
            if take.lot_id not in lots:
                raise api.NotFound(_("There is no such top-up."))
            _take(draft, lots[take.lot_id], take, entry, into)
        write([(claim.head, draft)])
    return int(claim.head["id"])


def _take(draft: Draft, lot: LotState, take: Take, entry: Entry, into: Name) -> None:
    if take.paid > lot.paid_left or take.gift > lot.gift_left or take.fen > lot.unearned_left:
        raise Insufficient
    paid, gift, unearned = lot.names
    moves = ((paid, take.paid), (gift, take.gift))
    draft.moves += [
        Move(name, salon("issued", entry.store_id, name.unit), amount)
        for name, amount in moves
        if amount
    ]
    if take.fen:
        draft.moves.append(Move(unearned, into, take.fen))
    totals = RunningTotals(lot.id, lot.kind, lot.last_use, lot.used, lot.earned_fen)
    frozen: dict[str, Any] = dict.fromkeys(("list_fen", "deal_fen", "staff_id"))
    draft.uses.append(totals.add(take.paid, take.gift, take.fen, payment_id=entry.key, **frozen))


def take_from(lot: LotState, paid: int, gift: int) -> Take:
    """Say what leaves a lot with so much of its paid part and gift: the money of the paid part."""
    fen = lot.price_fen * paid // lot.paid if lot.paid else 0
    return Take(lot.id, paid, gift, min(fen, lot.unearned_left))
