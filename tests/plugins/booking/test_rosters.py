"""Rosters: what may be planned, what speaks against it, leave, swaps, and who is told."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.inbox import Notice
from plugins.booking.models import Leave, Shift, Swap, Visit
from plugins.booking.services.rosters import A_DAY, ShiftDraft, publish, put_shifts, templates
from plugins.booking.services.rosters_cells import (
    CellChange,
    change_cells,
    copy_weeks,
    unpublish,
)
from plugins.booking.services.rosters_checks import Objections
from plugins.booking.services.rosters_leave import ask_leave, decide_leave, withdraw_leave
from plugins.booking.services.rosters_moving import hand_over, visits_alone, ways_out
from plugins.booking.services.rosters_swaps import answer_swap, ask_swap, decide_swap
from plugins.salon.models import Staff
from plugins.salon.services.hours import add_special_day
from tests.support.booking import MONDAY, Salon, add_template, at, new_key
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, add_person, post

ROSTER, LEAVE, MINE = (f"/console/booking/{noun}/" for noun in ("roster", "leave", "my-shifts"))
TUESDAY = MONDAY + A_DAY
pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=3)


@pytest.fixture
def manager(salon: Salon, sign_in: SignIn) -> FlaskClient:
    client = sign_in("manager", salon.store_id)
    client.set_cookie("console_language", "en")
    return client


def planned(staff_id: int, day: dt.date) -> tuple[int, int] | None:
    api.db.session.rollback()
    shift = api.db.session.scalar(
        sa.select(Shift).where(Shift.staff_id == staff_id, Shift.day_on == day)
    )
    return shift.span if shift is not None else None


def told(user_id: int) -> list[str]:
    api.db.session.rollback()
    rows = sa.select(Notice.title).where(Notice.user_id == user_id).order_by(Notice.id)
    return [api.thaw(title) for title in api.db.session.scalars(rows)]


@api.unit
def sign_in_for(staff_id: int, user_id: int) -> None:
    api.db.session.get_one(Staff, staff_id).user_id = user_id


def user_for(salon: Salon, number: int) -> int:
    """Give one of the technicians a sign-in."""
    user_id = add_person("technician", salon.store_id)
    sign_in_for(salon.staff_ids[number], user_id)
    return user_id


def cell(salon: Salon, number: int, code: str, day: dt.date = MONDAY, **more: Any) -> CellChange:
    return CellChange(salon.staff_ids[number], day, code, **more)


def test_a_cell_is_set_cleared_and_taken_back_as_it_was(salon: Salon) -> None:
    add_template("早班", 600, 900)
    early = f"t{templates()[0].id}"
    back = change_cells(salon.store_id, [cell(salon, 0, early), cell(salon, 1, "")])
    assert planned(salon.staff_ids[0], MONDAY) == (600, 900)
    assert planned(salon.staff_ids[1], MONDAY) is None
    change_cells(salon.store_id, back)
    assert planned(salon.staff_ids[0], MONDAY) == (600, 1080)
    assert salon.free(salon.wish(salon.staff[1]))[0] == "10:00"


def test_a_cell_that_somebody_else_changed_is_not_overwritten(salon: Salon) -> None:
    with pytest.raises(api.Conflict, match="Somebody else"):
        change_cells(salon.store_id, [cell(salon, 0, "600-900", was="600-1000")])
    assert planned(salon.staff_ids[0], MONDAY) == (600, 1080)


def test_visits_that_lose_their_technician_are_named_before_anything_is_stored(
    salon: Salon,
) -> None:
    number = salon.book("15:00", salon.staff[0]).id
    with pytest.raises(Objections) as refused:
        change_cells(salon.store_id, [cell(salon, 0, "600-900")])
    (found,) = refused.value.found
    assert (found.kind, found.visit_id) == ("visit", number)
    assert planned(salon.staff_ids[0], MONDAY) == (600, 1080)
    change_cells(salon.store_id, [cell(salon, 0, "600-900")], sure=True)
    assert [(visit.id, who) for visit, who in visits_alone(salon.store_id)] == [
        (number, salon.staff_ids[0])
    ]


def test_nobody_is_planned_while_the_store_is_closed_unless_a_manager_overrides_it(
    salon: Salon,
) -> None:
    add_special_day(salon.store_id, TUESDAY, TUESDAY, None, "春节")
    for code, day in (("600-900", TUESDAY), ("60-900", MONDAY)):
        with pytest.raises(Objections) as refused:
            change_cells(salon.store_id, [cell(salon, 0, code, day)], sure=True)
        assert refused.value.final
    change_cells(salon.store_id, [cell(salon, 0, "600-900", TUESDAY)], beyond=True)
    assert planned(salon.staff_ids[0], TUESDAY) == (600, 900)


def test_a_shift_in_an_approved_leave_needs_insisting(salon: Salon) -> None:
    leave = ask_leave(
        salon.staff_ids[0], salon.store_id, at("00:00", TUESDAY), at("23:55", TUESDAY)
    )
    change = [cell(salon, 0, "600-900", TUESDAY)]
    change_cells(salon.store_id, change)
    decide_leave(leave.id, approved=True)
    with pytest.raises(Objections, match="leave"):
        change_cells(salon.store_id, [cell(salon, 0, "600-960", TUESDAY)])
    change_cells(salon.store_id, [cell(salon, 0, "600-960", TUESDAY)], sure=True)


def test_a_copied_week_leaves_out_what_does_not_fit(salon: Salon) -> None:
    next_monday = MONDAY + 7 * A_DAY
    add_special_day(salon.store_id, next_monday + 7 * A_DAY, next_monday + 7 * A_DAY, None)
    put_shifts(salon.store_id, [ShiftDraft(salon.staff_ids[0], next_monday, None)])
    back, left = copy_weeks(salon.store_id, MONDAY, 2)
    assert (len(back), left) == (2, 3)
    assert planned(salon.staff_ids[1], next_monday) == (600, 1080)
    back, _left = copy_weeks(salon.store_id, MONDAY, 3, [salon.staff_ids[2]])
    assert len(back) == 1


def test_people_are_told_of_what_is_published_changed_and_taken_back(salon: Salon) -> None:
    user_id = user_for(salon, 0)
    change_cells(salon.store_id, [cell(salon, 0, "600-900", TUESDAY)])
    assert told(user_id) == []
    publish(salon.store_id, MONDAY, TUESDAY)
    assert "published" in told(user_id)[-1]
    change_cells(salon.store_id, [cell(salon, 0, "600-960", TUESDAY)])
    assert "changed" in told(user_id)[-1]
    assert unpublish(salon.store_id, MONDAY, TUESDAY) == 4
    assert salon.free() == []
    assert "anew" in told(user_id)[-1]


def test_a_week_with_bookings_is_not_taken_back_by_a_slip(salon: Salon) -> None:
    salon.book("15:00", salon.staff[0])
    with pytest.raises(Objections):
        unpublish(salon.store_id, MONDAY, MONDAY)
    assert unpublish(salon.store_id, MONDAY, MONDAY, sure=True) == 3


def test_leave_is_declined_with_a_reason_and_withdrawn_by_who_asked(salon: Salon) -> None:
    amy, coco, _vivi = salon.staff_ids
    leave = ask_leave(amy, salon.store_id, at("12:00"), at("14:00"))
    with pytest.raises(api.Refused, match="already"):
        ask_leave(amy, salon.store_id, at("13:00"), at("15:00"))
    with pytest.raises(api.Refused, match="why"):
        decide_leave(leave.id, approved=False)
    with pytest.raises(api.NotFound):
        withdraw_leave(leave.id, coco)
    withdraw_leave(leave.id, amy)
    assert api.db.session.query(Leave).count() == 0


def test_a_visit_goes_to_a_colleague_who_is_free_or_to_another_time(salon: Salon) -> None:
    amy, coco, vivi = salon.staff_ids
    number = salon.book("15:00", salon.staff[0], member_id=join().id).id
    salon.book("14:30", salon.staff[1])
    visit = api.db.session.get_one(Visit, number)
    ways = ways_out(visit, amy)
    assert [person.id for person in ways.colleagues] == [vivi]
    assert ways.times
    assert coco not in {person.id for person in ways.colleagues}
    hand_over(number, amy, vivi, key=new_key())
    moved = api.db.session.get_one(Visit, number)
    assert (moved.items[0].staff_id, moved.starts_at) == (vivi, at("15:00"))


def test_a_room_that_the_visit_holds_itself_is_no_obstacle(app: Flask) -> None:
    salon = Salon(technicians=2, rooms=1)
    visit = salon.book("15:00", salon.staff[0])
    found = ways_out(visit, salon.staff_ids[0]).colleagues
    assert [person.id for person in found] == [salon.staff_ids[1]]


def test_two_people_swap_once_the_colleague_agrees_and_the_manager_approves(salon: Salon) -> None:
    amy, coco, _vivi = salon.staff_ids
    users = user_for(salon, 0), user_for(salon, 1)
    salon.roster(salon.staff[1], span=(780, 1080))
    number = ask_swap(salon.store_id, amy, MONDAY, coco, MONDAY, "家长会").id
    with pytest.raises(api.Conflict, match="agreed"):
        decide_swap(number, approved=True)
    with pytest.raises(api.NotFound):
        answer_swap(number, amy, agreed=True)
    answer_swap(number, coco, agreed=True)
    assert planned(amy, MONDAY) == (600, 1080)
    decide_swap(number, approved=True)
    assert (planned(amy, MONDAY), planned(coco, MONDAY)) == ((780, 1080), (600, 1080))
    assert salon.free(salon.wish(salon.staff[0]))[0] == "13:00"
    assert told(users[0])[-1] == told(users[1])[-1] == "Your swap is approved"


def test_visits_are_handed_over_with_the_shifts_in_one_step(salon: Salon) -> None:
    amy, coco, _vivi = salon.staff_ids
    salon.roster(salon.staff[1], span=(780, 1080))
    first, second = (salon.book(clock, salon.staff[0]) for clock in ("10:00", "11:00"))
    late = salon.book("17:00", salon.staff[1])
    number = ask_swap(salon.store_id, amy, MONDAY, coco, MONDAY).id
    answer_swap(number, coco, agreed=True)
    with pytest.raises(Objections):
        decide_swap(number, approved=True)
    decide_swap(number, approved=True, with_visits=True)
    assert [visit.items[0].staff_id for visit in (first, second, late)] == [coco, coco, coco]
    assert visits_alone(salon.store_id) == []


def test_a_shift_that_changed_after_both_agreed_is_not_swapped(salon: Salon) -> None:
    amy, coco, _vivi = salon.staff_ids
    salon.roster(salon.staff[1], span=(780, 1080))
    number = ask_swap(salon.store_id, amy, MONDAY, coco, MONDAY).id
    answer_swap(number, coco, agreed=True)
    change_cells(salon.store_id, [cell(salon, 1, "780-1020")])
    with pytest.raises(api.Conflict, match="changed"):
        decide_swap(number, approved=True)


def test_nobody_takes_over_a_shift_on_a_day_on_which_she_works(salon: Salon) -> None:
    amy, coco, vivi = salon.staff_ids
    with pytest.raises(api.Refused, match="works on this day"):
        ask_swap(salon.store_id, amy, MONDAY, coco, None)
    change_cells(salon.store_id, [cell(salon, 2, "off")])
    number = ask_swap(salon.store_id, amy, MONDAY, vivi, None).id
    answer_swap(number, vivi, agreed=True)
    salon.book("15:00", salon.staff[0])
    with pytest.raises(Objections):
        decide_swap(number, approved=True)
    decide_swap(number, approved=True, sure=True)
    assert (planned(amy, MONDAY), planned(vivi, MONDAY)) == (None, (600, 1080))


def test_the_grid_saves_says_what_speaks_against_it_and_takes_back(
    salon: Salon, manager: FlaskClient
) -> None:
    number = salon.book("15:00", salon.staff[0]).id
    asked = {"store_id": salon.store_id, "week": str(MONDAY)}
    json_please = {"Accept": "application/json"}

    def send(*cells: list[Any], **more: Any) -> Any:
        fields = {**asked, "cells": json.dumps(cells), **more}
        return post(manager, f"{ROSTER}cells", fields, headers=json_please)

    amy, coco, _vivi = salon.staff_ids
    refused = send([amy, str(MONDAY), "10:00-14:00", "600-1080"])
    assert refused.status_code == 409
    assert f"/move/{number}" in refused.json["problems"][0]["url"]
    done = send([coco, str(MONDAY), "10:00-14:00/12:00-12:30", "600-1080"])
    assert done.json["ok"]
    assert planned(coco, MONDAY) == (600, 840)
    assert send(*done.json["undo"]).json["ok"]
    assert planned(coco, MONDAY) == (600, 1080)
    assert send([coco, str(MONDAY), "25:00-26:00"]).status_code == 422
    assert send(["x", "y"]).status_code == 422
    assert send([10**9, str(MONDAY), "600-900"]).status_code == 404


def test_a_manager_decides_a_leave_and_moves_what_it_hits(
    salon: Salon, manager: FlaskClient
) -> None:
    amy, coco, vivi = salon.staff_ids
    number = salon.book("15:00", salon.staff[0]).id
    leave = ask_leave(amy, salon.store_id, at("14:00"), at("18:00"), "家里有事").id
    page = words(manager.get(f"{LEAVE}{leave}").text)
    assert "王小姐" in page
    assert post(manager, f"{LEAVE}{leave}", {"decision": "decline"}).status_code == 422
    post(manager, f"{LEAVE}{leave}", {"decision": "approve", "answer": "好好休息"})
    assert "are to be moved" in words(manager.get("/console/system/inbox/").text)
    assert "nobody on the roster" in words(manager.get(ROSTER).text)
    move = f"{LEAVE}move/{number}"
    assert "Coco" in words(manager.get(f"{move}?staff_id={amy}").text)
    post(manager, move, {"staff_id": amy, "to_id": coco, "key": f"booking:{'a' * 26}"})
    assert "nobody on the roster" not in words(manager.get(ROSTER).text)
    assert vivi


def test_a_technician_asks_for_leave_and_a_swap_and_her_colleague_agrees(
    salon: Salon, sign_in: SignIn, manager: FlaskClient
) -> None:
    salon.roster(salon.staff[1], span=(780, 1080))
    browsers = []
    for number in (0, 1):
        client = sign_in("technician", salon.store_id)
        client.set_cookie("console_language", "en")
        sign_in_for(salon.staff_ids[number], newest_user())
        browsers.append(client)
    amy, coco = browsers
    shifts = list(api.db.session.scalars(sa.select(Shift).order_by(Shift.staff_id)))
    asks = {"shift_id": shifts[0].id, "in_return": f"shift:{shifts[1].id}"}
    post(amy, f"{MINE}swap", asks)
    assert "Waits for the colleague" in words(amy.get(MINE).text)
    swap = api.db.session.query(Swap).one().id
    assert post(amy, f"{MINE}swap/{swap}/agree", {}).status_code == 404
    post(coco, f"{MINE}swap/{swap}/agree", {})
    page = words(manager.get(f"{LEAVE}swaps/{swap}").text)
    assert "Approve" in page
    post(manager, f"{LEAVE}swaps/{swap}", {"decision": "approve"})
    assert "13:00" in words(amy.get(MINE).text)
    post(amy, f"{MINE}leave", {"first_on": str(TUESDAY), "reason": "看病"})
    leave = api.db.session.query(Leave).one().id
    assert str(TUESDAY) in words(manager.get(LEAVE).text)
    assert post(coco, f"{MINE}leave/{leave}/withdraw", {}).status_code == 404
    post(amy, f"{MINE}leave/{leave}/withdraw", {})
    assert post(amy, f"{LEAVE}", {}).status_code == 403


def test_a_shift_template_has_hours_breaks_and_a_sign_of_its_own(
    salon: Salon, manager: FlaskClient
) -> None:
    page = "/console/booking/shift-templates/"
    fields = {"name": "早班", "sign": "早", "colour": "blue", "place": "0", "in_use": "y"}
    hours = {"hours__begins": "10:00", "hours__ends": "19:00", "hours__breaks": "12:30-13:00"}
    assert post(manager, f"{page}new/", {**fields, **hours}).status_code == 302
    template = templates()[0]
    assert (template.span, template.rests) == ((600, 1140), [(750, 780)])
    again = post(manager, f"{page}new/", {**fields, "name": "早班二", **hours})
    assert "Another shift has this sign" in words(again.text)
    late = {"hours__begins": "20:00", "hours__ends": "02:00", "hours__breaks": "00:30-01:00"}
    post(manager, f"{page}new/", {**fields, "name": "夜班", "sign": "夜", **late})
    assert templates()[1].rests == [(1470, 1500)]


def newest_user() -> int:
    return api.db.session.scalar(sa.select(sa.func.max(api.User.id))) or 0
