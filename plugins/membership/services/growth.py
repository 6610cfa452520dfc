"""The growth value of a member: what counts towards a level, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import Growth

GROWTH: Any = Growth.__table__


def first_counted_on(today: dt.date) -> dt.date:
    """Return the first of the days that make the last twelve months of a day.

    What was spent on a day counts until the day before its anniversary; the anniversary of
    29 February is 1 March in other years.
    """
    try:
        year_ago = today.replace(year=today.year - 1)
    except ValueError:
        year_ago = dt.date(today.year - 1, 2, 28)
    return year_ago + dt.timedelta(days=1)


def growth_of(member_id: int, on: dt.date) -> Mapping[str, int]:
    """Return a member's growth value in fen by each basis of a level, as it counts on a day.

    A day to come says what of today's growth will still count then.
    """
    known = sa.and_(GROWTH.c.member_id == member_id, GROWTH.c.counted_on <= on)
    lately = GROWTH.c.counted_on >= first_counted_on(on)
    spent = GROWTH.c.cause != "top_up"
    year, total = api.db.session.execute(
        sa.select(
            sa.func.sum(sa.case((lately, GROWTH.c.fen), else_=0)), sa.func.sum(GROWTH.c.fen)
        ).where(known, spent)
    ).one()
    each = (
        sa.select(sa.func.sum(GROWTH.c.fen).label("fen"))
        .where(known, ~spent, lately)
        .group_by(sa.func.coalesce(GROWTH.c.corrects_id, GROWTH.c.id))
        .subquery()
    )
    largest = api.db.session.scalar(sa.select(sa.func.max(each.c.fen)))
    return {"year": int(year or 0), "total": int(total or 0), "top_up": int(largest or 0)}
