"""Writing staged rows as members' cards with what was paid ahead for them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.importing.judging import day_of, is_pass, owners_of
from plugins.cards.importing.names import ITEM, NEW, PASS
from plugins.cards.models import Card, Item, Part, Product
from plugins.cards.services.days import today_in
from plugins.cards.services.selling import part_of
from plugins.cards.services.shares import earned, unit_price
from plugins.cards.services.telling import note
from plugins.ledger.api import Opening, Terms, heir_of, open_balances, opened_cards
from plugins.salon.api import Service


@dataclass(frozen=True)
class Draft:
    """A card to be, with what stands in the books for it."""

    row: api.StagedRow
    card: Card
    opening: Opening


@api.unit
def add_cards(run: api.ImportRun, rows: Sequence[api.StagedRow]) -> Mapping[int, int]:
    """Make a card of each row whose name was decided on; answer the cards' ids by row.

    What was paid ahead comes from the opening account, and is never income by itself.
    """
    kinds = _kinds(run, rows)
    ready = [row for row in rows if _name(row) in kinds]
    if not ready:
        raise api.Refused(_("Say first which cards the names in the sheet mean."))
    owners = owners_of(ready)
    drafts = [
        _draft(run, row, heir_of(owners[row.number][0].id), *kinds[_name(row)]) for row in ready
    ]
    ref = ref_of(run)
    open_balances(ref, [draft.opening for draft in drafts], store_id=run.store_id)
    opened = opened_cards(ref)
    for draft in drafts:
        books = opened.get(draft.opening.key)
        if books is not None:
            draft.card.journal_id = books.journal_id
            draft.card.parts[0].lot_id = books.lot_id
            draft.card.unearned_account_id = books.unearned_account_id
    api.db.session.add_all([draft.card for draft in drafts])
    api.db.session.flush()
    for draft in drafts:
        note(draft.card, "taken_in")
    return {draft.row.number: draft.card.id for draft in drafts}


def ref_of(run: api.ImportRun) -> str:
    """Return the reference under which the ledger keeps the openings of an import."""
    return f"import:{run.id}"


def _kinds(
    run: api.ImportRun, rows: Sequence[api.StagedRow]
) -> Mapping[str, tuple[Product, Item | None]]:
    """Return the product, and the item of session cards, that each name was decided to mean."""
    by_name: dict[str, list[api.StagedRow]] = defaultdict(list)
    for row in rows:
        by_name[_name(row)].append(row)
    chosen: Mapping[str, str] = run.choices.get("card_name", {})
    found = {}
    for name, own in by_name.items():
        meaning = chosen.get(name, "")
        number = int(meaning.partition(":")[2] or 0)
        if meaning.startswith(ITEM):
            item = _there(Item, number)
            found[name] = (_there(Product, item.product_id), item)
        elif meaning.startswith(PASS):
            found[name] = (_there(Product, number), None)
        elif meaning.startswith(NEW):
            found[name] = _make_product(run, name, _there(Service, number), own)
    return found


def _there(model: Any, number: int) -> Any:
    record = api.db.session.get(model, number)
    if record is None:
        raise api.Refused(_("A card that the names in the sheet mean is no longer there."))
    return record


def _make_product(
    run: api.ImportRun, name: str, service: Service, rows: Sequence[api.StagedRow]
) -> tuple[Product, Item]:
    """Return the product of a name, making one that is not on the shelf."""
    known = api.db.session.scalar(sa.select(Product).where(Product.name == name))
    if known is not None:
        for item in known.items:
            if known.kind != "pass" and service in item.services:
                return known, item
        raise api.Refused(
            _("There is a card product “%(name)s” for something else. Choose it.", name=name)
        )
    told = [row.values for row in rows]
    prices = [int(str(one.get("original_fen") or one.get("value_fen") or 0)) for one in told]
    counts = [int(str(one.get("bought") or one.get("left") or 0)) for one in told]
    last = api.db.session.scalar(sa.select(sa.func.max(Product.place))) or 0
    item = Item(name="", names={}, services=[service], sessions=max(max(counts), 1))
    product = Product(
        name=name,
        names={},
        kind="sessions",
        price_fen=max(prices),
        on_sale=False,
        place=last + 1,
        import_id=run.id,
        items=[item],
    )
    api.db.session.add(product)
    api.db.session.flush()
    return product, item


def _draft(
    run: api.ImportRun, row: api.StagedRow, member_id: int, product: Product, item: Item | None
) -> Draft:
    values = row.values
    if item is None and not is_pass(values):
        raise api.Refused(
            _(
                "Row %(row)s: a pass needs its price and its last day, and has no sessions.",
                row=row.number,
            )
        )
    if item is not None and is_pass(values):
        raise api.Refused(
            _(
                "Row %(row)s has no sessions. Choose a pass for “%(name)s”.",
                row=row.number,
                name=_name(row),
            )
        )
    card = _card(run, row, member_id, product)
    if item is None:
        return _draft_pass(run, row, card, product)
    left, free = _count(values, "left"), _count(values, "free")
    worth = _count(values, "value_fen") if left else 0
    with api.db.session.no_autoflush:
        part = part_of(item, product, worth)
    part.sessions, part.free, part.price_fen = left, free, worth
    if _is_whole(values, worth):
        part.sessions, part.price_fen = _count(values, "bought"), _count(values, "original_fen")
    part.deal_fen = unit_price(part.price_fen, part.sessions)
    card.parts, card.price_fen = [part], part.price_fen
    card.list_fen = part.list_fen * (part.sessions + part.free)
    lot = Terms(price_fen=worth, paid=left, gift=free, card=part.name, product=card.name)
    return Draft(row, card, _opening(row, card, lots=[lot]))


def _is_whole(values: Mapping[str, Any], worth: int) -> bool:
    """Tell whether price and count of the whole card are known and fit what is left of it."""
    left, bought = _count(values, "left"), _count(values, "bought")
    original = _count(values, "original_fen")
    if not original or not left or bought < left:
        return False
    return abs(original * left // bought - worth) <= left


def _draft_pass(run: api.ImportRun, row: api.StagedRow, card: Card, product: Product) -> Draft:
    """A pass counts its days from the purchase; what is over of them was earned elsewhere."""
    if card.until_on is None:
        raise ValueError("a pass without a last day was not rejected")
    card.valid_days = (card.until_on - card.sold_on).days + 1
    card.price_fen = card.list_fen = _count(row.values, "original_fen")
    services = [service for item in product.items for service in item.services]
    card.parts = [
        Part(
            name=product.name,
            names=dict(product.names),
            price_fen=card.price_fen,
            services=services,
        )
    ]
    over = (today_in(run.store_id) - card.sold_on).days
    fen = card.price_fen - earned(card.price_fen, over, card.valid_days)
    return Draft(row, card, _opening(row, card, unearned_fen=fen))


def _card(run: api.ImportRun, row: api.StagedRow, member_id: int, product: Product) -> Card:
    sold_on: dt.date = day_of(row.values, "sold_on") or today_in(run.store_id)
    until_on = day_of(row.values, "until_on")
    if until_on is not None:
        sold_on = min(sold_on, until_on)
    with api.db.session.no_autoflush:
        return Card(
            member_id=member_id,
            product_id=product.id,
            name=product.name,
            names=dict(product.names),
            kind=product.kind,
            source="opening",
            key=f"{ref_of(run)}:{row.number}",
            store_id=run.store_id,
            sold_on=sold_on,
            sold_at=api.now(),
            sold_by=api.actor().name,
            price_fen=0,
            starts="sale",
            starts_on=sold_on,
            until_on=until_on,
            per_week=product.per_week,
            people_most=product.others_most,
            stores=list(product.stores),
        )


def _opening(row: api.StagedRow, card: Card, **more: Any) -> Opening:
    return Opening(member_id=card.member_id, key=str(row.number), sold_on=card.sold_on, **more)


def _name(row: api.StagedRow) -> str:
    return str(row.values["card_name"])


def _count(values: Mapping[str, Any], field: str) -> int:
    return int(values.get(field) or 0)
