"""Attendance: who came and went when, against the roster, and what a manager corrects."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.booking.models import Stint
from plugins.booking.services.attendance import (
    StintDraft,
    check_in,
    check_out,
    correct_stint,
    drop_stint,
)
from plugins.booking.services.attendance_codes import (
    PLACE,
    check_place,
    code_now,
    counts_now,
)
from plugins.booking.services.attendance_hours import DayHours, hours_between
from plugins.salon.services.profiles import put_profile
from tests.plugins.booking.test_feeds import give_sign_in
from tests.support.booking import MONDAY, MORNING, Salon, at
from tests.support.pages import words
from tests.support.people import SignIn, post

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
ME, HOURS = "/console/booking/check-in/", "/console/booking/attendance/"
#: A tower in Shenzhen, and a corner some 110 metres north of it.
TOWER, CORNER, FAR = (22.5431, 114.0579), (22.5441, 114.0579), (22.6, 114.0579)


@pytest.fixture
def salon(app: Flask) -> Salon:
    with api.at_moment(MORNING):
        salon = Salon()
        salon.roster(salon.staff[0], span=(600, 1080), breaks=((780, 840),))
        return salon


def worked(salon: Salon, came: str, left: str | None) -> None:
    with api.at_moment(at(came)):
        check_in(salon.store_id, salon.staff_ids[0])
    if left is not None:
        with api.at_moment(at(left)):
            check_out(salon.store_id, salon.staff_ids[0])


def monday(salon: Salon, clock: str = "23:00") -> DayHours:
    with api.at_moment(at(clock)):
        [day] = hours_between(salon.store, MONDAY, MONDAY).values()
    return day


def test_hours_are_counted_without_the_break_of_the_roster(salon: Salon) -> None:
    worked(salon, "09:58", "18:04")
    day = monday(salon)
    assert (day.planned, day.worked, day.marks) == (7 * 60, 7 * 60 + 6, [])


def test_who_comes_late_and_leaves_early_is_marked_beyond_some_minutes(salon: Salon) -> None:
    worked(salon, "10:06", "17:50")
    day = monday(salon)
    assert (day.late, day.early, day.marks) == (6, 10, ["late", "early"])


def test_who_does_not_come_is_missing_once_her_shift_has_begun(salon: Salon) -> None:
    assert monday(salon, "10:04").marks == []
    assert monday(salon, "10:06").marks == ["missing"]


def test_who_forgets_to_check_out_has_no_hours_until_it_is_corrected(salon: Salon) -> None:
    worked(salon, "10:00", None)
    assert monday(salon, "14:00").worked == 3 * 60
    with api.at_moment(at("12:00") + dt.timedelta(days=1)):
        [day] = hours_between(salon.store, MONDAY, MONDAY).values()
        assert (day.worked, day.marks) == (0, ["open"])
        draft = StintDraft(salon.staff_ids[0], MONDAY, at("10:00"), at("18:00"))
        correct_stint(salon.store_id, draft, reason="forgot", stint_id=day.stints[0].id)
        [day] = hours_between(salon.store, MONDAY, MONDAY).values()
    assert (day.worked, day.marks) == (7 * 60, [])
    assert (day.stints[0].came_by, day.stints[0].left_by) == ("code", "hand")


def test_a_correction_needs_a_reason_that_the_trail_keeps(salon: Salon) -> None:
    worked(salon, "10:00", "18:00")
    stint = api.db.session.query(Stint).one()
    draft = StintDraft(salon.staff_ids[0], MONDAY, at("10:00"), at("17:00"))
    with api.at_moment(at("20:00")):
        with pytest.raises(api.Refused, match="Say why"):
            correct_stint(salon.store_id, draft, reason=" ", stint_id=stint.id)
        with pytest.raises(api.Conflict, match="already"):
            correct_stint(salon.store_id, draft, reason="twice")
        correct_stint(salon.store_id, draft, reason="left at five", stint_id=stint.id)
        drop_stint(stint.id, salon.store_id, salon.staff_ids[0], reason="the wrong day")
    rows = api.db.session.query(AuditEntry).filter_by(act="booking.attendance_corrected")
    first, second = rows.order_by(AuditEntry.id)
    assert (first.note, second.note) == ("left at five", "the wrong day")
    assert (first.after or {})["left_at"].endswith("17:00")
    assert api.db.session.query(Stint).count() == 0


def test_coming_twice_and_leaving_twice_is_noted_once(salon: Salon) -> None:
    worked(salon, "10:00", None)
    worked(salon, "10:01", "18:00")
    worked_twice = api.db.session.query(Stint).one()
    with api.at_moment(at("18:01")):
        again = check_out(salon.store_id, salon.staff_ids[0])
    assert again is not None
    assert again.left_at == worked_twice.left_at == at("18:00")


def test_a_code_counts_for_three_minutes_and_in_its_store(salon: Salon) -> None:
    with api.at_moment(MORNING):
        code = code_now(salon.store_id)
    with api.at_moment(MORNING + dt.timedelta(seconds=120)):
        assert counts_now(salon.store_id, code)
        assert not counts_now(salon.store_id + 1, code)
    with api.at_moment(MORNING + dt.timedelta(seconds=200)):
        assert not counts_now(salon.store_id, code)


def test_a_store_may_ask_that_phones_are_near_and_keeps_yes_or_no(salon: Salon) -> None:
    assert check_place(salon.store_id, TOWER) == (None, "")
    put_profile(salon.store_id, point=TOWER)
    near, told = check_place(salon.store_id, CORNER)
    assert (near, str(told)) == (True, "You are 111 m from the store.")
    assert check_place(salon.store_id, FAR)[0] is False
    api.unit(lambda: PLACE.put("need", salon.store_id))()
    with pytest.raises(api.Refused, match="Come closer"):
        check_place(salon.store_id, FAR)
    with pytest.raises(api.Refused, match="asks for it"):
        check_place(salon.store_id, None)


@pytest.mark.usefixtures("staff_read_english")
def test_a_technician_checks_in_with_the_code_and_the_manager_corrects_it(
    salon: Salon, sign_in: SignIn
) -> None:
    with api.at_moment(at("10:02")):
        amy = sign_in("technician", salon.store_id)
        give_sign_in(salon)
        told = {"store_id": salon.store_id, "code": code_now(salon.store_id), "act": "in"}
        assert "Check in" in words(amy.get(ME, query_string=told).text)
        assert "too old" in words(post(amy, ME, {**told, "code": "no"}).text)
        assert post(amy, ME, told).location == ME
        assert "At work since 10:02" in words(amy.get(ME).text)
        assert amy.get(HOURS).status_code == 403
    page = f"{HOURS}{salon.staff_ids[0]}/{MONDAY}"
    stint = {"stint_id": api.db.session.query(Stint.id).scalar(), "came": "10:00"}
    with api.at_moment(at("20:00")):
        boss = sign_in("manager", salon.store_id)
        assert "20:00" in words(boss.get(f"{HOURS}code/now").text)
        assert "Amy" in words(boss.get(HOURS).text)
        told = {**stint, "left": "18:30", "act": "correct", "store_id": salon.store_id}
        assert "Say why" in words(post(boss, page, told).text)
        assert post(boss, page, {**told, "reason": "the phone was empty"}).status_code == 302
        assert "7:30" in words(boss.get(page).text)
        sheet = boss.get(f"{HOURS}hours.csv?from={MONDAY}&to={MONDAY}").text
    assert "Amy" in sheet
    assert "450" in sheet
