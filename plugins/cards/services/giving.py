"""Giving a card to another member, whole: its lots keep their price, day and uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, Transfer
from plugins.cards.services.accounts import balance_of, left_of, owing_of
from plugins.cards.services.days import today_in
from plugins.cards.services.telling import GIVEN, PASS_RECEIVED, RECEIVED, note, tell_of_card
from plugins.cards.services.using import lock_card
from plugins.cashier.api import Bill, Line, Refund
from plugins.ledger.api import Entry, hand_over_lots, heir_of
from plugins.membership.api import Member, require_active, require_free_value

OPEN_BILLS, OPEN_REFUNDS = ("open", "held", "part_paid"), ("open", "waiting", "approved")


def why_not_give(card: Card) -> Any:
    """Say why a card cannot change hands; None when it can."""
    if card.state == "paused":
        return _("The card is paused. Let it count again first.")
    if card.state != "active":
        return _("The card is no longer in use.")
    today = today_in(card.store_id)
    if card.until_on is not None and card.until_on < today:
        return _("The card ended on %(day)s.", day=card.until_on)
    if owing_of(card):
        return _("Take first what is owing for this card.")
    if card.kind == "pass":
        return _("A pass changes hands once only.") if was_given(card.id) else None
    if not any(left.all for left in left_of(card.parts).values()):
        return _("Nothing is left of this card.")
    return None


def was_given(card_id: int) -> bool:
    """Tell whether a card has changed hands."""
    done = sa.select(Transfer.id).where(Transfer.card_id == card_id, Transfer.state == "done")
    return api.db.session.scalar(done.limit(1)) is not None


def require_giveable(card: Card) -> None:
    """Raise `Refused`, saying why, unless a card may change hands now."""
    problem = why_not_give(card) or _why_busy(card)
    if problem is not None:
        raise api.Refused(problem)


def _why_busy(card: Card) -> Any:
    """Say what is under way with a card: a bill, or a refund."""
    parts = {part.id for part in card.parts}
    lines = (
        sa.select(Line.facts, Bill.number)
        .join(Bill, Bill.id == Line.bill_id)
        .where(Bill.member_id == card.member_id, Bill.state.in_(OPEN_BILLS))
    )
    for facts, number in api.db.session.execute(lines):
        if facts.get("part_id") in parts or facts.get("card_id") == card.id:
            return _("The card is on bill %(number)s, which is open.", number=number)
    return why_refunded(card.member_id, [f"card:{card.id}"])


def why_refunded(member_id: int, keys: Sequence[str]) -> Any:
    """Say that a refund of something is under way; None when there is none."""
    refunds = sa.select(Refund.number, Refund.asked).where(
        Refund.member_id == member_id, Refund.state.in_(OPEN_REFUNDS)
    )
    for number, asked in api.db.session.execute(refunds):
        if set(keys) & set(asked.get("keys", ())):
            return _("Its refund %(number)s is under way.", number=number)
    return None


def require_pair(giver_id: int, taker_id: int) -> tuple[Member, Member]:
    """Return two members who may give and take; raises `Refused`, saying why not."""
    giver, taker = (
        api.db.session.get_one(Member, heir_of(number)) for number in (giver_id, taker_id)
    )
    if giver.id == taker.id:
        raise api.Refused(_("Choose another member."))
    for member in (giver, taker):
        require_active(member.id)
        require_free_value(member.id)
    return giver, taker


@api.unit
def give_card(entry: Entry, card_id: int, giver_id: int, taker_id: int) -> int | None:
    """Give a card to another member; return the journal's number, None when none was needed.

    Both must have agreed: `entry.agreed_by` says how the giver did. Whom the giver shared it
    with may use it no longer.
    """
    card = lock_card(card_id)
    giver, taker = require_pair(giver_id, taker_id)
    if card.member_id != giver.id:
        raise api.NotFound(_("There is no such card."))
    require_giveable(card)
    journal_id = _hand_over(entry, card, taker.id)
    card.people.clear()
    note(card, "given", other=taker.number)
    card.member_id = taker.id
    card.version += 1
    api.db.session.flush()
    api.db.session.expire(card, ["member"])
    note(card, "received", other=giver.number)
    received, place = PASS_RECEIVED if card.kind == "pass" else RECEIVED, card.store_id
    for member, kind in ((giver, GIVEN), (taker, received)):
        tell_of_card(member.id, card, kind, f"{kind.key}:{entry.key}", entry.store_id or place)
    api.record_audit(
        "cards.transferred",
        card,
        before={"member": giver.number},
        after={"member": taker.number},
        note=entry.note,
        store_id=entry.store_id,
        title=_("Transferred a card"),
    )
    return journal_id


def _hand_over(entry: Entry, card: Card, taker_id: int) -> int | None:
    lots = [part.lot_id for part in card.parts if part.lot_id is not None]
    prices = [card.unearned_account_id] if card.unearned_account_id else []
    if not lots and not prices:
        return None
    return hand_over_lots(entry, card.member_id, taker_id, lots, prices).journal_id


def worth_of(card: Card) -> str:
    """Name what is left of a card, so that nobody accepts another thing than she saw."""
    left = sum(part.all for part in left_of(card.parts).values())
    return f"{card.version}:{left}:{balance_of(card.unearned_account_id)}"
