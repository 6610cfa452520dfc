"""Swapping a card for another: what is left of the old one pays for the new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, Person, Product
from plugins.cards.services.accounts import balance_of, left_of, owing_of
from plugins.cards.services.changing import make_void
from plugins.cards.services.growing import leave_pass
from plugins.cards.services.lines import (
    card_of,
    check_on_sale,
    face_of,
    lots_taken,
    number_in,
    pay_card,
    product_of,
    unpay_card,
)
from plugins.cards.services.refunding import paid_by_balance, seen_lots
from plugins.cards.services.selling import list_total, sell_card
from plugins.cards.services.shares import earned
from plugins.cards.services.telling import note
from plugins.cards.services.using import lock_card
from plugins.cashier.api import Asked, Described, Line, LineKind, Settling, Taken
from plugins.ledger import api as ledger


def value_of(card: Card) -> int:
    """Return what is left of a card counts for, in fen: unused sessions, days of a pass.

    That is the money behind it, and bonus that paid for it. Free sessions are worth nothing.
    """
    return _money_in(card) + _bonus_in(card)


def _money_in(card: Card) -> int:
    unearned = sum(lot.unearned_left for lot in _lots(card))
    return unearned + balance_of(card.unearned_account_id)


def _bonus_in(card: Card) -> int:
    """Return the bonus in what is left of a card; nothing once it has no way back."""
    if not card.bonus_fen or not paid_by_balance(card)[0]:
        return 0
    if card.kind == "pass":
        return card.bonus_fen * _money_in(card) // card.earning_fen if card.earning_fen else 0
    left = left_of(card.parts)
    face = sum(
        part.price_fen - earned(part.price_fen, part.sessions - left[part.id].paid, part.sessions)
        for part in card.parts
        if part.id in left
    )
    return min(max(face - _money_in(card), 0), card.bonus_fen)


def _lots(card: Card) -> list[ledger.LotState]:
    numbers = {part.lot_id for part in card.parts}
    return [lot for lot in ledger.lots_of(card.member_id, "sessions") if lot.id in numbers]


def why_not_swap(card: Card) -> Any:
    """Say why a card cannot be swapped; None when it can."""
    if card.state != "active":
        return _("Only a card in use can be swapped.")
    if owing_of(card):
        return _("Take first what is owing for this card.")
    if not value_of(card):
        return _("Nothing is left of this card.")
    return None


def describe_swap(asked: Asked) -> Described:
    """Describe a swap: `card_id` is given back for a new `product_id`, at the difference."""
    card = api.db.session.get(Card, number_in(asked.facts, "card_id"))
    product = api.db.session.get(Product, number_in(asked.facts, "product_id"))
    member_id = asked.bill.member_id
    if card is None or member_id is None or card.member_id != ledger.heir_of(member_id):
        raise api.NotFound(_("There is no such card."))
    if product is None:
        raise api.NotFound(_("There is no such card product."))
    if asked.quantity != 1:
        raise api.Refused(_("There is one card on a line."))
    if (problem := why_not_swap(card)) is not None:
        raise api.Refused(problem)
    check_on_sale(product, asked.bill)
    credit = value_of(card)
    if product.price_fen < credit:
        raise api.Refused(
            _(
                "%(card)s costs less than the %(left)s that are left of the old card. Refund it "
                "instead.",
                card=product.shown_name,
                left=api.format_fen(credit),
            )
        )
    facts = {
        "card_id": card.id,
        "product_id": product.id,
        "version": product.version,
        "credit_fen": credit,
        "list_total_fen": list_total(product),
        "names": {
            locale: f"{card.names.get(locale) or card.name} → {name}"
            for locale, name in product.names.items()
        },
    }
    return Described(f"{card.name} → {product.name}", product.price_fen - credit, facts)


def settle_swap(settling: Settling, line: Line, money: Sequence[ledger.Tender]) -> list[Taken]:
    """End the old card and sell the new one: what was left pays for it, *money* the difference."""
    product_of(line)
    old = lock_card(line.facts["card_id"])
    credit = value_of(old)
    if why_not_swap(old) is not None or credit != line.facts["credit_fen"]:
        raise api.Conflict(_("The old card was used meanwhile. Put the swap on the bill anew."))
    behind = _money_in(old)
    through = ledger.held("unearned", old.member_id, f"swap:{settling.bill.key}:{line.id}")
    ledger.refund_lots(
        settling.entry("swap", "swap_card", line),
        old.member_id,
        seen_lots(old),
        [ledger.Payout(through, behind)],
        unearned=[old.unearned_account_id] if old.unearned_account_id else [],
    )
    old.state = "swapped"
    old.version += 1
    card = sell_card(
        settling.entry("card", "card_sale", line),
        old.member_id,
        line.facts["product_id"],
        [ledger.Tender(through, behind), *money],
        price_fen=credit + line.due_fen,
        from_balance_fen=credit + face_of(money),
    )
    card.swapped_from_id = old.id
    line.facts = {**line.facts, "behind_fen": behind}
    for person in old.people[: card.people_most]:
        card.people.append(Person(card_id=card.id, name=person.name, added_at=api.now()))
    names = {"name": card.name, "names": card.names}
    note(old, "swapped", other=names, fen=credit)
    _record(old, _("Swapped a card"), card.name)
    leave_pass(card)
    return lots_taken(settling, line, card)


def undo_swap(_settling: Settling, line: Line, reason: str) -> None:
    """Give the old card back for the new one; the till reverses what was booked."""
    card = card_of(line)
    leave_pass(card, undo=True)
    make_void(card.id, reason)
    old = lock_card(line.facts["card_id"])
    old.state = "active"
    old.version += 1
    note(old, "unswapped", reason=reason)
    _record(old, _("Undid the swap of a card"), reason)


def _record(card: Card, title: object, words: str) -> None:
    api.record_audit("cards.swapped", card, note=words, store_id=card.store_id, title=title)


def given_for(card: Card) -> Card | None:
    """Return the card that was given for an old one."""
    wanted = sa.select(Card).where(Card.swapped_from_id == card.id, Card.state != "void")
    found: Card | None = api.db.session.scalars(wanted.limit(1)).first()
    return found


def free_left(card: Card) -> int:
    """Return how many free sessions a swap would end."""
    return sum(left.free for left in left_of(card.parts).values())


KIND = LineKind(
    "card_swap",
    "card",
    _("Swap"),
    describe_swap,
    settle_swap,
    undo_swap,
    pay=pay_card,
    unpay=unpay_card,
    from_balance=True,
)
