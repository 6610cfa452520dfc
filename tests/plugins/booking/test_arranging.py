"""What is done on the board: other times, technicians, rooms and lengths; and the same again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.booking.admin.wanted import read_wanted
from plugins.booking.api import Taken, Visit, change_visit, turn_visit
from plugins.booking.models import Claim
from plugins.booking.services.again import again_for
from plugins.booking.services.arranging import Spot, TooShort, arrange, stretch
from plugins.booking.services.board import Sight, tell_board
from plugins.booking.services.planning import Unskilled, Wish
from tests.support.booking import MONDAY, ZONE, Salon, at, new_key, wait, work
from tests.support.membership import join
from tests.support.salon import add_skill, add_staff

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect what the database is asked."""
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    sa.event.listen(api.db.engine, "before_cursor_execute", hear)
    yield asked
    sa.event.remove(api.db.engine, "before_cursor_execute", hear)


def now(visit: Visit) -> Visit:
    api.db.session.rollback()
    return api.db.session.get_one(Visit, visit.id)


def test_who_was_not_asked_for_can_be_moved_and_stays_so(salon: Salon) -> None:
    visit = salon.book("12:00")
    served = visit.items[0].staff_id
    other = next(number for number in salon.staff_ids if number != served)
    arrange(visit.id, Spot(at("14:00"), "staff", served, other), key=new_key())
    item = now(visit).items[0]
    assert (item.staff_id, item.requested) == (other, False)


def test_what_somebody_changed_meanwhile_is_not_overwritten(salon: Salon) -> None:
    visit = salon.book("12:00")
    change_visit(visit.id, at("13:00"), key=new_key())
    with pytest.raises(api.Conflict, match="changed this booking meanwhile"):
        arrange(visit.id, Spot(at("15:00")), key=new_key(), version=1)
    assert now(visit).starts_at == at("13:00")


def test_a_visit_gets_another_time_and_length_at_once_or_neither(salon: Salon) -> None:
    visit = salon.book("12:00")
    with pytest.raises(TooShort):
        arrange(visit.id, Spot(at("14:00"), lengths=(45,)), key=new_key())
    assert now(visit).starts_at == at("12:00")
    arrange(visit.id, Spot(at("14:00"), lengths=(90,)), key=new_key())
    assert (now(visit).starts_at, now(visit).ends_at) == (at("14:00"), at("15:30"))


def test_of_a_party_the_service_that_was_stretched_is_longer(salon: Salon) -> None:
    party = [Wish(salon.variant_id, None, guest) for guest in (0, 0, 1, 1)]
    visit = salon.book("12:00", wishes=party)
    told = tell_board(Sight(salon.store, (MONDAY,)))["visits"][0]
    first = min(part for part in told["claims"] if part[4] == 1)
    arrange(visit.id, Spot(at("12:00"), lengths=(60, 90, 60, 60)), key=new_key())
    [later] = [c for c in now(visit).claims if c.item == 1]
    assert (later.resource_id, later.last_cell - later.first_cell) == (first[1], 90 // 5)
    assert [item.guest for item in now(visit).items] == [0, 0, 1, 1]


def test_the_same_drop_counts_once(salon: Salon) -> None:
    visit, key = salon.book("12:00"), new_key()
    for _time in range(2):
        arrange(visit.id, Spot(at("15:00")), key=key, version=1)
    assert now(visit).version == 2


def test_a_reason_holds_against_roster_and_skill_and_is_recorded(salon: Salon) -> None:
    visit = salon.book("12:00", salon.staff[0])
    stranger = add_staff("Zoe", salon.store, skills=[add_skill("other")])
    spot = Spot(at("17:30"), "staff", salon.staff_ids[0], stranger.id)
    with pytest.raises(Unskilled) as refused:
        arrange(visit.id, spot, key=new_key())
    assert refused.value.forcible
    arrange(visit.id, spot, key=new_key(), why="She is an old friend")
    assert now(visit).forced
    entry = api.db.session.scalars(sa.select(AuditEntry).filter_by(act="booking.force")).one()
    assert entry.note == "She is an old friend"


def test_outside_the_roster_a_reason_would_do_but_never_on_taken_time(salon: Salon) -> None:
    visit = salon.book("12:00", salon.staff[0])
    salon.book("14:00", salon.staff[0])
    with pytest.raises(Taken) as late:
        arrange(visit.id, Spot(at("17:30")), key=new_key())
    with pytest.raises(Taken) as taken:
        arrange(visit.id, Spot(at("14:00")), key=new_key())
    assert (late.value.forcible, taken.value.forcible) == (True, False)


def test_a_visit_is_dropped_on_another_room(app: Flask) -> None:
    salon = Salon(rooms=2)
    visit = salon.book("12:00")
    rooms = sa.select(Claim.resource_id).filter_by(kind="place", visit_id=visit.id)
    before = api.db.session.scalar(rooms)
    other = 3 - (before or 0)
    arrange(visit.id, Spot(at("12:00"), "place", before, other), key=new_key())
    api.db.session.rollback()
    assert api.db.session.scalar(rooms) == other


def test_an_agreed_length_holds_when_the_visit_moves(salon: Salon) -> None:
    visit = salon.book("12:00")
    stretch(visit.id, 0, 90, key=new_key())
    assert now(visit).ends_at == at("13:30")
    change_visit(visit.id, at("14:00"), key=new_key())
    assert now(visit).ends_at == at("15:30")
    stretch(visit.id, 0, 60, key=new_key())
    assert now(visit).items[0].agreed_minutes is None


def test_less_than_the_service_takes_needs_a_reason(salon: Salon) -> None:
    visit = salon.book("12:00")
    with pytest.raises(TooShort, match="takes 60 minutes"):
        stretch(visit.id, 0, 45, key=new_key())
    stretch(visit.id, 0, 45, key=new_key(), why="Half of it only")
    assert now(visit).ends_at == at("12:45")


def test_waits_stay_as_long_when_the_work_takes_longer(app: Flask) -> None:
    salon = Salon(segments=[work(30), wait(30), work(30)])
    visit = salon.book("12:00")
    stretch(visit.id, 0, 120, key=new_key())
    begun = at("12:00")
    cells = [
        (c.first_cell * 300 - begun.timestamp(), c.last_cell * 300 - begun.timestamp())
        for c in now(visit).claims
    ]
    assert cells == [(0, 45 * 60), (75 * 60, 120 * 60)]


def test_a_running_visit_can_only_last_longer(salon: Salon) -> None:
    visit = salon.book("12:00")
    with api.at_moment(at("12:00")):
        turn_visit(visit.id, "arrive")
        with pytest.raises(api.Refused, match="only last longer"):
            stretch(visit.id, 0, 45, key=new_key())
        stretch(visit.id, 0, 90, key=new_key())
    assert now(visit).ends_at == at("13:30")


def test_as_last_time_is_her_technician_on_her_weekday_at_her_hour(salon: Salon) -> None:
    member = join()
    visit = salon.book("15:00", salon.staff[1], member_id=member.id)
    with api.at_moment(at("15:00")):
        turn_visit(visit.id, "arrive")
        turn_visit(visit.id, "done")
        today = again_for(member.id, salon.store)
        next_monday = MONDAY + dt.timedelta(days=7)
        salon.roster(*salon.staff, day=next_monday)
        again = again_for(member.id, salon.store)
    assert today is not None
    assert not today.exact
    assert again is not None
    assert again.exact
    assert again.wanted_at == at("15:00", next_monday)
    assert [wish.staff_id for wish in again.wishes] == [salon.staff_ids[1]]


def test_who_never_came_has_no_last_time(salon: Salon) -> None:
    member = join()
    salon.book("15:00", member_id=member.id)
    assert again_for(member.id, salon.store) is None


def test_the_board_is_read_with_as_many_queries_however_much_it_shows(salon: Salon) -> None:
    sight, member = Sight(salon.store, (MONDAY,)), join()
    salon.book("10:00")
    with counted() as few:
        tell_board(sight)
    for clock in ("11:00", "12:00", "13:00", "15:00"):
        salon.book(clock, salon.staff[0])
        salon.book(clock, salon.staff[1], member_id=member.id)
    with counted() as many:
        told = tell_board(sight)
    assert len(told["visits"]) == 9
    assert len(many) <= len(few) <= 11


def test_the_board_shades_what_is_no_working_time(salon: Salon) -> None:
    salon.roster(salon.staff[0], span=(660, 1020), breaks=[(720, 750)])
    salon.book("10:00", salon.staff[1], key="booking:kept", keep=True)
    told = tell_board(Sight(salon.store, (MONDAY,)))
    by_name = {each["name"]: each["off"] for each in told["columns"]}
    assert [24, 30, "break"] in by_name["Amy"]
    assert [0, 12, "off"] in by_name["Amy"]
    assert [0, 12, "taken"] in by_name["Coco"]


def test_a_week_shows_one_technician_day_by_day(salon: Salon) -> None:
    tuesday = MONDAY + dt.timedelta(days=1)
    salon.roster(salon.staff[0], day=tuesday)
    salon.book("10:00", salon.staff[0], day=tuesday)
    sight = Sight(salon.store, (MONDAY, tuesday), "staff", salon.staff_ids[0])
    told = tell_board(sight)
    assert [each["day"] for each in told["columns"]] == [str(MONDAY), str(tuesday)]
    first = told["columns"][1]["first"]
    assert told["visits"][0]["claims"][0][2:4] == (first, first + 12)
    assert api.today(ZONE) < MONDAY


def test_a_week_of_everybody_tells_what_is_booked_of_each_ones_hours(salon: Salon) -> None:
    tuesday = MONDAY + dt.timedelta(days=1)
    salon.roster(salon.staff[0], day=tuesday, span=(600, 840))
    sight = Sight(salon.store, (MONDAY, tuesday))
    with counted() as few:
        tell_board(sight)
    for clock in ("10:00", "12:00"):
        salon.book(clock, salon.staff[0], day=tuesday)
    salon.book("11:00", salon.staff[1])
    with counted() as many:
        told = tell_board(sight)
    load = {(one["name"], one["day"]): (one["booked"], one["planned"]) for one in told["columns"]}
    assert load == {
        ("Amy", str(MONDAY)): (0, 480),
        ("Coco", str(MONDAY)): (60, 480),
        ("Amy", str(tuesday)): (120, 240),
    }
    assert told["days"] == [str(MONDAY), str(tuesday)]
    assert len(told["visits"]) == 3
    assert len(many) <= len(few)


def test_a_party_without_own_wishes_has_what_the_first_guest_has(app: Flask) -> None:
    with app.test_request_context("/?party=2&wish=0:7&wish=0:9&with=1:3"):
        assert read_wanted().wishes() == [
            Wish(7, None, 0),
            Wish(9, None, 0),
            Wish(7, 3, 1),
            Wish(9, 3, 1),
        ]
