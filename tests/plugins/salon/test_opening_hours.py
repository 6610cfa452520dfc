"""When a store is open."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from console import api
from plugins.salon.services import hours

pytestmark = pytest.mark.any_engine

TEN, TEN_PM, TWO_NEXT_DAY = 600, 1320, 1560
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture
def store(app: Flask) -> api.Store:
    return add_store("福田店")


@api.unit
def add_store(name: str, time_zone: str = "Asia/Shanghai") -> api.Store:
    api.db.session.add(store := api.Store(name=name, time_zone=time_zone))
    api.db.session.flush()
    return store


def at(day: dt.date, hour: int, zone: str = "Asia/Shanghai") -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ZoneInfo(zone))


def test_a_store_is_open_in_its_hours_and_closed_outside(store: api.Store) -> None:
    hours.put_week(store.id, {1: [(TEN, TEN_PM)]})
    assert hours.is_open(store, at(MONDAY, 10))
    assert not hours.is_open(store, at(MONDAY, 22))
    assert not hours.is_open(store, at(MONDAY + dt.timedelta(days=1), 12))


def test_a_store_that_closes_after_midnight_is_open_on_the_next_morning(store: api.Store) -> None:
    hours.put_week(store.id, {7: [(TEN, TWO_NEXT_DAY)]})
    assert hours.is_open(store, at(MONDAY, 1))
    assert not hours.is_open(store, at(MONDAY, 2))


def test_a_holiday_closes_the_store_whatever_the_weekday_says(store: api.Store) -> None:
    hours.put_week(store.id, {day: [(TEN, TEN_PM)] for day in range(1, 8)})
    hours.add_special_day(store.id, MONDAY, MONDAY + dt.timedelta(days=2), None, "春节")
    assert not hours.is_open(store, at(MONDAY + dt.timedelta(days=2), 12))
    assert hours.is_open(store, at(MONDAY + dt.timedelta(days=3), 12))


def test_a_special_day_may_have_other_hours(store: api.Store) -> None:
    hours.put_week(store.id, {1: [(TEN, TEN_PM)]})
    hours.add_special_day(store.id, MONDAY, MONDAY, (840, 1080))
    assert hours.spans_between(store.id, MONDAY, MONDAY) == {MONDAY: [(840, 1080)]}
    assert not hours.is_open(store, at(MONDAY, 12))


def test_the_weekday_holds_again_once_a_special_day_is_dropped(store: api.Store) -> None:
    hours.put_week(store.id, {1: [(TEN, TEN_PM)]})
    closed = hours.add_special_day(store.id, MONDAY, MONDAY, None)
    hours.drop_special_day(store.id, closed.id)
    assert hours.is_open(store, at(MONDAY, 12))


def test_a_special_day_of_another_store_cannot_be_dropped(store: api.Store) -> None:
    other = add_store("南山店")
    closed = hours.add_special_day(other.id, MONDAY, MONDAY, None)
    with pytest.raises(api.NotFound):
        hours.drop_special_day(store.id, closed.id)


def test_hours_are_those_of_the_stores_own_time_zone(app: Flask) -> None:
    store = add_store("Tokyo", "Asia/Tokyo")
    hours.put_week(store.id, {1: [(TEN, TEN_PM)]})
    (opening,) = hours.openings_on(store, MONDAY)
    assert opening.opens_at == dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


def test_the_day_on_which_clocks_go_forward_opens_by_the_clock_on_the_wall(app: Flask) -> None:
    store = add_store("Berlin", "Europe/Berlin")
    hours.put_week(store.id, {7: [(TEN, TEN_PM)]})
    (opening,) = hours.openings_on(store, dt.date(2026, 3, 29))
    assert opening.opens_at == dt.datetime(2026, 3, 29, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "week",
    [
        {1: [(TEN, TEN_PM), (1200, 1380)]},
        {1: [(TEN, 34 * 60)], 2: [(540, TEN_PM)]},
        {7: [(TEN, 34 * 60)], 1: [(540, TEN_PM)]},
    ],
    ids=["on one day", "into the next day", "from Sunday into Monday"],
)
def test_openings_may_not_overlap(store: api.Store, week: dict[int, list[hours.Span]]) -> None:
    with pytest.raises(api.Refused, match=r"overlap|重叠"):
        hours.put_week(store.id, week)


@pytest.mark.parametrize(
    ("opens", "closes", "span"),
    [
        ("10:00", "22:00", (TEN, TEN_PM)),
        ("10:00", "02:00", (TEN, TWO_NEXT_DAY)),
        ("１０：００", "24:00", (TEN, 1440)),  # noqa: RUF001
        ("9:30", "0:00", (570, 1440)),
    ],
)
def test_times_are_read_as_people_write_them(opens: str, closes: str, span: hours.Span) -> None:
    assert hours.read_span(opens, closes) == span


@pytest.mark.parametrize("text", ["", "noon", "25:00", "10:60", "24:01", "-1:00"])
def test_what_is_no_time_of_day_is_refused(app: Flask, text: str) -> None:
    with pytest.raises(api.Refused):
        hours.read_time(text)


def test_hours_are_shown_with_a_word_for_the_next_day(app: Flask) -> None:
    with app.test_request_context():
        assert hours.show_spans([(TEN, TEN_PM)]) == "10:00–22:00"  # noqa: RUF001
        assert "02:00" in hours.show_spans([(TEN, TWO_NEXT_DAY)])


def test_changed_hours_are_in_the_audit_trail(store: api.Store) -> None:
    from console.audit import AuditEntry

    hours.put_week(store.id, {1: [(TEN, TEN_PM)]})
    entry = api.db.session.query(AuditEntry).one()
    assert (entry.act, entry.subject_label) == ("salon.hours_changed", "福田店")
    assert entry.after == {"1": [[TEN, TEN_PM]]}
