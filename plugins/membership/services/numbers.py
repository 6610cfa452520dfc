"""Member numbers: M, the year of joining, and a number that no one else ever had."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from console import api
from plugins.membership.models import NumberSeries


def take_numbers(year: int, count: int) -> list[str]:
    """Take the next *count* numbers of a year; two who take at once get different ones."""
    last = _raise(year, count)
    if last is None:
        try:
            with api.db.session.begin_nested():
                api.db.session.execute(sa.insert(NumberSeries).values(year=year, last=0))
        except IntegrityError:
            pass  # somebody else began the year at this very moment
        last = _raise(year, count)
        if last is None:
            raise AssertionError("the series was just begun")
    return [f"M{year}{number:04}" for number in range(last - count + 1, last + 1)]


def _raise(year: int, count: int) -> int | None:
    raised = (
        sa.update(NumberSeries)
        .where(NumberSeries.year == year)
        .values(last=NumberSeries.last + count)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )
    last: int | None = api.db.session.scalar(raised)
    return last
