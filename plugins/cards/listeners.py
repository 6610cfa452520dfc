"""What cards answer when something happens to a member, and what follows from their use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse, Change, Person, Transfer
from plugins.cards.services.accounts import left_of
from plugins.cards.services.contracts import contracts_of, say_end
from plugins.cards.services.growing import count_pass, leave_pass
from plugins.cards.services.lines import KINDS, cards_for_sale, offered_to
from plugins.cards.services.offering import cards_of
from plugins.cards.services.refunding import refundable_cards
from plugins.cards.services.swapping import KIND as SWAP
from plugins.cards.services.swapping import given_for
from plugins.cards.services.taken import deduction_of
from plugins.cards.services.telling import say
from plugins.cards.services.transfers import PURSE
from plugins.cards.services.tying import RULES
from plugins.cashier.api import ContractNote, Deduction, Goods, LineKind, Refundable, TieRule
from plugins.cashier.api import Offer as TillOffer
from plugins.ledger.api import standings
from plugins.membership.api import (
    ExportPart,
    Tile,
    TimelineMoment,
    TimelinePlace,
    add_growth,
    move_rows,
    older_than,
    purses_of,
    take_back_growth,
)

SOURCE = "cards"
#: What the ledger does not tell of in the timeline.
TOLD = (
    "extended",
    "paused",
    "resumed",
    "shared",
    "unshared",
    "pass_used",
    "undone",
    "unpaid",
    "taken_in",
    "swapped",
    "signed",
    "given",
    "received",
)
ICONS = {
    "undone": "arrow-back-up",
    "paused": "clock",
    "pass_used": "ticket",
    "given": "arrows-exchange",
    "received": "gift",
}


@api.hookimpl
def cashier_refundables(member_id: int) -> Iterable[Refundable]:
    """Offer a member's cards to be refunded."""
    return refundable_cards(member_id)


@api.hookimpl
def cashier_contracts(member_id: int) -> Iterable[ContractNote]:
    """Name the contracts of a member's cards."""
    for contract in contracts_of(member_id):
        card = contract.card
        yield ContractNote(
            contract.made_at,
            api.gettext("Contract of %(card)s", card=card.shown_name),
            contract.signed_at,
            f"/console/cards/cards/{card.id}/contract",
            f"/cards/mine/{card.id}/contract",
            say_end(card),
        )


@api.hookimpl
def cashier_tie_rules() -> Iterable[TieRule]:
    """Compare what cards say of sessions and prices with the ledger."""
    return RULES


@api.hookimpl
def cashier_find_deduction(about: str) -> Deduction | None:
    """Tell of a session that was used, by its journal or, of a pass, by its own number."""
    return deduction_of(about)


@api.hookimpl
def cashier_line_kinds() -> Iterable[LineKind]:
    """Let cards be sold and sessions be used on a bill."""
    return (*KINDS, SWAP)


@api.hookimpl
def cashier_goods(store_id: int) -> Iterable[Goods]:
    """Show the cards of a store's shelf on the till."""
    return cards_for_sale(store_id)


@api.hookimpl
def cashier_member_offers(member_id: int, store_id: int) -> Iterable[TillOffer]:
    """Offer the sessions that a member can use in a store today."""
    return offered_to(member_id, store_id)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the cards of the gone file, with their history, to the kept one."""
    for column in (
        Card.member_id,
        CardUse.member_id,
        Change.member_id,
        Transfer.giver_id,
        Transfer.taker_id,
    ):
        move_rows(column, kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget whom a member shared her cards with; cards and uses stay for the books."""
    cards = sa.select(Card.id).where(Card.member_id == member_id)
    api.db.session.execute(sa.delete(Person).where(Person.card_id.in_(cards)))
    shared = sa.select(CardUse).where(CardUse.member_id == member_id, CardUse.person != "")
    for use in api.db.session.scalars(shared):
        use.person = ""
    told = Change.kind.in_(("shared", "unshared"))
    api.db.session.execute(sa.delete(Change).where(Change.member_id == member_id, told))


@api.hookimpl
def membership_merge_contents(member_id: int) -> Iterable[tuple[Any, str]]:
    """Say how many cards a file holds."""
    count = len(cards_of(member_id))
    if count:
        yield _("Cards"), f"{count:,}"


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return a member's cards and the sessions that she used."""
    cards = cards_of(member_id, over=True)
    left = left_of(part for card in cards for part in card.parts)
    rows: list[dict[str, Any]] = [
        {
            "card": card.name,
            "sold_on": card.sold_on.isoformat(),
            "price_fen": card.price_fen,
            "until_on": card.until_on.isoformat() if card.until_on else "",
            "left": sum(left[part.id].all for part in card.parts if part.id in left),
        }
        for card in cards
    ]
    labels = {
        "card": _("Card"),
        "sold_on": _("Sold on"),
        "price_fen": _("Price"),
        "until_on": _("Valid until"),
        "left": _("Sessions left"),
    }
    yield ExportPart("cards", _("Cards"), rows, labels)
    uses = sa.select(CardUse).where(CardUse.member_id == member_id).order_by(CardUse.id)
    used: list[dict[str, Any]] = [
        {
            "at": use.at.isoformat(),
            "card": use.card.name,
            "item": use.part.name,
            "person": use.person,
            "undone": use.undone_at is not None,
        }
        for use in api.db.session.scalars(uses)
    ]
    told = {
        "at": _("Used at"),
        "card": _("Card"),
        "item": _("Item"),
        "person": _("Used by"),
        "undone": _("Undone"),
    }
    yield ExportPart("card_uses", _("Card consumption"), used, told)


@api.hookimpl
def membership_prepaid_accounts() -> Iterable[sa.Subquery]:
    """Tell of the prices of passes, which have no lots."""
    prices = sa.select(
        Card.unearned_account_id.label("account_id"),
        Card.journal_id.label("journal_id"),
        Card.sold_on.label("sold_on"),
        Card.name.label("product"),
    )
    yield prices.where(Card.unearned_account_id.is_not(None)).subquery()


@api.hookimpl
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Lead to what is left of her cards, and to those that she can buy."""
    count = standings([member_id], ["all_sessions"])[member_id]["all_sessions"]
    yield Tile("services", _("Remaining services"), "/cards/mine", f"{count:,}")
    yield Tile("shelf", _("Buy a card"), "/cards/shelf", icon="shopping-bag")


@api.hookimpl
def membership_balance_acts(member_id: int) -> Iterable[Tile]:
    """Lead to giving stored value away, where she has some."""
    held = [one for one in purses_of(member_id) if one.balance_fen]
    if held:
        what = f"?what={PURSE}{held[0].code}" if len(held) == 1 else ""
        yield Tile("give", _("Give to another member"), f"/cards/give{what}")


@api.hookimpl
def membership_last_visits(member_ids: Sequence[int]) -> Iterable[tuple[int, dt.date]]:
    """Tell when members last used a session or a pass."""
    rows = (
        sa.select(CardUse.member_id, sa.func.max(CardUse.used_on))
        .where(CardUse.member_id.in_(member_ids), CardUse.undone_at.is_(None))
        .group_by(CardUse.member_id)
    )
    return [(member_id, day) for member_id, day in api.db.session.execute(rows)]


@api.hookimpl
def membership_timeline_kinds() -> Iterable[tuple[str, Any]]:
    """Name the moments that cards tell of."""
    yield SOURCE, _("Changes of cards")


@api.hookimpl
def membership_timeline_moments(
    member_id: int, before: TimelinePlace | None, most: int, kind: str
) -> Iterable[TimelineMoment]:
    """Tell what was done with a member's cards; sales and sessions are told by the ledger."""
    if kind not in ("", SOURCE):
        return
    rows = (
        sa.select(Change)
        .where(Change.member_id == member_id, Change.kind.in_(TOLD))
        .where(older_than(before, SOURCE, Change.at, Change.id))
        .order_by(Change.at.desc(), Change.id.desc())
        .limit(most)
    )
    for change in api.db.session.scalars(rows):
        yield TimelineMoment(
            at=change.at,
            source=SOURCE,
            number=change.id,
            kind=SOURCE,
            text=say(change),
            by=change.by,
            url=f"/console/cards/cards/{change.card_id}/",
            icon=ICONS.get(change.kind, "id"),
            tone="warn" if change.kind == "undone" else "",
        )


@api.hookimpl
def cards_card_sold(card_id: int) -> None:
    """Let the price of a pass count for the member's level; sessions count when used."""
    card = api.db.session.get(Card, card_id)
    if card is None or card.state in ("void", "refunded"):
        return
    if card.kind == "pass":
        count_pass(card)
        if (swapped_for := given_for(card)) is not None:
            leave_pass(swapped_for)


@api.hookimpl
def cards_session_used(use_id: int) -> None:
    """Let what a session came to count for the member's level."""
    use = api.db.session.get(CardUse, use_id)
    if use is not None and use.income_fen and use.undone_at is None:
        key = f"cards.use:{use.id}"
        add_growth(use.member_id, use.income_fen, cause="spend", key=key, on=use.used_on)


@api.hookimpl
def cards_session_undone(use_id: int) -> None:
    """Take off again what a session counted for her level."""
    take_back_growth(f"cards.use:{use_id}", back_key=f"cards.undo:{use_id}")
