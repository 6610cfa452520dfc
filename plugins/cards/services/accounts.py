"""The ledger's accounts behind a card: its lots, the price of a pass, what is owing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.cards.models import Card, Part
from plugins.ledger.api import SESSION, Account, Lot, Name, heir_of, lots_of


@dataclass(frozen=True)
class Left:
    """What is left of the sessions of a part."""

    paid: int = 0
    free: int = 0

    @property
    def all(self) -> int:
        """Paid and free sessions together."""
        return self.paid + self.free


_paid, _gift = sa.orm.aliased(Account), sa.orm.aliased(Account)
_LEFT = (
    sa.select(
        Lot.id,
        _paid.credits - _paid.debits,
        sa.func.coalesce(_gift.credits - _gift.debits, 0),
    )
    .join(_paid, _paid.id == Lot.paid_account_id)
    .outerjoin(_gift, _gift.id == Lot.gift_account_id)
    .where(Lot.id.in_(sa.bindparam("lots", expanding=True)))
)


def left_of(parts: Iterable[Part]) -> dict[int, Left]:
    """Return what is left of parts of cards, by the part's number, in one query."""
    lots = {part.lot_id: part.id for part in parts if part.lot_id is not None}
    rows = api.db.session.execute(_LEFT, {"lots": [*lots]}) if lots else ()
    return {lots[number]: Left(int(some), int(free)) for number, some, free in rows}


def left_per_card() -> sa.Subquery:
    """Return what is left by card, as a subquery with `card_id` and `left`."""
    both = _paid.credits - _paid.debits + sa.func.coalesce(_gift.credits - _gift.debits, 0)
    return (
        sa.select(Part.card_id.label("card_id"), sa.func.sum(both).label("left"))
        .join(Lot, Lot.id == Part.lot_id)
        .join(_paid, _paid.id == Lot.paid_account_id)
        .outerjoin(_gift, _gift.id == Lot.gift_account_id)
        .group_by(Part.card_id)
        .subquery()
    )


def balance_of(account_id: int | None) -> int:
    """Return the credits of an account less its debits; zero without one."""
    if account_id is None:
        return 0
    found = api.db.session.scalar(
        sa.select(Account.credits - Account.debits).where(Account.id == account_id)
    )
    return int(found or 0)


def owing_of(card: Card) -> int:
    """Return what a member still owes for a card, in fen."""
    return -balance_of(card.owing_account_id)


def owing_of_all(cards: Sequence[Card]) -> dict[int, int]:
    """Return what is owing for cards, by card, in one query; those paid in full are left out."""
    accounts = {card.owing_account_id: card.id for card in cards if card.owing_account_id}
    if not accounts:
        return {}
    rows = api.db.session.execute(
        sa.select(Account.id, Account.debits - Account.credits).where(Account.id.in_(accounts))
    )
    return {accounts[number]: int(fen) for number, fen in rows if fen}


def name_of(account_id: int) -> Name:
    """Return the name of an account as it stands now: a merge may have moved it."""
    account = api.db.session.get_one(Account, account_id, populate_existing=True)
    return Name(account.owner, account.owner_id, account.kind, account.unit, account.part)


def sessions_on_no_card(member_id: int) -> list[tuple[str, int]]:
    """Return what an import left under old names: pairs of a name and the sessions left."""
    lots = lots_of(heir_of(member_id), "sessions")
    known = sa.select(Part.lot_id).where(Part.lot_id.in_([lot.id for lot in lots]))
    on_cards = set(api.db.session.scalars(known))
    found: dict[str, int] = {}
    for lot in lots:
        if lot.id not in on_cards:
            name = lot.unit.removeprefix(SESSION)
            found[name] = found.get(name, 0) + lot.left
    return list(found.items())
