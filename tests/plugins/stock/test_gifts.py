"""Gifts for points: both go in one act, or nothing does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask

from console import api
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import points_of
from plugins.stock.services.gifts import (
    LAPSING,
    PICKUP_DAYS,
    cancel,
    exchange,
    hand_over,
    taken_by,
)
from plugins.stock.services.lapsing import lapse_pickups
from tests.support.membership import join
from tests.support.messages import messages
from tests.support.salon import add_store
from tests.support.stock import add_gift, left, stocked
from tests.support.till import new_key

pytestmark = pytest.mark.either_engine


@pytest.fixture
def anna(app: Flask) -> Iterator[int]:
    add_store("福田店")
    with api.speaking("en"):
        yield int(join().id)


def give_points(member_id: int, points: int, expires: str = "2030-12") -> None:
    entry = ledger.Entry(key=new_key(), code="earn_points", store_id=1)
    ledger.earn_points(entry, member_id, points, expires=expires)


def test_points_become_a_gift_that_is_handed_over_once(anna: int) -> None:
    bag = stocked(2)
    gift = add_gift(bag, 300)
    give_points(anna, 500)
    first, again = (exchange(gift, anna, 1, key="one") for _again in range(2))
    assert first.id == again.id
    assert (points_of(anna), left(bag)) == (200, 1)
    hand_over(first.id)
    with pytest.raises(api.Conflict):
        hand_over(first.id)
    with pytest.raises(api.Conflict):
        cancel(first.id, "too late")
    assert verify().findings == {}


def test_a_cancelled_gift_gives_points_and_piece_back(anna: int) -> None:
    bag = stocked(1)
    gift = add_gift(bag, 300, per_member=1)
    give_points(anna, 300)
    pickup = exchange(gift, anna, 1, key="one")
    with pytest.raises(api.Refused):
        cancel(pickup.id, " ")
    cancel(pickup.id, "nobody came")
    assert (points_of(anna), left(bag)) == (300, 1)
    assert exchange(gift, anna, 1, key="two").state == "waiting"


@pytest.mark.parametrize(
    ("points", "pieces", "more", "why"),
    [
        (299, 1, {}, "1 points are missing"),
        (300, 0, {}, "0 are left"),
        (300, 1, {"on_shelf": False}, "not on the shelf"),
        (300, 1, {"until_on": dt.date(2020, 1, 1)}, "not on the shelf"),
    ],
)
def test_nothing_is_taken_when_something_is_missing(
    anna: int, points: int, pieces: int, more: dict[str, object], why: str
) -> None:
    bag = stocked(pieces)
    gift = add_gift(bag, 300, **more)
    give_points(anna, points)
    with pytest.raises(api.Refused, match=why):
        exchange(gift, anna, 1, key="one")
    assert (points_of(anna), left(bag)) == (points, pieces)


def test_a_member_has_no_more_than_her_share(anna: int) -> None:
    bag = stocked(5)
    gift = add_gift(bag, 100, per_member=1)
    give_points(anna, 300)
    exchange(gift, anna, 1, key="one")
    with pytest.raises(api.Refused, match="each member"):
        exchange(gift, anna, 1, key="two")


TAKEN = dt.datetime(2030, 1, 10, 4, 0, tzinfo=dt.UTC)


@api.unit
def keep(days: int, points: str = "back") -> None:
    PICKUP_DAYS.put(days)
    LAPSING.put(points, 1)


def after(days: int) -> None:
    """Let it be so many days later, and the night before pass."""
    api.db.session.rollback()
    with api.at_moment(TAKEN + dt.timedelta(days=days)):
        lapse_pickups()
        lapse_pickups()
    api.db.session.rollback()


@pytest.mark.parametrize(("points", "has"), [("back", 300), ("spent", 0)])
def test_a_gift_that_nobody_picks_up_lapses(anna: int, points: str, has: int) -> None:
    bag = stocked(2)
    gift = add_gift(bag, 300, per_member=1)
    give_points(anna, 300)
    keep(10, points)
    with api.at_moment(TAKEN):
        exchange(gift, anna, 1, key="one")
    keep(1, "back")
    after(6)
    assert [one.kind for one in messages()] == ["membership.points_moved"]
    after(7)
    after(10)
    assert (messages()[-1].kind, len(messages()), left(bag)) == ("stock.gift_waits", 2, 1)
    after(11)
    assert (points_of(anna), left(bag), taken_by(anna)) == (has, 2, {})
    told = messages()[-1]
    assert len(messages()) == 3
    kinds = {300: "membership.points_moved", 0: "stock.gift_lapsed"}
    assert told.kind == kinds[has]
    assert verify().findings == {}


@pytest.mark.any_engine
def test_gifts_wait_for_ever_where_no_days_are_set(anna: int) -> None:
    gift = add_gift(stocked(1), 300)
    give_points(anna, 300)
    with api.at_moment(TAKEN):
        number = exchange(gift, anna, 1, key="one").id
    keep(5)
    after(365)
    assert hand_over(number).state == "handed"


def test_she_is_told_what_it_took(anna: int) -> None:
    gift = add_gift(stocked(5, name="帆布袋"), 100)
    give_points(anna, 300)
    exchange(gift, anna, 1, key="one")
    (told,) = messages()
    assert "-100" in str(told.body)
