"""Standings: what members have, ready for lists, sorting and filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import MEMBER
from plugins.ledger.models import Standing

STANDING: Any = Standing.__table__


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


def standings(member_ids: Sequence[int], kinds: Iterable[str]) -> dict[int, dict[str, int]]:
    """Return what members have, by member and kind, summed over units; zero where nothing is."""
    wanted = list(kinds)
    found = {member_id: dict.fromkeys(wanted, 0) for member_id in member_ids}
    rows = api.db.session.execute(
        sa.select(STANDING.c.owner_id, STANDING.c.kind, sa.func.sum(STANDING.c.amount))
        .where(STANDING.c.owner == MEMBER, STANDING.c.owner_id.in_(member_ids))
        .where(STANDING.c.kind.in_(wanted))
        .group_by(STANDING.c.owner_id, STANDING.c.kind)
    )
    for member_id, kind, amount in rows:
        found[member_id][kind] = int(amount)
    return found
