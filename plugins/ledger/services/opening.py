"""Opening balances: what members had in the books of the salon's former system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import CNY, MEMBER, POINTS, held, salon
from plugins.ledger.models import Account, Handover, Journal, Leg, Lot
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.points import NEVER
from plugins.ledger.services.posting import book_day_of, business_day_of, post_many
from plugins.ledger.services.reversing import reverse_many
from plugins.ledger.services.selling import Tender, Terms, lots_draft

JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
HANDOVER: Any = Handover.__table__
LOT: Any = Lot.__table__
ACCOUNT: Any = Account.__table__


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What one member brings along; sessions are counted by the name of their card.

    *owing_fen* is what she owed the salon, a positive amount. *lots* are cards with a price, as
    sold on *sold_on*; *unearned_fen* is money paid ahead for what counts no sessions. *key*
    tells several openings of one member apart.
    """

    member_id: int
    principal_fen: int = 0
    bonus_fen: int = 0
    points: int = 0
    sessions: Mapping[str, int] = field(default_factory=dict)
    owing_fen: int = 0
    note: str = ""
    lots: Sequence[Terms] = ()
    unearned_fen: int = 0
    sold_on: dt.date | None = None
    key: str = ""


@dataclass(frozen=True)
class OpenedCard:
    """What stands in the books for one keyed opening: its journal, its lot or its price."""

    journal_id: int
    lot_id: int | None
    unearned_account_id: int | None


@dataclass(frozen=True)
class Opened:
    """What was posted: how many journals, and their sums."""

    journals: int
    principal_fen: int
    bonus_fen: int
    points: int
    sessions: int
    owing_fen: int


@api.unit
def open_balances(ref: str, rows: Sequence[Opening], *, store_id: int | None = None) -> Opened:
    """Post the opening balances of thousands of members in one short unit, one journal each.

    They come from the opening accounts and are never income. *ref* names the import; a member
    gets one journal for each *ref* (and key), however often this is called.
    """
    day, books = business_day_of(store_id), book_day_of(store_id)
    items: list[tuple[Entry, Draft]] = []
    posted: list[Opening] = []
    for row in rows:
        entry = Entry(
            key=f"opening:{ref}:{row.key or row.member_id}",
            code="opening",
            asked=_asked(row),
            ref=ref,
            store_id=store_id,
            business_on=books,
            note=row.note,
        )
        draft = _draft(entry, row, day)
        if draft.moves:
            items.append((entry, draft))
            posted.append(row)
    done = zip(post_many(items), posted, strict=True)
    fresh = [row for one, row in done if one.fresh]
    return Opened(
        journals=len(fresh),
        principal_fen=sum(row.principal_fen for row in fresh),
        bonus_fen=sum(row.bonus_fen for row in fresh),
        points=sum(row.points for row in fresh),
        sessions=sum(
            sum(row.sessions.values()) + sum(terms.paid for terms in row.lots) for row in fresh
        ),
        owing_fen=sum(row.owing_fen for row in fresh),
    )


def _asked(row: Opening) -> dict[str, Any]:
    sold_on = row.sold_on.isoformat() if row.sold_on else None
    return {**vars(row), "lots": [vars(terms) for terms in row.lots], "sold_on": sold_on}


def _draft(entry: Entry, row: Opening, day: dt.date) -> Draft:
    lots = [
        Terms(price_fen=0, paid=count, card=card, product=card)
        for card, count in row.sessions.items()
        if count
    ]
    lots += row.lots
    if row.principal_fen or row.bonus_fen:
        paid = row.principal_fen
        lots.insert(0, Terms(price_fen=paid, paid=paid, gift=row.bonus_fen))
    price = sum(terms.price_fen for terms in lots)
    tenders = [Tender(salon("opening", None, CNY), price)] if price else []
    sold_on = row.sold_on or day
    draft = lots_draft(entry, row.member_id, lots, tenders, sold_on, issuer="opening")
    if row.unearned_fen:
        paid_ahead = held("unearned", row.member_id, f"{entry.key}/pass")
        draft.moves.append(Move(salon("opening", None, CNY), paid_ahead, row.unearned_fen))
    if row.points:
        points = held("points", row.member_id, NEVER)
        draft.moves.append(Move(salon("opening", None, POINTS), points, row.points))
    if row.owing_fen:
        owing = held("owing", row.member_id)
        draft.moves.append(Move(owing, salon("opening", None, CNY), row.owing_fen))
    return draft


def opened_cards(ref: str) -> dict[str, OpenedCard]:
    """Return what the openings of an import left in the books, by their keys."""
    own = (JOURNAL.c.ref == ref, JOURNAL.c.code == "opening")
    lots = api.db.session.execute(
        sa.select(JOURNAL.c.idem_key, JOURNAL.c.id, LOT.c.id)
        .outerjoin(LOT, LOT.c.journal_id == JOURNAL.c.id)
        .where(*own)
    ).all()
    ahead = api.db.session.execute(
        sa.select(LEG.c.journal_id, ACCOUNT.c.id)
        .join(JOURNAL, JOURNAL.c.id == LEG.c.journal_id)
        .join(ACCOUNT, ACCOUNT.c.id == LEG.c.credit_id)
        .where(*own, ACCOUNT.c.owner == MEMBER, ACCOUNT.c.kind == "unearned")
    )
    accounts = {row.journal_id: row.id for row in ahead}
    start = len(f"opening:{ref}:")
    return {
        key[start:]: OpenedCard(number, lot_id, None if lot_id else accounts.get(number))
        for key, number, lot_id in lots
    }


@api.unit
def undo_opening(ref: str) -> int:
    """Reverse all opening balances of an import; return how many. One refusal keeps all.

    `Insufficient` when somebody has spent of hers: see `members_who_used()`.
    """
    reversal = JOURNAL.alias("reversal")
    rows = api.db.session.execute(
        sa.select(JOURNAL.c.id, JOURNAL.c.idem_key, JOURNAL.c.store_id)
        .outerjoin(reversal, reversal.c.reverses_id == JOURNAL.c.id)
        .where(JOURNAL.c.ref == ref, JOURNAL.c.code == "opening", reversal.c.id.is_(None))
    ).all()
    items = [
        (Entry(key=f"undo:{row.idem_key}", code="reverse", ref=ref, store_id=row.store_id), row.id)
        for row in rows
    ]
    return len(reverse_many(items)) if items else 0


def brought_value(member_id: int) -> bool:
    """Tell whether a member paid for stored value in an earlier system, wherever it is now."""
    given = sa.select(HANDOVER.c.id).join(JOURNAL, JOURNAL.c.id == HANDOVER.c.journal_id)
    given = given.where(JOURNAL.c.code == "transfer")
    from_others = given.where(
        HANDOVER.c.account_id == LOT.c.paid_account_id, HANDOVER.c.from_id != member_id
    )
    hers = given.with_only_columns(HANDOVER.c.account_id).where(HANDOVER.c.from_id == member_id)
    undone = sa.select(JOURNAL.c.reverses_id).where(JOURNAL.c.reverses_id.is_not(None))
    brought = (
        sa.select(LOT.c.id)
        .join(JOURNAL, JOURNAL.c.id == LOT.c.journal_id)
        .join(ACCOUNT, ACCOUNT.c.id == LOT.c.paid_account_id)
        .where(LOT.c.kind == "money", LOT.c.price_fen > 0, JOURNAL.c.code == "opening")
        .where(JOURNAL.c.id.not_in(undone), ~from_others.exists())
    )
    own = ACCOUNT.c.owner == MEMBER, ACCOUNT.c.owner_id == member_id
    asked = (brought.where(*own), brought.where(LOT.c.paid_account_id.in_(hers)))
    return any(api.db.session.scalar(one.limit(1)) is not None for one in asked)


def members_who_used(ref: str) -> set[int]:
    """Return the members who have less left (or owe less) than an import gave them.

    Their opening balances can no longer be reversed.
    """
    own = sa.select(JOURNAL.c.id).where(JOURNAL.c.ref == ref)
    sides = [
        sa.select(side.label("account_id"), amount.label("amount")).where(LEG.c.journal_id.in_(own))
        for side, amount in ((LEG.c.credit_id, LEG.c.amount), (LEG.c.debit_id, -LEG.c.amount))
    ]
    moved = sa.union_all(*sides).subquery()
    given = sa.func.sum(moved.c.amount)
    has = ACCOUNT.c.credits - ACCOUNT.c.debits
    used = (
        sa.select(ACCOUNT.c.owner_id)
        .join(moved, moved.c.account_id == ACCOUNT.c.id)
        .where(ACCOUNT.c.owner == MEMBER)
        .group_by(ACCOUNT.c.id)
        .having(sa.case((ACCOUNT.c.bound == "debit", has > given), else_=has < given))
    )
    return set(api.db.session.scalars(used))


def members_with_business(ref: str) -> set[int]:
    """Return the members of an import who have journals of another reference."""
    own = sa.select(JOURNAL.c.id).where(JOURNAL.c.ref == ref)
    sides = [
        sa.select(ACCOUNT.c.owner_id, LEG.c.journal_id)
        .join(ACCOUNT, ACCOUNT.c.id == side)
        .where(ACCOUNT.c.owner == MEMBER)
        for side in (LEG.c.debit_id, LEG.c.credit_id)
    ]
    touched = sa.union_all(*sides).subquery()
    members = sa.select(touched.c.owner_id).where(touched.c.journal_id.in_(own))
    others = (
        sa.select(touched.c.owner_id)
        .where(touched.c.owner_id.in_(members), touched.c.journal_id.not_in(own))
        .distinct()
    )
    return set(api.db.session.scalars(others))
