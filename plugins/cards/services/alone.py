"""A card sold or a session used by itself at the counter: a bill of its own, settled at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse
from plugins.cards.permissions import USE_SESSIONS
from plugins.cards.services.lines import card_of
from plugins.cards.services.using import BILL
from plugins.cashier import api as till

#: How the key of a bill begins that a session at the counter has for itself.
ALONE = "session:"


@api.unit
def sell_alone(
    store_id: int,
    member_id: int,
    product_id: int,
    means: str,
    *,
    key: str,
    paid_fen: int | None = None,
    staff_id: int | None = None,
) -> Card:
    """Sell a member a card on a bill of its own; without *paid_fen* it is paid in full.

    *means* is the code of a payment kind. The same *key* returns the card that was sold with it.
    """
    bill = till.open_bill(store_id, key=f"card:{key}", member_id=member_id)
    facts = {"product_id": product_id}
    line = _only_line(bill, "card", facts, staff_id)
    if line.facts["product_id"] != product_id or bill.member_id != member_id:
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))
    fen = line.due_fen if paid_fen is None else paid_fen
    if fen > line.due_fen:
        raise api.Refused(_("The amount lies between nothing and the price of the card."))
    till.settle(bill.id, [till.Tender(means, fen)] if fen else [], key=key)
    return card_of(line)


@api.unit
def begin_sale(
    store_id: int, member_id: int, product_id: int, *, key: str, staff_id: int | None = None
) -> int:
    """Put a card on a bill of its own that the till goes on with; return the bill's number.

    What is taken from her balance, she agrees to there.
    """
    bill = till.open_bill(store_id, key=f"card:{key}", member_id=member_id)
    _only_line(bill, "card", {"product_id": product_id}, staff_id)
    return bill.id


@api.unit
def use_alone(
    store_id: int,
    member_id: int,
    facts: Mapping[str, Any],
    *,
    key: str,
    agreed_by: str,
    proof: till.Proof = "",
    means: str = "cash",
    staff_id: int | None = None,
) -> CardUse:
    """Use a session on a bill of its own; a supplement is paid by *means*.

    *facts* are `part_id`, `variant_id` and who came with the card. The same *key* returns the
    use that was noted with it.
    """
    bill = till.open_bill(store_id, key=f"{ALONE}{key}", member_id=member_id)
    line = _only_line(bill, "session", facts, staff_id)
    asked = {name: line.facts.get(name) for name in ("part_id", "variant_id")}
    if asked != {name: facts.get(name) for name in asked}:
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))
    tenders = [till.Tender(means, line.due_fen)] if line.due_fen else []
    till.settle(bill.id, tenders, key=key, agreed_by=agreed_by, proof=proof)
    use = api.db.session.scalar(sa.select(CardUse).where(CardUse.bill_ref == f"{BILL}{bill.id}"))
    if use is None:
        raise api.NotFound(_("There is no such use."))
    return use


@api.unit
def ask_alone(
    store_id: int,
    member_id: int,
    facts: Mapping[str, Any],
    *,
    key: str,
    means: str = "cash",
    staff_id: int | None = None,
) -> int:
    """Ask a member on her phone whether a session may be used; return the bill that waits for it.

    Her word settles it, unless a supplement is to be paid: then it lies ready at the till.
    """
    bill = till.open_bill(store_id, key=f"{ALONE}{key}", member_id=member_id)
    line = _only_line(bill, "session", facts, staff_id)
    paid = [{"kind": means, "amount_fen": line.due_fen}] if line.due_fen else []
    tenders = [till.Tender(means, line.due_fen)] if line.due_fen else []
    till.ask_on_phone(bill.id, tenders, key=key, choices=paid, alone=USE_SESSIONS)
    return bill.id


@api.unit
def ask_again(bill: till.Bill) -> None:
    """Ask a member once more on her phone about the use of a session."""
    asked = till.last_question(bill)
    if asked is None:
        raise api.NotFound(_("There is no such question."))
    known = asked[0]
    paid = known.told["choices"]
    tenders = [till.Tender(each["kind"], each["amount_fen"]) for each in paid]
    till.ask_on_phone(bill.id, tenders, key=known.key, choices=paid, alone=USE_SESSIONS)


@api.unit
def leave_alone(bill_id: int) -> None:
    """Take back what a member is asked, and make the bill of the session void."""
    till.withdraw_confirmation(bill_id)
    till.void_bill(bill_id, api.gettext("Withdrawn at the counter"))


def _only_line(
    bill: till.Bill, kind: str, facts: Mapping[str, Any], staff_id: int | None
) -> till.Line:
    lines = till.lines_of(bill.id)
    return lines[0] if lines else till.add_line(bill.id, kind, facts, staff_id=staff_id)


@api.unit
def swap_alone(
    store_id: int,
    card_id: int,
    product_id: int,
    means: str,
    *,
    key: str,
    staff_id: int | None = None,
) -> Card:
    """Swap a card for another on a bill of its own; the difference is paid by *means*."""
    old = api.db.session.get_one(Card, card_id)
    bill = till.open_bill(store_id, key=f"swap:{key}", member_id=old.member_id)
    facts = {"card_id": card_id, "product_id": product_id}
    line = _only_line(bill, "card_swap", facts, staff_id)
    if {name: line.facts.get(name) for name in facts} != facts:
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))
    till.settle(bill.id, [till.Tender(means, line.due_fen)] if line.due_fen else [], key=key)
    return card_of(line)


@api.unit
def begin_swap(store_id: int, card_id: int, product_id: int, *, key: str) -> int:
    """Put a swap on a bill of its own that the till goes on with; return the bill's number.

    What of the difference is taken from her balance, she agrees to there.
    """
    old = api.db.session.get_one(Card, card_id)
    bill = till.open_bill(store_id, key=f"swap:{key}", member_id=old.member_id)
    _only_line(bill, "card_swap", {"card_id": card_id, "product_id": product_id}, None)
    return bill.id


@api.unit
def take_owing(card: Card, means: str, fen: int, *, key: str) -> None:
    """Take what a member owes for a card, or a part of it, on the bill that sold it."""
    if fen <= 0:
        raise api.Refused(_("Enter an amount above zero."))
    till.settle(int(card.bill_ref.removeprefix(BILL)), [till.Tender(means, fen)], key=key)
