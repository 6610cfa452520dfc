"""Taking imported cards back, while nothing that came later depends on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.importing.apply import ref_of
from plugins.cards.models import (
    Card,
    CardStore,
    CardUse,
    Change,
    Part,
    PartService,
    Pause,
    Person,
    Product,
    Transfer,
)
from plugins.ledger.api import Account, Entry, Journal, Lot, reverse_many, undo_opening
from plugins.membership.api import Member

CHUNK = 500
NAMED = 5


@api.unit
def take_cards_back(run: api.ImportRun, ids: Sequence[int]) -> Collection[int]:
    """Reverse what was opened for the cards, and remove them with the products made for them.

    Refused when one of them was used, refunded, swapped or given away since.
    """
    outlook = look_back(run, ids)
    if outlook.objection is not None:
        raise api.Refused(outlook.objection)
    _take_back_days(ids)
    undo_opening(ref_of(run))
    for some in _chunks(ids):
        parts = sa.select(Part.id).where(Part.card_id.in_(some))
        api.db.session.execute(sa.delete(PartService).where(PartService.part_id.in_(parts)))
        for model in (Change, Pause, Person, CardStore, Part):
            api.db.session.execute(sa.delete(model).where(model.card_id.in_(some)))
        api.db.session.execute(sa.delete(Card).where(Card.id.in_(some)))
    _remove_products(run)
    return ()


def look_back(_run: api.ImportRun, ids: Sequence[int]) -> api.Outlook:
    """Say whether an import can be taken back."""
    used = [number for some in _chunks(ids) for number in _touched(some)]
    if not used:
        return api.Outlook()
    names = labels_of(used[:NAMED])
    return api.Outlook(
        objection=_(
            "%(count)s of these cards were used, refunded or given away since, so the import "
            "cannot be rolled back: %(names)s.",
            count=len(used),
            names=", ".join(names.values()),
        )
    )


def _touched(ids: Sequence[int]) -> Iterator[int]:
    """Yield the cards that are no longer as they came."""
    used = sa.select(CardUse.card_id).where(CardUse.card_id.in_(ids))
    lots = (
        sa.select(Part.card_id)
        .join(Lot, Lot.id == Part.lot_id)
        .outerjoin(Account, Account.id.in_([Lot.paid_account_id, Lot.gift_account_id]))
        .where(Part.card_id.in_(ids))
        .group_by(Part.card_id, Lot.id, Lot.paid, Lot.gift)
        .having(sa.func.sum(Account.credits - Account.debits) < Lot.paid + Lot.gift)
    )
    given = sa.select(Transfer.card_id).where(Transfer.card_id.in_(ids))
    over = Card.state.not_in(("active", "paused"))
    wanted = sa.select(Card.id).where(Card.id.in_(ids))
    yield from api.db.session.scalars(
        wanted.where(sa.or_(over, *(Card.id.in_(some) for some in (used, lots, given)))).order_by(
            Card.id
        )
    )


def _take_back_days(ids: Sequence[int]) -> None:
    """Reverse what passes earned by day since."""
    passes = sa.select(Card.id).where(Card.unearned_account_id.is_not(None), Card.kind == "pass")
    for some in _chunks(ids):
        for card_id in api.db.session.scalars(passes.where(Card.id.in_(some))).all():
            rows = api.db.session.execute(
                sa.select(Journal.id, Journal.store_id).where(
                    Journal.code == "earn_pass",
                    Journal.idem_key.startswith(f"cards.earn:{card_id}:", autoescape=True),
                )
            ).all()
            items = [
                (Entry(key=f"undo:earn:{number}", code="reverse", store_id=store_id), number)
                for number, store_id in rows
            ]
            if items:
                reverse_many(items)


def _remove_products(run: api.ImportRun) -> None:
    held = sa.select(Card.product_id).where(Card.product_id == Product.id).exists()
    made = sa.select(Product).where(Product.import_id == run.id, ~held, ~Product.on_sale)
    for product in api.db.session.scalars(made).all():
        api.db.session.delete(product)


def labels_of(ids: Sequence[int]) -> dict[int, str]:
    """Return what cards are called, and whose they are, by id."""
    found: dict[int, str] = {}
    for some in _chunks(ids):
        rows = api.db.session.execute(
            sa.select(Card.id, Card.name, Member.name)
            .join(Member, Member.id == Card.member_id)
            .where(Card.id.in_(some))
        )
        found |= {number: f"{name} ({member})" for number, name, member in rows}
    return found


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
