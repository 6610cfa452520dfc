"""Growth in the last twelve months, against a model that counts day by day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console import api
from plugins.membership.models import Growth
from plugins.membership.services.growth import first_counted_on, growth_of
from tests.support.membership import join
from tests.support.people import add_store

pytestmark = pytest.mark.either_engine

FIRST, LAST = dt.date(2022, 1, 1), dt.date(2030, 12, 31)
LEAP = dt.date(2028, 2, 29)
days = st.one_of(
    st.dates(FIRST, LAST),
    st.dates(LEAP - dt.timedelta(days=3), LEAP + dt.timedelta(days=3)),
    st.dates(LEAP + dt.timedelta(days=360), LEAP + dt.timedelta(days=372)),
)


def anniversary(day: dt.date) -> dt.date:
    """The first day on which what was spent on a day does not count any more."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


@given(day=days, today=days)
@example(LEAP, dt.date(2029, 2, 28))
@example(LEAP, dt.date(2029, 3, 1))
@example(dt.date(2027, 2, 28), LEAP)
@example(dt.date(2027, 3, 1), LEAP)
def test_a_day_counts_until_its_anniversary(day: dt.date, today: dt.date) -> None:
    counts = first_counted_on(today) <= day <= today
    assert counts == (day <= today < anniversary(day))


@dataclass(frozen=True)
class Spent:
    """What was spent or topped up on a day, and the parts of it that were refunded."""

    on: dt.date
    fen: int
    cause: str
    refunds: tuple[int, ...]

    @property
    def left(self) -> int:
        return self.fen - sum(self.refunds)


@st.composite
def spendings(draw: st.DrawFn) -> Spent:
    fen = draw(st.integers(1, 500_000))
    refunds, left = [], fen
    for part in draw(st.lists(st.integers(1, 200_000), max_size=2)):
        if part <= left:
            refunds.append(part)
            left -= part
    cause = draw(st.sampled_from(("spend", "import", "top_up")))
    return Spent(draw(days), fen, cause, tuple(refunds))


def naive(rows: list[Spent], today: dt.date) -> dict[str, int]:
    known = [row for row in rows if row.on <= today]
    lately = [row for row in known if today < anniversary(row.on)]
    return {
        "year": sum(row.left for row in lately if row.cause != "top_up"),
        "total": sum(row.left for row in known if row.cause != "top_up"),
        "top_up": max((row.left for row in lately if row.cause == "top_up"), default=0),
    }


@api.unit
def store(member_id: int, rows: list[Spent]) -> None:
    api.db.session.query(Growth).filter(Growth.corrects_id.is_not(None)).delete()
    api.db.session.query(Growth).delete()
    for number, row in enumerate(rows):
        told = {"member_id": member_id, "cause": row.cause, "counted_on": row.on, "at": api.now()}
        original = Growth(fen=row.fen, key=str(number), **told)
        api.db.session.add(original)
        api.db.session.flush()
        for part, refund in enumerate(row.refunds):
            key = f"{number}:{part}"
            back = Growth(fen=-refund, key=key, corrects_id=original.id, **told)
            api.db.session.add(back)


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    return int(join().id)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(spendings(), max_size=8), today=days)
def test_growth_is_what_a_naive_count_says(anna: int, rows: list[Spent], today: dt.date) -> None:
    store(anna, rows)
    assert growth_of(anna, today) == naive(rows, today)
