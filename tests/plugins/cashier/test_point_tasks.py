"""Tasks that earn points: rating a visit, coming month after month, and no more than so many."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from console import api
from plugins.booking.listeners import booking_visit_rated
from plugins.membership.api import award_task, points_of
from plugins.membership.services.points.rules import STREAK_BY, TASKS_A_DAY
from plugins.membership.services.points.tasks import award_rows, row_of
from tests.support.booking import MORNING, Salon
from tests.support.membership import join
from tests.support.phones import phone_of
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, cash, pay, service_for

pytestmark = pytest.mark.either_engine
NOON = dt.datetime(2026, 1, 15, 4, tzinfo=dt.UTC)


@api.unit
def put(setting: api.Setting[Any], value: object) -> None:
    setting.put(value)


@pytest.fixture
def member(app: Flask) -> int:
    return int(join(store=add_store("福田店").id).id)


def come(member_id: int, *days: dt.datetime) -> None:
    """Let her have a service on some days, and the night after each come."""
    service = service_for(1)
    for day in days:
        with api.at_moment(day):
            bill_id = bill_of(member_id)
            add_to(bill_id, service)
            pay(bill_id, cash(1))
        with api.at_moment(day + dt.timedelta(days=1)):
            award_rows()
            award_rows()


def in_month(month: int) -> dt.datetime:
    return NOON.replace(month=month)


def test_three_months_in_a_row_earn_once_and_the_next_row_begins(app: Flask, member: int) -> None:
    come(member, in_month(1), in_month(2), in_month(3))
    assert points_of(member) == 100 + 3
    come(member, in_month(4), in_month(5))
    assert points_of(member) == 100 + 5
    with api.at_moment(in_month(6)):
        assert row_of(member) == 2
        assert "2/3" in phone_of(app, member).get("/membership/points").text
    come(member, in_month(6))
    assert points_of(member) == 200 + 6


def test_a_month_without_a_visit_begins_anew(member: int) -> None:
    come(member, in_month(1), in_month(2), in_month(4))
    with api.at_moment(in_month(4)):
        assert row_of(member) == 1


def test_weeks_in_a_row_count_where_the_salon_says_so(member: int) -> None:
    put(STREAK_BY, "week")
    come(member, *(NOON + dt.timedelta(days=days) for days in (0, 6, 13)))
    assert points_of(member) == 100 + 3


def test_each_visit_is_rated_for_points_once(app: Flask) -> None:
    salon = Salon()
    member = join()
    with api.at_moment(MORNING):
        visit = salon.book("12:00", salon.staff[0], member_id=member.id)
    for stars in (2, 5):
        booking_visit_rated(visit_id=visit.id, stars=stars)
    assert points_of(member.id) == 20


def test_tasks_give_no_more_than_the_limit_of_a_day(member: int) -> None:
    put(TASKS_A_DAY, 30)
    given = [award_task(member, "review", str(visit)) for visit in (1, 2, 3)]
    assert given == [20, 10, 0]
    assert award_task(member, "first_booking") == 0
    with api.at_moment(api.now() + dt.timedelta(days=2)):
        assert award_task(member, "first_booking") == 30
