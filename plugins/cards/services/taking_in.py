"""Turning sessions of an earlier system, which an import left in the ledger, into cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse, Change, Intake, Item, Part, Product
from plugins.cards.services.selling import part_of, shares_of
from plugins.cards.services.telling import note
from plugins.ledger.api import SESSION, Account, Journal, Lot
from plugins.membership.api import Member

BATCH = 500


@dataclass(frozen=True)
class Found:
    """Sessions under one old name that are no card yet: of how many members, how many."""

    name: str
    members: int
    sessions: int


def find_sessions() -> list[Found]:
    """Return the old names with sessions left that are on no card, the most used first."""
    open_lots = _open_lots().subquery()
    rows = api.db.session.execute(
        sa.select(
            open_lots.c.unit,
            sa.func.count(sa.distinct(open_lots.c.member_id)),
            sa.func.sum(open_lots.c.left),
        )
        .group_by(open_lots.c.unit)
        .order_by(sa.func.sum(open_lots.c.left).desc(), open_lots.c.unit)
    )
    return [Found(unit.removeprefix(SESSION), people, int(some)) for unit, people, some in rows]


def items_to_become() -> list[tuple[int, str]]:
    """Return what old sessions can become, with names: items of session and package cards."""
    rows = api.db.session.scalars(
        sa.select(Product).where(Product.kind != "pass").order_by(Product.place, Product.id)
    )
    return [(item.id, _title(product, item)) for product in rows for item in product.items]


def _title(product: Product, item: Item) -> str:
    if len(product.items) == 1:
        return product.shown_name
    names = item.shown_name or api.gettext(", ").join(each.shown_name for each in item.services)
    return f"{product.shown_name}: {names}"


def _open_lots() -> sa.Select[int, str, int, int, dt.date]:
    left = Account.credits - Account.debits
    return (
        sa.select(
            Lot.id.label("lot_id"),
            Lot.unit.label("unit"),
            Account.owner_id.label("member_id"),
            left.label("left"),
            Lot.sold_on.label("sold_on"),
        )
        .join(Journal, Journal.id == Lot.journal_id)
        .join(Account, Account.id == Lot.paid_account_id)
        .outerjoin(Part, Part.lot_id == Lot.id)
        .where(Lot.kind == "sessions", Journal.code == "opening", Part.id.is_(None), left > 0)
    )


@api.unit
def take_in(chosen: Mapping[str, int], until_on: dt.date | None = None) -> Intake:
    """Make a card of each opening lot whose old name was given an item of a product.

    The lots stay as they are, so that nothing is posted and nothing becomes income.
    """
    if not chosen:
        raise api.Refused(_("Choose a card product for one old name at least."))
    intake = Intake(at=api.now(), by=api.actor().name, chosen=dict(chosen))
    api.db.session.add(intake)
    api.db.session.flush()
    for name, item_id in chosen.items():
        item = api.db.session.get(Item, item_id)
        if item is None:
            raise api.NotFound(_("There is no such card product."))
        product = api.db.session.get_one(Product, item.product_id)
        if product.kind == "pass":
            raise api.Refused(_("Sessions cannot become a pass."))
        for rows in _batches(name):
            for row in rows:
                _make_card(intake, product, item, row, until_on)
    if not intake.cards:
        raise api.Refused(_("No sessions are left under these names."))
    api.record_audit(
        "cards.taken_in", intake, after=dict(chosen), title=_("Turned old sessions into cards")
    )
    return intake


def _batches(name: str) -> Iterator[Sequence[Any]]:
    last = 0
    while True:
        wanted = _open_lots().where(Lot.unit == f"{SESSION}{name}", Lot.id > last)
        rows = api.db.session.execute(wanted.order_by(Lot.id).limit(BATCH)).all()
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        last = rows[-1].lot_id


def _make_card(
    intake: Intake,
    product: Product,
    item: Item,
    row: Any,
    until_on: dt.date | None,
) -> None:
    """Make the card of one lot: its count is what was left, its price was paid elsewhere."""
    member = api.db.session.get_one(Member, row.member_id)
    worth = shares_of(product, product.price_fen)[product.items.index(item)]
    part = part_of(item, product, worth)
    part.sessions, part.free, part.lot_id, part.price_fen = row.left, 0, row.lot_id, 0
    card = Card(
        member_id=row.member_id,
        product_id=product.id,
        name=product.name,
        names=dict(product.names),
        kind=product.kind,
        source="opening",
        key=f"opening:{intake.id}:{row.lot_id}",
        store_id=member.home_store_id,
        sold_on=row.sold_on,
        sold_at=api.now(),
        sold_by=intake.by,
        price_fen=0,
        list_fen=part.list_fen * row.left,
        starts="sale",
        starts_on=row.sold_on,
        until_on=until_on,
        stores=list(product.stores),
        parts=[part],
        intake_id=intake.id,
    )
    api.db.session.add(card)
    api.db.session.flush()
    note(card, "taken_in")
    intake.cards += 1
    intake.sessions += row.left


@api.unit
def undo_intake(intake_id: int) -> int:
    """Take back the cards of an intake while none of them was used; return how many."""
    intake = api.db.session.get(Intake, intake_id, with_for_update=True)
    if intake is None or intake.undone_at is not None:
        raise api.NotFound(_("There is no such intake."))
    cards = sa.select(Card.id).where(Card.intake_id == intake.id)
    touched = sa.select(CardUse.id).where(CardUse.card_id.in_(cards)).limit(1)
    if api.db.session.scalar(touched) is not None:
        raise api.Refused(_("Sessions of these cards were used, so they stay."))
    gone = api.db.session.scalars(sa.select(Card).where(Card.intake_id == intake.id)).all()
    api.db.session.execute(sa.delete(Change).where(Change.card_id.in_(cards)))
    for card in gone:
        api.db.session.delete(card)
    intake.undone_at = api.now()
    api.record_audit("cards.intake_undone", intake, title=_("Took back cards of an intake"))
    return len(gone)


def check_day(text: str) -> dt.date | None:
    """Read the last day of cards that are taken in; None where none was entered."""
    text = text.strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise api.Refused(_("Enter a day such as 2026-12-31.")) from None
