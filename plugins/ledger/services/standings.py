"""Standings: what members have, ready for lists, sorting and filters."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypedDict

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import MEMBER
from plugins.ledger.models import Standing

STANDING: Any = Standing.__table__
SUMS = (
    sa.select(STANDING.c.owner_id, STANDING.c.kind, sa.func.sum(STANDING.c.amount))
    .where(STANDING.c.owner == MEMBER)
    .where(STANDING.c.owner_id.in_(sa.bindparam("members", expanding=True)))
    .where(STANDING.c.kind.in_(sa.bindparam("kinds", expanding=True)))
    .group_by(STANDING.c.owner_id, STANDING.c.kind)
)


def standing_amount(member_id: Any, kind: str, unit: str = "") -> sa.ColumnElement[int]:
    """Return an SQL expression for what the member in the column *member_id* has of a kind.

    Sums over several kinds ("balance", "all_sessions", "all_points") have no unit; what a
    member owes ("owing") is below zero.
    """
    amount = (
        sa.select(STANDING.c.amount)
        .where(STANDING.c.owner == MEMBER, STANDING.c.owner_id == member_id)
        .where(STANDING.c.kind == kind, STANDING.c.unit == unit)
        .scalar_subquery()
    )
    return sa.func.coalesce(amount, 0)


class StandingColumn(TypedDict):
    """What makes a column of a list of members: `api.Column("balance", …, **standing)`."""

    expression: sa.ColumnElement[int]
    join: Callable[[Any], tuple[Any, sa.ColumnElement[bool]]]


def standing_column(kind: str, unit: str = "") -> StandingColumn:
    """Return a standing as a column for lists of members, sorted by an index at any size.

    It is empty for whoever never had any.
    """
    held: Any = STANDING.alias(f"standing_{kind}")

    def join(model: Any) -> tuple[Any, sa.ColumnElement[bool]]:
        of_member = sa.and_(held.c.owner == MEMBER, held.c.owner_id == model.id)
        return held, sa.and_(of_member, held.c.kind == kind, held.c.unit == unit)

    return {"expression": held.c.amount, "join": join}


def where_standing(
    member_id: Any, kind: str, operation: str, given: int, unit: str = ""
) -> sa.ColumnElement[bool]:
    """Return the condition that a member's standing (a sum has no unit) is ge, le or eq *given*.

    Who never had any has zero.
    """
    compare = {"ge": operator.ge, "le": operator.le, "eq": operator.eq}[operation]
    held = sa.select(STANDING.c.owner_id).where(STANDING.c.owner == MEMBER)
    held = held.where(STANDING.c.kind == kind, STANDING.c.unit == unit)
    fits: sa.ColumnElement[bool] = compare(STANDING.c.amount, given)
    if compare(0, given):
        return ~held.where(~fits, STANDING.c.owner_id == member_id).exists()
    return api.among(member_id, held.where(fits))


def standings(member_ids: Sequence[int], kinds: Iterable[str]) -> dict[int, dict[str, int]]:
    """Return what members have, by member and kind, summed over units; zero where nothing is."""
    wanted = list(kinds)
    found = {member_id: dict.fromkeys(wanted, 0) for member_id in member_ids}
    rows = api.db.session.execute(SUMS, {"members": [*found], "kinds": wanted})
    for member_id, kind, amount in rows:
        found[member_id][kind] = int(amount)
    return found
