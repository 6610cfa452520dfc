"""Giving a stored-value card to another member: its lots keep their price and day."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import Entry, Journal, hand_over_lots
from plugins.membership.models import Member, Purse
from plugins.membership.services.freezing import require_active
from plugins.membership.services.holding import record_act, require_free_value
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.offers import AboveCap
from plugins.membership.services.purses import MAIN, PurseState, find_purse
from plugins.membership.services.regions import cap_fen, caps_bind
from plugins.membership.services.timeline import note_history
from plugins.membership.services.value_messages import GIVEN, RECEIVED, tell_of_value


@api.unit
def transfer_value(entry: Entry, giver_id: int, taker_id: int, purse: str = MAIN) -> int:
    """Give what is left on a card to another member, whole; return the journal's number.

    Both must have agreed: `entry.agreed_by` says how the giver did, its note how the other one.
    """
    if giver_id == taker_id:
        raise api.Refused(_("Choose another member."))
    # By ascending number, so that two transfers never wait for each other.
    locked = {number: lock_member(number) for number in sorted((giver_id, taker_id))}
    giver, taker = locked[giver_id], locked[taker_id]
    if giver.id == taker.id:
        raise api.Refused(_("Choose another member."))
    for member in (giver, taker):
        require_active(member.id)
        require_free_value(member.id)
    card = find_purse(giver.id, purse)
    if not card.balance_fen:
        raise api.Refused(_("Nothing is left on this card."))
    _check_cap(taker, card)
    lots = [lot.id for lot in card.lots if lot.left]
    posted = hand_over_lots(entry, giver.id, taker.id, lots)
    if purse != MAIN:
        api.db.session.get_one(Purse, int(purse)).member_id = taker.id
    _tell(entry, giver, taker, card.balance_fen)
    return posted.journal_id


def was_transferred(key: str) -> bool:
    """Tell whether the transfer of a key was done."""
    return api.db.session.scalar(sa.select(Journal.id).where(Journal.idem_key == key)) is not None


def _check_cap(taker: Member, card: PurseState) -> None:
    """A card that changes hands holds no more; only plain balances flow together."""
    would = find_purse(taker.id, MAIN).principal_fen + card.principal_fen
    cap = cap_fen(named=True)
    if card.code == MAIN and would > cap and caps_bind():
        raise AboveCap(cap, would)


def _tell(entry: Entry, giver: Member, taker: Member, fen: int) -> None:
    amount = api.format_fen(fen)
    note_history(giver.id, "value_given", amount=amount, other=taker.number)
    note_history(taker.id, "value_received", amount=amount, other=giver.number)
    title = _("Transferred stored value")
    for member in (giver, taker):
        record_act(member, "membership.value_transferred", title, entry.note)
    for member, kind, act in ((giver, GIVEN, "given"), (taker, RECEIVED, "received")):
        key = f"membership.{act}:{entry.key}"
        tell_of_value(member, kind, key=key, store_id=entry.store_id, amount_fen=fen)
