"""The history of points: what moved them, with what there was before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.ledger.api import CODES, POINTS, Account, Journal, Leg, heir_of
from plugins.membership.hookspecs import MovementOrder, membership_movement_orders
from plugins.membership.models import Member
from plugins.membership.services.points.telling import points_of

SHOWN = 50


@dataclass(frozen=True)
class Moved:
    """A movement of points."""

    journal_id: int
    at: dt.datetime
    code: str
    change: int
    after: int
    store: str
    by: str
    note: str
    order: MovementOrder | None = None

    @property
    def before(self) -> int:
        """What there was before."""
        return self.after - self.change

    @property
    def words(self) -> str:
        """What it was, in the reader's language."""
        return str(CODES.get(self.code, self.code))


@dataclass(frozen=True)
class Bucket:
    """Points that expire together."""

    month: str
    points: int


def buckets_of(member_id: int) -> list[Bucket]:
    """Return a member's points by the month of their expiry, the first ones first."""
    rows = api.db.session.execute(
        sa.select(Account.part, Account.credits - Account.debits)
        .where(Account.owner == "member", Account.owner_id == heir_of(member_id))
        .where(Account.kind == "points", Account.credits > Account.debits)
        .order_by(Account.part)
    )
    return [Bucket(part, int(points)) for part, points in rows]


def history_of(member_id: int, most: int = SHOWN) -> list[Moved]:
    """Return how a member's points moved, the latest first."""
    holder = heir_of(member_id)
    changes = _changes().where(Account.owner_id == holder)
    rows = _told(changes.subquery(), most, by_time=True)
    orders = _orders([row.id for row in rows])
    after, found = points_of(holder), []
    for row in rows:
        change = int(row.change)
        told = (row.posted_at, row.code, change, after, row.store or "", row.by or "", row.note)
        found.append(Moved(row.id, *told, orders.get(row.id)))
        after -= change
    return found


def _orders(journal_ids: Sequence[int]) -> dict[int, MovementOrder]:
    """Return by journal the order that it belongs to."""
    answers = api.answers(membership_movement_orders, journal_ids=journal_ids)
    return {one.journal_id: one for answer in answers for one in answer}


@dataclass(frozen=True)
class Logged:
    """A movement of anybody's points, for staff."""

    journal_id: int
    member: Member
    at: dt.datetime
    code: str
    change: int
    store: str
    by: str
    note: str

    @property
    def words(self) -> str:
        """What it was, in the reader's language."""
        return str(CODES.get(self.code, self.code))


def log_of_points(
    stores: frozenset[int] | None, before: int | None = None, code: str = "", most: int = SHOWN
) -> list[Logged]:
    """Return how points moved in some stores, or in all, the latest first."""
    changes = _changes().add_columns(Account.owner_id.label("owner_id")).group_by(Account.owner_id)
    if before is not None:
        changes = changes.where(Leg.journal_id < before)
    rows = _told(changes.subquery(), most, stores, code)
    members = _members({row.owner_id for row in rows})
    return [
        Logged(
            row.id,
            members[row.owner_id],
            row.posted_at,
            row.code,
            int(row.change),
            row.store or "",
            row.by or "",
            row.note,
        )
        for row in rows
        if row.owner_id in members
    ]


def _members(ids: set[int]) -> dict[int, Member]:
    found = api.db.session.scalars(sa.select(Member).where(Member.id.in_(ids)))
    return {member.id: member for member in found}


def _changes() -> sa.Select[int, int]:
    sign = sa.case((Leg.credit_id == Account.id, Leg.amount), else_=-Leg.amount)
    return (
        sa.select(Leg.journal_id.label("journal_id"), sa.func.sum(sign).label("change"))
        .join(Account, sa.or_(Account.id == Leg.credit_id, Account.id == Leg.debit_id))
        .where(Leg.unit == POINTS, Account.owner == "member")
        .where(Account.kind.in_(("points", "points_debt")))
        .group_by(Leg.journal_id)
    )


def _told(
    changes: sa.Subquery,
    most: int,
    stores: frozenset[int] | None = None,
    code: str = "",
    *,
    by_time: bool = False,
) -> Sequence[sa.Row[tuple[object, ...]]]:
    latest = [Journal.posted_at.desc()] if by_time else []
    rows = (
        sa.select(
            Journal.id,
            Journal.posted_at,
            Journal.code,
            Journal.note,
            api.Store.name.label("store"),
            api.User.name.label("by"),
            *changes.c,
        )
        .join(changes, changes.c.journal_id == Journal.id)
        .outerjoin(api.Store, api.Store.id == Journal.store_id)
        .outerjoin(api.User, api.User.id == Journal.actor_id)
        .order_by(*latest, Journal.id.desc())
        .limit(most)
    )
    if stores is not None:
        rows = rows.where(Journal.store_id.in_(stores))
    if code:
        rows = rows.where(Journal.code == code)
    return api.db.session.execute(rows).all()
