"""Points: what earns them, when they expire, tasks, adjusting, and the pages that show them."""

from __future__ import annotations

import datetime as dt
from itertools import count

import pytest
from flask import Flask

from console import api
from console.approval import Approval
from plugins.ledger.api import Entry, Insufficient, earn_points, spend_points
from plugins.membership.api import (
    Member,
    award_task,
    earn_for,
    points_for,
    points_of,
    points_to_pay,
    take_back_for,
)
from plugins.membership.models import Benefit, Level
from plugins.membership.services.points.history import buckets_of, history_of
from plugins.membership.services.points.moving import adjust_points, expire_old_points
from plugins.membership.services.points.rules import (
    ALONE,
    BIRTHDAY,
    MONTHS,
    WORTH,
    YEARLY,
    expiry_of,
    last_day,
)
from plugins.messages.api import Message
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.salon import add_store

pytestmark = pytest.mark.either_engine

DAY = dt.date(2026, 4, 2)
_keys = count(1)


@pytest.fixture
def member(app: Flask) -> Member:
    return join(store=add_store("福田店").id)


def entry(code: str = "earn_points", **more: str) -> Entry:
    return Entry(key=more.get("key", f"points-test:{next(_keys)}"), code=code)


def test_a_yuan_of_own_money_earns_a_point_and_the_rest_of_it_none(member: Member) -> None:
    assert points_for(member.id, {"service": 12_899}, DAY) == 128
    assert points_for(member.id, {"service": 12_850, "product": 50}, DAY) == 129
    assert points_for(member.id, {"recharge": 100_000, "card": 98_000}, DAY) == 0


def test_a_level_and_a_birthday_multiply_points(member: Member) -> None:
    @api.unit
    def set_up() -> None:
        level = Level(name="金卡", place=1, basis="total", term_days=365, threshold_fen=1)
        api.db.session.add(level)
        api.db.session.flush()
        api.db.session.add(
            Benefit(level_id=level.id, kind="points_multiple", percent=150, name="1.5 倍")
        )
        one = api.db.session.get_one(Member, member.id)
        one.level_id, one.birth_month, one.birth_day = level.id, 4, 2

    set_up()
    assert points_for(member.id, {"service": 10_000}, DAY) == 300
    assert points_for(member.id, {"service": 10_000}, DAY + dt.timedelta(days=1)) == 150
    api.unit(BIRTHDAY.put)(100)
    assert points_for(member.id, {"service": 10_000}, DAY) == 150


def test_points_expire_with_a_month_or_at_the_end_of_next_year(app: Flask) -> None:
    assert expiry_of(dt.date(2026, 4, 2)) == "2027-04"
    assert expiry_of(dt.date(2026, 12, 31)) == "2027-12"
    assert last_day("2028-02") == dt.date(2028, 2, 29)
    api.unit(MONTHS.put)(0)
    assert expiry_of(DAY) == "never"
    api.unit(YEARLY.put)(True)
    assert expiry_of(DAY) == "2027-12"


def test_old_points_go_once_and_she_is_told_before(member: Member) -> None:
    today = api.today("Asia/Shanghai")
    earn_points(entry(), member.id, 30, expires=f"{today:%Y-%m}")
    earn_points(entry(), member.id, 12)
    expire_old_points()
    expire_old_points()
    told = api.db.session.query(Message).filter_by(kind="membership.points_expiring")
    assert (points_of(member.id), told.count()) == (42, 1)
    with api.at_moment(api.now() + dt.timedelta(days=32)):
        expire_old_points()
    assert points_of(member.id) == 12
    assert next(moved.code for moved in history_of(member.id)) == "expire_points"


def test_what_was_earned_is_taken_back_even_when_it_was_spent(member: Member) -> None:
    earn_for(entry(key="bill"), member.id, {"service": 10_000}, DAY)
    spend_points(entry("spend_points"), member.id, 60)
    assert take_back_for(entry("take_back_points", key="back"), member.id, "bill") == 100
    assert points_of(member.id) == -60
    earn_points(entry(), member.id, 70)
    assert points_of(member.id) == 10
    assert [(one.before, one.change, one.after) for one in history_of(member.id)] == [
        (-60, 70, 10),
        (40, -100, -60),
        (100, -60, 40),
        (0, 100, 100),
    ]


def test_a_part_is_taken_back_for_a_part_of_the_money(member: Member) -> None:
    earn_for(entry(key="bill"), member.id, {"service": 10_000}, DAY)
    assert take_back_for(entry(key="back"), member.id, "bill", 2_500, 10_000) == 25


def test_points_pay_no_more_than_their_worth_and_their_share(app: Flask) -> None:
    assert points_to_pay(250, 100_000) == (250, 250)
    assert points_to_pay(1_000_000, 10_000) == (5_000, 5_000)
    assert points_to_pay(0, 10_000) == (0, 0)
    assert points_to_pay(-5, 10_000) == (0, 0)


@pytest.mark.parametrize(
    ("a_yuan", "base", "points", "worth"),
    [
        (1, 12_850, 64, 6_400),
        (3, 999, 14, 466),
        (30, 3, 0, 0),
        (1_000, 999, 4_990, 499),
    ],
)
def test_points_that_are_worth_much_keep_to_their_share_too(
    app: Flask, a_yuan: int, base: int, points: int, worth: int
) -> None:
    api.unit(WORTH.put)(a_yuan)
    assert points_to_pay(1_000_000, base) == (points, worth)


def test_tasks_give_points_once(app: Flask, member: Member) -> None:
    assert [award_task(member.id, "first_booking") for _each in range(2)] == [50, 0]
    phone = phone_of(app, member.id)
    assert "Sign in today" in words(phone.get("/membership/points").text)
    for _each in range(2):
        phone.post("/membership/points/sign_in")
    assert points_of(member.id) == 51
    with api.at_moment(api.now() + dt.timedelta(days=1)):
        assert award_task(member.id, "sign_in") == 1
    assert phone.client.get("/membership/points/nothing").status_code in (404, 405)


def test_a_complete_profile_earns_and_an_incomplete_one_does_not(
    app: Flask, member: Member
) -> None:
    @api.unit
    def forget(month: int | None, day: int | None) -> None:
        one = api.db.session.get_one(Member, member.id)
        one.birth_month, one.birth_day, one.birth_year = month, day, None

    forget(None, None)
    phone = phone_of(app, member.id)
    phone.post("/membership/points/profile")
    assert points_of(member.id) == 0
    forget(4, 2)
    phone.post("/membership/points/profile")
    assert points_of(member.id) == 50


def test_the_phone_shows_points_before_and_after(app: Flask, member: Member) -> None:
    earn_points(entry(), member.id, 300, expires="2099-03")
    spend_points(entry("spend_points"), member.id, 100)
    page = words(phone_of(app, member.id).get("/membership/points").text)
    for told in ("300 → 200", "Points spent", "-100", "¥2.00"):
        assert told in page
    assert [(one.month, one.points) for one in buckets_of(member.id)] == [("2099-03", 200)]


def test_a_manager_adjusts_a_little_alone_and_more_with_a_second_person(
    member: Member, sign_in: SignIn
) -> None:
    manager, url = sign_in("manager"), f"/console/membership/points/{member.id}"
    sent = {"points": "150", "reason": "生日补", "key": "k" * 24}
    assert post(manager, url, sent).status_code == 302
    assert post(manager, url, sent).status_code == 302
    assert points_of(member.id) == 150
    assert post(manager, url, {**sent, "key": "l" * 24, "points": "100"}).status_code == 302
    assert post(manager, url, sent).status_code == 302
    assert points_of(member.id) == 150
    more = {**sent, "key": "l" * 24, "points": "\uff11\uff10\uff10"}
    assert post(manager, url, more).status_code == 302
    assert api.db.session.query(Approval).count() == 1
    for wrong in (
        *({"points": text} for text in ("many", "0", "-151", "+-5", "--5", "1.5", "9" * 12)),
        {"reason": ""},
    ):
        answer = post(manager, url, {**sent, "key": "m" * 24, **wrong})
        assert answer.status_code in (409, 422), wrong
    told = api.db.session.query(Message).filter_by(kind="membership.points_adjusted")
    with api.speaking("en"):
        assert [api.thaw(one.body).partition(", ")[2] for one in told] == [
            f"your points were changed by +150 at {member.home_store.name}: 生日补. "
            "You have 150 now."
        ]
    assert "生日补" in manager.get("/console/membership/points/").text
    desk = sign_in("front_desk", member.home_store_id)
    assert desk.get(url).status_code == 200
    assert post(desk, url, sent).status_code == 403


def test_nothing_goes_below_zero_by_hand(member: Member) -> None:
    api.unit(ALONE.put)(1_000)
    with pytest.raises(Insufficient):
        adjust_points(member.id, -1, reason="?", key="n" * 24)
