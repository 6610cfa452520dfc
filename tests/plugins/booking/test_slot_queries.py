"""What free times and a booking ask of the database: few questions, each answered by an index."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from benchmarks import our_bookings
from benchmarks.our_bookings import FIRST_STORE, VARIANT, Chain
from console import api
from console.db import db
from plugins.booking.api import Taken, Wish, book, free_times
from plugins.booking.models import ResourceDay
from plugins.booking.services.claiming import busy_of
from plugins.booking.services.days import pack
from plugins.salon.models import Service, Staff
from tests.console.admin.test_queries import listening, plan_of
from tests.support.booking import MORNING, Salon, add_rooms, lies, new_key
from tests.support.salon import add_service

pytestmark = pytest.mark.usefixtures("in_english")
A_DAY = dt.timedelta(days=1)
TOMORROW = MORNING.date() + A_DAY
#: Tables of which no booking may read more than its own rows.
LARGE = ("booking_day", "booking_visit", "booking_cell")


@pytest.fixture
def house(app: Flask, migrated_url: str) -> int:
    """A store of fifty technicians who have a month before them."""
    our_bookings.fill(migrated_url, Chain(1, 50, 0, full_days=0))
    with db.engine.connect().execution_options(console_writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE booking_day")
            connection.commit()
    return FIRST_STORE


def asked_in(act: Any) -> list[tuple[str, Any]]:
    """Return what an act asks of the database once it has been done before."""
    act()
    with listening() as asked:
        act()
    return [
        (text, values)
        for text, values in asked
        if not text.startswith(("BEGIN", "SELECT console_epoch"))
    ]


@pytest.mark.parametrize(("first", "days", "most"), [(TOMORROW, 1, 5), (TOMORROW, 30, 10)])
def test_any_of_fifty_is_found_with_few_questions(
    house: int, first: dt.date, days: int, most: int
) -> None:
    wish, last = [Wish(VARIANT)], first + (days - 1) * A_DAY
    api.db.session.rollback()
    with listening() as cold:
        free = free_times(house, wish, first, last)
    warm = asked_in(lambda: free_times(house, wish, first, last))
    assert all(len(times) == 37 for times in free.values())
    # What a worker remembers is read once: the epoch, settings, hours, the store, its services.
    assert len(cold) - len(warm) <= 6
    assert len(warm) <= most
    check_plans(warm)


def test_a_booking_asks_no_more_for_fifty_than_for_one(house: int) -> None:
    times = iter(free_times(house, [Wish(VARIANT)], TOMORROW, TOMORROW)[TOMORROW][::8])
    anybody = asked_in(lambda: book_one(house, next(times)))
    somebody = asked_in(lambda: book_one(house, next(times), staff_id=50))
    assert len(anybody) == len(somebody) <= 12, "\n".join(text for text, _values in anybody)
    check_plans(anybody)
    assert lies() == []


def test_a_time_kept_too_long_on_another_day_stays_until_somebody_wants_that_day(
    app: Flask,
) -> None:
    salon = Salon()
    wednesday = TOMORROW + 2 * A_DAY
    salon.roster(*salon.staff, day=wednesday)
    kept = salon.book("12:00", keep=True).id
    with api.at_moment(MORNING + dt.timedelta(minutes=11)):
        salon.book("12:00", day=wednesday)
        assert lies() == []
        assert "12:00" in salon.free()
        assert salon.book("12:00").id != kept


def test_what_the_catalogue_says_now_is_what_is_offered(app: Flask) -> None:
    salon = Salon(technicians=2)
    assert salon.free()
    _change(Service, salon.service.id, on_sale=False)
    with pytest.raises(api.Refused, match="not offered"):
        salon.free()
    _change(Service, salon.service.id, on_sale=True)
    for person in salon.staff_ids:
        assert salon.free()
        _change(Staff, person, left_on=MORNING.date())
    assert salon.free() == []


def test_a_month_offers_what_its_days_offer(app: Flask) -> None:
    salon = Salon(technicians=2)
    kind = add_rooms(salon.store, 1)
    late = add_service("Late", skill_id=salon.skill.id, room_kind_id=kind, cleanup_minutes=30)
    for number in range(6):
        salon.roster(*salon.staff, day=TOMORROW + number * A_DAY, span=(600, 1080 + 60 * number))
    salon.book("12:00", wishes=[Wish(late.variants[0].id)])
    salon.book("17:00", salon.staff[0])
    party = [Wish(late.variants[0].id), Wish(salon.variant_id, guest=1)]
    last = TOMORROW + 5 * A_DAY
    for wishes in ([Wish(salon.variant_id)], [Wish(late.variants[0].id)], party):
        whole = free_times(salon.store_id, wishes, TOMORROW, last)
        assert list(whole) == [TOMORROW + number * A_DAY for number in range(6)]
        for day, times in whole.items():
            assert free_times(salon.store_id, wishes, day, day) == {day: times}


def test_a_form_that_is_sent_with_another_store_is_refused(app: Flask) -> None:
    salon = Salon()
    other = Salon(name="Other")
    first = salon.book("12:00", key="form").id
    assert other.book("12:00", key="form").id == first


def test_nobody_gets_a_time_whose_cells_are_taken_behind_the_bits(app: Flask) -> None:
    salon = Salon()
    salon.book("12:00")
    _forget_bits()
    with pytest.raises(Taken, match="a moment ago"):
        salon.book("12:30")
    _restore_bits()


def book_one(store_id: int, at: dt.datetime, staff_id: int | None = None) -> int:
    """Book for somebody who called."""
    return book(store_id, at, [Wish(VARIANT, staff_id)], key=new_key(), guest_name="Lin").id


def check_plans(asked: list[tuple[str, Any]]) -> None:
    """Refuse a plan that reads a large table from one end to the other."""
    for text, values in asked:
        if not text.startswith("SELECT"):
            continue
        plan = plan_of(text, values)
        for table in LARGE:
            assert f"Seq Scan on {table}" not in plan, f"{text}\n{plan}"
            assert f"SCAN {table}" not in plan, f"{text}\n{plan}"


@api.unit
def _change(model: Any, number: int, **values: Any) -> None:
    row = api.db.session.get_one(model, number)
    for name, value in values.items():
        setattr(row, name, value)


@api.unit
def _forget_bits() -> None:
    for row in api.db.session.query(ResourceDay):
        row.busy = pack(0)


@api.unit
def _restore_bits() -> None:
    for row in api.db.session.query(ResourceDay):
        taken = busy_of({(row.kind, row.resource_id)}, row.first_cell)
        row.busy = pack(taken.get((row.kind, row.resource_id, row.unit), 0))
