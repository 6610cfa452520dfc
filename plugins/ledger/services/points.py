"""Points: one account per month of expiry, the oldest spent first; what is missing is a debt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import MEMBER, POINTS, Name, held, salon
from plugins.ledger.models import Account
from plugins.ledger.services.accounts import lock_accounts, open_accounts
from plugins.ledger.services.entries import Draft, Entry, Move, Posted
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.posting import claim_one, post_many, write
from plugins.ledger.services.problems import Insufficient

ACCOUNT: Any = Account.__table__
#: The part of points that never expire; it sorts behind every month.
NEVER = "never"


@api.unit
def earn_points(entry: Entry, member_id: int, points: int, *, expires: str = NEVER) -> Posted:
    """Give points that expire with the month *expires* ("2027-03"); a debt is settled first."""
    claim = claim_one(entry, [member_id, points, expires])
    if claim.fresh:
        member_id = heir_of(member_id)
        issued = salon("issued", entry.store_id, POINTS)
        bucket = held("points", member_id, expires)
        moves = []
        for debt, owed in _lock([issued, bucket, *_debts_of(member_id)]).items():
            settled = min(points, owed) if debt.kind == "points_debt" else 0
            if settled:
                moves.append(Move(issued, debt, settled))
                points -= settled
        if points:
            moves.append(Move(issued, bucket, points))
        write([(claim.head, Draft(moves=moves))])
    return claim.posted


@api.unit
def spend_points(entry: Entry, member_id: int, points: int) -> Posted:
    """Spend points, those that expire first before others; `Insufficient` spends none."""
    claim = claim_one(entry, [member_id, points])
    if claim.fresh:
        moves, missing = _take(entry, heir_of(member_id), points, newest_first=False)
        if missing:
            raise Insufficient
        write([(claim.head, Draft(moves=moves))])
    return claim.posted


@api.unit
def take_back_points(entry: Entry, member_id: int, points: int) -> Posted:
    """Take points back that were earned by what is now refunded: the newest first.

    What was spent already becomes a debt that the next points settle.
    """
    claim = claim_one(entry, [member_id, points])
    if claim.fresh:
        member_id = heir_of(member_id)
        moves, missing = _take(entry, member_id, points, newest_first=True)
        if missing:
            issued = salon("issued", entry.store_id, POINTS)
            moves.append(Move(held("points_debt", member_id), issued, missing))
        write([(claim.head, Draft(moves=moves))])
    return claim.posted


@api.unit
def expire_points(before: str) -> int:
    """Let all points expire whose month lies before the month *before*; return how many.

    Repeatable: a member's points expire once for each *before*.
    """
    balance = ACCOUNT.c.credits - ACCOUNT.c.debits
    rows = api.db.session.execute(
        sa.select(ACCOUNT.c.owner_id, ACCOUNT.c.part, balance.label("points"))
        .where(ACCOUNT.c.owner == MEMBER, ACCOUNT.c.kind == "points", ACCOUNT.c.unit == POINTS)
        .where(ACCOUNT.c.part < before, balance > 0)
        .order_by(ACCOUNT.c.owner_id, ACCOUNT.c.part)
        .with_for_update(key_share=True)
    )
    drafts: dict[int, Draft] = {}
    for row in rows:
        name = held("points", row.owner_id, row.part)
        move = Move(name, salon("issued", None, POINTS), row.points)
        drafts.setdefault(row.owner_id, Draft()).moves.append(move)
    entries = {
        member_id: Entry(
            key=f"expire_points:{before}:{member_id}",
            code="expire_points",
            asked=[before, member_id],
            ref=f"expire_points:{before}",
        )
        for member_id in drafts
    }
    posted = post_many([(entries[member_id], draft) for member_id, draft in drafts.items()])
    fresh = [draft for one, draft in zip(posted, drafts.values(), strict=True) if one.fresh]
    return sum(move.amount for draft in fresh for move in draft.moves)


def _debts_of(member_id: int) -> list[Name]:
    """Name the accounts of points owing; a file that another went into has several."""
    parts = api.db.session.scalars(
        sa.select(ACCOUNT.c.part)
        .where(ACCOUNT.c.owner == MEMBER, ACCOUNT.c.owner_id == member_id)
        .where(ACCOUNT.c.kind == "points_debt", ACCOUNT.c.debits > ACCOUNT.c.credits)
    )
    return [held("points_debt", member_id, part) for part in sorted(parts)]


def _take(
    entry: Entry, member_id: int, points: int, *, newest_first: bool
) -> tuple[list[Move], int]:
    issued = salon("issued", entry.store_id, POINTS)
    parts = api.db.session.scalars(
        sa.select(ACCOUNT.c.part)
        .where(ACCOUNT.c.owner == MEMBER, ACCOUNT.c.owner_id == member_id)
        .where(ACCOUNT.c.kind == "points", ACCOUNT.c.credits > ACCOUNT.c.debits)
    ).all()
    buckets = [held("points", member_id, part) for part in sorted(parts, reverse=newest_first)]
    balances = _lock([issued, *buckets])
    moves = []
    for bucket in buckets:
        some = min(points, balances[bucket])
        if some:
            moves.append(Move(bucket, issued, some))
            points -= some
    return moves, points


def _lock(names: Iterable[Name]) -> dict[Name, int]:
    """Lock accounts and return how far each is off zero."""
    ids = open_accounts(names)
    lock_accounts(ids.values())
    off = sa.func.abs(ACCOUNT.c.credits - ACCOUNT.c.debits).label("off")
    rows = api.db.session.execute(
        sa.select(ACCOUNT.c.id, off).where(ACCOUNT.c.id.in_(ids.values()))
    )
    balances = {row.id: row.off for row in rows}
    return {name: balances[number] for name, number in ids.items()}
