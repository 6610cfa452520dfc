"""Selling a card: its terms are frozen, the money becomes unearned revenue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.hookspecs import cards_card_sold
from plugins.cards.models import Card, Item, Part, Product
from plugins.cards.services.contracts import facts_of, make_contract
from plugins.cards.services.days import begin, today_in
from plugins.cards.services.shares import spread, unit_price
from plugins.cards.services.telling import PASS_SOLD, SOLD, note, tell_of_card
from plugins.ledger import api as ledger
from plugins.membership.api import require_active, require_id, require_transfer


def products_on_sale(store_id: int, on: dt.date) -> list[Product]:
    """Return what stands on the shelf of a store on a day, with something in it."""
    rows = api.db.session.scalars(
        sa.select(Product)
        .where(Product.on_sale, Product.items.any())
        .where(sa.or_(Product.from_on.is_(None), Product.from_on <= on))
        .where(sa.or_(Product.until_on.is_(None), Product.until_on >= on))
        .where(sa.or_(~Product.stores.any(), Product.stores.any(api.Store.id == store_id)))
        .order_by(Product.place, Product.id)
    )
    return list(rows)


def list_price(item: Item) -> int:
    """Return what one session of an item stands for on the price list, in fen."""
    if item.list_fen is not None:
        return item.list_fen
    prices = [v.price_fen for service in item.services for v in service.variants]
    return max((fen for fen in prices if fen is not None), default=0)


def list_total(product: Product) -> int:
    """Return what the paid and free sessions of a product cost on the price list."""
    return sum(list_price(item) * (item.sessions + item.free) for item in product.items)


def shares_of(product: Product, price_fen: int) -> list[int]:
    """Return the share of a price that falls on each item, by list price."""
    weights = [list_price(item) * max(item.sessions, 1) for item in product.items]
    return spread(price_fen, weights)


@api.unit
def sell_card(
    entry: ledger.Entry,
    member_id: int,
    product_id: int,
    tenders: Sequence[ledger.Tender],
    *,
    price_fen: int | None = None,
    from_balance_fen: int = 0,
) -> Card:
    """Sell a card to a member at the list's price, or at *price_fen*; joins the running unit.

    What the *tenders* fall short of is owing, and her uses are limited to the paid share. Of
    *from_balance_fen*, in face value, they hold the money behind it; the rest of that is bonus,
    a discount. The same key returns the card that was sold under it. *entry* names the store.
    """
    if (known := _find(entry, member_id, product_id)) is not None:
        return known
    if entry.store_id is None:
        raise ValueError("a card is sold in a store")
    require_active(member_id)
    today = entry.done_on or entry.business_on or today_in(entry.store_id)
    product = _on_shelf(product_id, entry.store_id, today)
    price = product.price_fen if price_fen is None else price_fen
    tenders = [tender for tender in tenders if tender.amount_fen]
    behind = [one for one in tenders if from_balance_fen and one.account.kind == "unearned"]
    bonus = from_balance_fen - sum(one.amount_fen for one in behind)
    paid = sum(tender.amount_fen for tender in tenders) + bonus
    if not 0 <= paid <= price or bonus < 0:
        raise api.Refused(_("The amount lies between nothing and the price of the card."))
    require_id(member_id, entry.store_id, price)
    money = [one for one in tenders if one not in behind]
    require_transfer(member_id, price - from_balance_fen, money, entry.store_id)
    holder = ledger.heir_of(member_id)
    owing = ledger.held("owing", holder, f"card:{entry.key}")
    if price > paid:
        tenders = [*tenders, ledger.Tender(owing, price - paid)]
    card = _draft(entry, holder, product, price, today)
    card.bonus_fen = bonus
    if product.kind == "pass":
        _post_pass(entry, card, tenders)
    else:
        _post_lots(entry, card, tenders)
    if (known := _find(entry, member_id, product_id)) is not None:
        return known
    if price > paid:
        card.owing_account_id = ledger.open_accounts([owing])[owing]
    api.db.session.add(card)
    api.db.session.flush()
    make_contract(card, product)
    note(card, "sold", fen=price)
    kind = PASS_SOLD if card.kind == "pass" else SOLD
    tell_of_card(holder, card, kind, f"cards.sold:{card.id}", entry.store_id)
    api.emit(cards_card_sold, card_id=card.id)
    return card


def terms_on_offer(product: Product, store: api.Store, member: str, on: dt.date) -> dict[str, Any]:
    """Return the terms on which a product would be sold to a member (her number) on a day."""
    entry = ledger.Entry(key="offered", code="card_sale", store_id=store.id)
    with api.db.session.no_autoflush:
        card = _draft(entry, 0, product, product.price_fen, on)
        facts = facts_of(card, product, store, member)
        for one in (*card.parts, card):
            if one in api.db.session:
                api.db.session.expunge(one)
    return facts


def _find(entry: ledger.Entry, member_id: int, product_id: int) -> Card | None:
    card = api.db.session.scalars(sa.select(Card).where(Card.key == entry.key)).first()
    if card is None:
        return None
    if (card.member_id, card.product_id) != (ledger.heir_of(member_id), product_id):
        raise ledger.KeyUsed
    return card


def _on_shelf(product_id: int, store_id: int, on: dt.date) -> Product:
    product = api.db.session.get(Product, product_id)
    if product is None:
        raise api.NotFound(_("There is no such card product."))
    if product not in products_on_sale(store_id, on):
        raise api.Refused(_("%(card)s is not on sale here today.", card=product.shown_name))
    return product


def _draft(
    entry: ledger.Entry, member_id: int, product: Product, price_fen: int, today: dt.date
) -> Card:
    """Return the card to be, with the terms of its product as they stand now."""
    with api.db.session.no_autoflush:
        card = Card(
            member_id=member_id,
            product_id=product.id,
            name=product.name,
            names=dict(product.names),
            kind=product.kind,
            key=entry.key,
            store_id=entry.store_id,
            sold_on=today,
            sold_at=api.now(),
            sold_by=api.actor().name,
            price_fen=price_fen,
            list_fen=list_total(product),
            valid_days=product.valid_days,
            starts=product.starts,
            per_week=product.per_week,
            people_most=product.others_most,
            bill_ref=entry.ref or "",
            stores=list(product.stores),
        )
        shares = shares_of(product, price_fen)
        card.parts = [
            part_of(item, product, share) for item, share in zip(product.items, shares, strict=True)
        ]
    if card.starts == "sale":
        begin(card, today)
    return card


def part_of(item: Item, product: Product, price_fen: int) -> Part:
    """Return an item of a product as a part of a card."""
    single = item.services[0] if len(item.services) == 1 else product
    named = item if item.name else single
    return Part(
        name=named.name,
        names=dict(named.names),
        place=item.place,
        sessions=item.sessions,
        free=item.free,
        price_fen=price_fen,
        deal_fen=unit_price(price_fen, item.sessions),
        list_fen=list_price(item),
        services=list(item.services),
    )


def _post_lots(entry: ledger.Entry, card: Card, tenders: Sequence[ledger.Tender]) -> None:
    shares = spread(card.earning_fen, [part.price_fen for part in card.parts])
    terms = [
        ledger.Terms(
            price_fen=share,
            paid=part.sessions,
            gift=part.free,
            card=part.name,
            product=card.name,
        )
        for part, share in zip(card.parts, shares, strict=True)
    ]
    lots = ledger.issue_lots(_asking(entry, card), card.member_id, terms, tenders)
    for part, lot in zip(card.parts, lots, strict=True):
        part.lot_id, card.journal_id = lot.id, lot.journal_id


def _post_pass(entry: ledger.Entry, card: Card, tenders: Sequence[ledger.Tender]) -> None:
    if not card.earning_fen:
        return
    unearned = ledger.held("unearned", card.member_id, f"{entry.key}/pass")
    moves = [
        ledger.Move(one.account, unearned, one.amount_fen) for one in tenders if one.amount_fen
    ]
    refs = [(one.ref, one.amount_fen) for one in tenders if one.ref and one.amount_fen]
    posted = ledger.post(_asking(entry, card), moves, payments=refs)
    card.journal_id = posted.journal_id
    card.unearned_account_id = ledger.open_accounts([unearned])[unearned]


def _asking(entry: ledger.Entry, card: Card) -> ledger.Entry:
    """Return the entry with what was asked for: the card and its price, not what follows."""
    if entry.asked is not None:
        return entry
    return replace(entry, asked=[card.member_id, card.product_id, card.price_fen])
