"""Refunds of cards: what the sheet is reckoned from, and how a card ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse, Part
from plugins.cards.services.accounts import balance_of, left_of, owing_of
from plugins.cards.services.contracts import digests_of
from plugins.cards.services.days import days_paused, today_in
from plugins.cards.services.giving import was_given
from plugins.cards.services.growing import line_of, take_pass_back
from plugins.cards.services.offering import cards_of
from plugins.cards.services.shares import spread, unit_price
from plugins.cards.services.telling import note
from plugins.cards.services.using import lock_card
from plugins.cashier import api as till
from plugins.cashier.api import Bill, Line, Purchase, Refundable, SheetShare, SheetUse, Term
from plugins.ledger import api as ledger
from plugins.salon.api import Service, Variant

LIVE = ("active", "paused")


def refundable_cards(member_id: int) -> Iterable[Refundable]:
    """Yield the cards of a member that something is left of, by sessions or by money."""
    cards = [card for card in cards_of(member_id) if card.state in LIVE]
    left = left_of(part for card in cards for part in card.parts)
    contracts = digests_of(card.id for card in cards)
    for card in cards:
        count = sum(left[part.id].all for part in card.parts if part.id in left)
        if count or balance_of(card.unearned_account_id) > 0:
            sold = _refundable(card, count)
            contract = contracts.get(card.id, "")
            yield replace(sold, purchase=replace(sold.purchase, contract=contract))


def _refundable(card: Card, count: int) -> Refundable:
    words = api.ngettext("%(num)s session left", "%(num)s sessions left", count)
    if card.kind == "pass":
        words = api.gettext("until %(day)s", day=card.until_on) if card.until_on else ""
    refs, ahead_fen = paid_by_balance(card)
    return Refundable(
        key=f"card:{card.id}",
        kind="card",
        title=card.shown_name,
        left_words=words,
        store_id=card.store_id,
        purchase=_purchase(card, ahead_fen),
        journal_ids=_journals(card),
        take=partial(_take, card.id, seen_lots(card), owing_of(card)),
        balance_refs=refs,
    )


def paid_by_balance(card: Card) -> tuple[list[str], int]:
    """Return how balance paid for a card, and how much of it is in there, in face value.

    What is left of a card that was swapped for it counts. Nothing of one that changed hands, as
    for money.
    """
    line = line_of(card)
    if line is None or was_given(card.id):
        return [], 0
    refs = till.balance_refs(line.id, card.member_id)
    fen = till.paid_from_balance(refs)
    if card.swapped_from_id is None:
        return refs, fen
    before, some = paid_by_balance(api.db.session.get_one(Card, card.swapped_from_id))
    return [*refs, *before], fen + min(some, int(line.facts["credit_fen"]))


def _purchase(card: Card, balance_fen: int) -> Purchase:
    term = None
    if card.kind == "pass":
        rested = days_paused(card, today_in(card.store_id))
        term = Term(card.starts_on, card.valid_days or 0, rested, used=bool(_uses(card.id)))
    # Bonus that paid for it has no way back once another member has the card.
    bonus = 0 if balance_fen else card.bonus_fen
    price = card.price_fen - bonus
    prices = spread(price, [part.price_fen for part in card.parts])
    uses = _uses(card.id)
    return Purchase(
        key=f"card:{card.id}",
        title=card.name,
        price_fen=price,
        paid_fen=price - owing_of(card),
        bought_on=card.sold_on,
        shares=[]
        if term
        else [_share(part, fen, uses) for part, fen in zip(card.parts, prices, strict=True)],
        term=term,
        balance_fen=balance_fen,
        had_before=_knew_before(card),
    )


def _share(part: Part, price_fen: int, uses: Sequence[tuple[CardUse, Service]]) -> SheetShare:
    same = price_fen == part.price_fen
    deal = part.deal_fen if same else unit_price(price_fen, part.sessions)
    own = [
        SheetUse(
            use.used_on,
            service.name,
            0 if use.free else 1,
            1 if use.free else 0,
            max(use.list_fen, 0) or part.list_fen,
            deal,
        )
        for use, service in uses
        if use.part_id == part.id
    ]
    gone = part.sessions + part.free - len(own) - _left(part)
    if gone > 0:
        # Sessions that were used before an import, or taken out by an adjustment.
        own += [SheetUse(part.card.sold_on, "", 1, 0, part.list_fen, deal)] * gone
    return SheetShare(part.name, "sessions", price_fen, part.sessions, part.free, own)


def _left(part: Part) -> int:
    found = left_of([part]).get(part.id)
    return found.all if found else 0


def _uses(card_id: int) -> list[tuple[CardUse, Service]]:
    rows = api.db.session.execute(
        sa.select(CardUse, Service)
        .join(Service, Service.id == CardUse.service_id)
        .where(CardUse.card_id == card_id, CardUse.undone_at.is_(None))
        .order_by(CardUse.id)
    )
    return [(use, service) for use, service in rows]


def _knew_before(card: Card) -> bool:
    """Tell whether she had had a service of this card here before the day on which she bought it.

    Clause 14 excepts the same service only, whether a card or money paid for it.
    """
    services = {service.id for part in card.parts for service in part.services}
    by_card = sa.select(CardUse.id).where(
        CardUse.member_id == card.member_id,
        CardUse.service_id.in_(services),
        CardUse.used_on < card.sold_on,
        CardUse.undone_at.is_(None),
    )
    paid = (
        sa.select(Line.id)
        .join(Bill, Bill.id == Line.bill_id)
        .join(Variant, Variant.id == Line.variant_id)
        .where(Bill.member_id == card.member_id, Bill.business_on < card.sold_on)
        .where(Bill.state.in_(("settled", "part_paid")), Line.state == "settled")
        .where(Line.order_kind == "service", Variant.service_id.in_(services))
    )
    return any(api.db.session.scalar(had.limit(1)) is not None for had in (by_card, paid))


def _journals(card: Card) -> list[int]:
    """Return the journals by which a card was paid, and the cards that were swapped for it.

    None for one that changed hands: its money does not go back to whoever paid then.
    """
    found: set[int] = set()
    paid_for: Card | None = card
    while paid_for is not None and not was_given(paid_for.id):
        found |= _paid_by(paid_for)
        before = paid_for.swapped_from_id
        paid_for = api.db.session.get(Card, before) if before is not None else None
    return sorted(found)


def _paid_by(card: Card) -> set[int]:
    found = {card.journal_id} if card.journal_id else set()
    if card.owing_account_id is not None:
        paid = sa.select(ledger.Leg.journal_id).where(ledger.Leg.credit_id == card.owing_account_id)
        found |= set(api.db.session.scalars(paid))
    return found


def seen_lots(card: Card) -> dict[int, int]:
    """Return by lot of a card its last use, as it is now."""
    own = {part.lot_id for part in card.parts}
    lots = ledger.lots_of(ledger.heir_of(card.member_id), "sessions", spent=True)
    return {lot.id: lot.last_use for lot in lots if lot.id in own}


def _take(
    card_id: int,
    seen: Mapping[int, int],
    owing_fen: int,
    entry: ledger.Entry,
    payouts: Sequence[ledger.Payout],
) -> None:
    """End a card in the running unit; what is owing for it is forgiven."""
    card = lock_card(card_id)
    if card.state not in LIVE:
        raise api.Refused(_("The card is no longer in use."))
    if owing_of(card) != owing_fen:
        raise ledger.UsedMeanwhile
    ledger.refund_lots(
        entry,
        card.member_id,
        seen,
        payouts,
        unearned=[card.unearned_account_id] if card.unearned_account_id else [],
        owing=card.owing_account_id,
    )
    card.state = "refunded"
    card.version += 1
    fen = sum(one.amount_fen for one in payouts)
    note(card, "refunded", fen=fen)
    take_pass_back(card, f"{entry.key}:growth", fen)
