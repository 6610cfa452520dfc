"""Booking: what is free is offered, what is offered can be had, and by one only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.booking.api import (
    Taken,
    Wish,
    change_visit,
    extend_visit,
    free_times,
    submit,
    turn_visit,
)
from plugins.booking.models import ResourceDay, Visit
from plugins.booking.services.rosters import ShiftDraft, put_shifts
from plugins.booking.services.rosters_cells import copy_weeks
from plugins.booking.services.rosters_leave import ask_leave, decide_leave, visits_hit
from plugins.booking.services.rules import AUTO_ACCEPT, MOST_OPEN
from plugins.salon.services.hours import add_special_day
from plugins.salon.services.staffing import put_practice
from tests.support.booking import (
    MONDAY,
    MORNING,
    Salon,
    add_rooms,
    at,
    cells,
    clocks,
    new_key,
    wait,
    work,
)
from tests.support.membership import join
from tests.support.salon import add_service, add_skill, add_staff, add_store

pytestmark = pytest.mark.usefixtures("in_english")


def test_a_free_day_is_offered_every_quarter_until_the_last_that_fits(app: Flask) -> None:
    offered = Salon().free()
    assert offered[:3] == ["10:00", "10:15", "10:30"]
    assert offered[-1] == "17:00"


def test_what_is_booked_is_no_longer_offered(app: Flask) -> None:
    salon = Salon()
    salon.book("12:00")
    offered = salon.free()
    assert "11:00" in offered
    assert not {"11:15", "12:00", "12:45"} & set(offered)
    assert "13:00" in offered


def test_a_taken_time_is_refused_with_the_three_nearest(app: Flask) -> None:
    salon = Salon()
    salon.book("12:00")
    with pytest.raises(Taken) as refused:
        salon.book("12:30")
    assert refused.value.status == 409
    assert clocks(refused.value.alternatives) == ["13:00", "13:15", "13:30"]
    assert str(refused.value) == "No technician is free at this time." or "Amy" in str(
        refused.value
    )


def test_the_same_form_books_once(app: Flask) -> None:
    salon = Salon()
    first = salon.book("12:00", key="form").id
    assert salon.book("12:00", key="form").id == first
    assert cells() == 12


def test_nobody_is_offered_before_the_roster_is_published(app: Flask) -> None:
    salon = Salon()
    tuesday = MONDAY + dt.timedelta(days=1)
    put_shifts(salon.store.id, [ShiftDraft(salon.staff[0].id, tuesday, (600, 1080))])
    assert salon.free(day=tuesday) == []


def test_a_break_is_not_offered(app: Flask) -> None:
    salon = Salon()
    salon.roster(salon.staff[0], breaks=[(720, 780)])
    assert "11:00" in salon.free()
    assert not {"11:15", "12:30"} & set(salon.free())


def test_approved_leave_is_not_offered_and_tells_which_visits_it_hits(app: Flask) -> None:
    salon = Salon()
    visit_id = salon.book("15:00").id
    leave = ask_leave(salon.staff[0].id, salon.store.id, at("14:00"), at("18:00"))
    assert "16:00" in salon.free()
    assert [visit.id for visit in visits_hit(leave)] == [visit_id]
    decide_leave(leave.id, approved=True)
    assert salon.free()[-1] == "13:00"
    decide_leave(leave.id, approved=False)
    assert "16:00" in salon.free()


def test_a_holiday_closes_the_day(app: Flask) -> None:
    salon = Salon()
    add_special_day(salon.store.id, MONDAY, MONDAY, None)
    assert salon.free() == []
    with pytest.raises(Taken, match="closed"):
        salon.book("12:00")


def test_the_wait_of_a_colour_is_time_for_a_short_service(app: Flask) -> None:
    salon = Salon(segments=[work(30), wait(60), work(30)])
    cut = add_service("剪刘海", work(30), skill_id=salon.skill.id)
    salon.book("12:00")
    offered = salon.free(Wish(cut.variants[0].id))
    assert "12:30" in offered
    assert "13:00" in offered
    assert "13:15" not in offered
    salon.book("12:30", wishes=[Wish(cut.variants[0].id)])
    assert "12:30" not in salon.free(Wish(cut.variants[0].id))


def test_two_technicians_cannot_use_one_room(app: Flask) -> None:
    salon = Salon(technicians=2, rooms=1, cleanup_minutes=15)
    salon.book("12:00")
    with pytest.raises(Taken, match="No room"):
        salon.book("12:15")
    assert "13:00" not in salon.free()
    assert "13:15" in salon.free()


def test_a_room_for_two_takes_two(app: Flask) -> None:
    salon = Salon(technicians=3)
    kind = add_rooms(salon.store, 1, capacity=2)
    salon.service = add_service("双人", skill_id=salon.skill.id, room_kind_id=kind)
    salon.book("12:00")
    salon.book("12:30")
    with pytest.raises(Taken):
        salon.book("12:45")
    salon.book("13:00")


def test_several_services_follow_one_another(app: Flask) -> None:
    salon = Salon(technicians=2)
    visit = salon.book("12:00", wishes=[salon.wish(salon.staff[0]), salon.wish(salon.staff[1])])
    assert [(item.staff_id, item.offset) for item in visit.items] == [
        (salon.staff[0].id, 0),
        (salon.staff[1].id, 60),
    ]
    assert visit.ends_at == at("14:00")
    assert "13:00" in salon.free(salon.wish(salon.staff[0]))


def test_a_party_of_two_needs_two_technicians(app: Flask) -> None:
    salon = Salon(technicians=2)
    party = [salon.wish(guest=0), salon.wish(guest=1)]
    visit = salon.book("12:00", wishes=party)
    assert visit.party == 2
    assert {item.staff_id for item in visit.items} == {each.id for each in salon.staff}
    salon.book("14:00")
    assert "14:00" not in salon.free(*party)
    assert "14:00" in salon.free()


def test_a_visit_may_be_decided_on_the_spot(app: Flask) -> None:
    salon = Salon()
    visit = salon.book("12:00", wishes=[Wish(minutes=90)])
    assert visit.ends_at == at("13:30")
    assert visit.items[0].staff_id == salon.staff[0].id


def test_helpers_wash_while_the_technician_is_busy(app: Flask) -> None:
    salon = Salon()
    washing = add_skill("洗护")
    helper = add_staff("小雨", salon.store, skills=[washing])
    salon.roster(helper)
    cut = add_service("洗剪吹", work(15, washing), work(45), skill_id=salon.skill.id)
    salon.book("12:00")
    assert "12:45" in salon.free(Wish(cut.variants[0].id))
    assert "12:30" not in salon.free(Wish(cut.variants[0].id))


def test_who_is_slower_takes_longer(app: Flask) -> None:
    salon = Salon()
    put_practice(salon.staff[0].id, salon.service.id, minutes=90)
    assert salon.free()[-1] == "16:30"
    assert salon.book("12:00").ends_at == at("13:30")


def test_anybody_is_who_had_less_to_do(app: Flask) -> None:
    salon = Salon(technicians=2)
    first = salon.book("10:00").items[0].staff_id
    assert salon.book("14:00").items[0].staff_id != first


def test_a_technician_without_the_skill_is_refused(app: Flask) -> None:
    salon = Salon()
    other = add_staff("新人", salon.store)
    salon.roster(other)
    with pytest.raises(api.Refused, match="does not do"):
        salon.book("12:00", other)


def test_what_is_not_offered_in_a_store_cannot_be_booked_there(app: Flask) -> None:
    salon = Salon()
    elsewhere = add_store("龙华店")
    nails = add_service("美甲", skill_id=salon.skill.id, stores=[elsewhere])
    with pytest.raises(api.Refused, match="not offered"):
        salon.book("12:00", wishes=[Wish(nails.variants[0].id)])


def test_somebody_of_two_stores_is_in_one_at_a_time(app: Flask) -> None:
    salon = Salon()
    other = Salon(name="南山店")
    with pytest.raises(api.Refused, match="elsewhere"):
        other.roster(salon.staff[0])


def test_a_manager_may_book_outside_the_roster_but_never_twice(app: Flask) -> None:
    salon = Salon()
    visit = salon.book("20:00", salon.staff[0], force=True)
    assert visit.forced
    with pytest.raises(Taken):
        salon.book("20:30", salon.staff[0], force=True)


def test_members_book_within_lead_time_and_horizon(app: Flask) -> None:
    salon = Salon()
    with api.at_moment(at("10:10")):
        assert salon.free(by_member=True)[0] == "12:15"
        assert salon.free()[0] == "10:15"
    with api.at_moment(at("10:10") - dt.timedelta(days=40)):
        assert salon.free(by_member=True) == []


def test_a_members_booking_waits_for_review_and_keeps_its_time(app: Flask) -> None:
    salon, member = Salon(), join()
    visit = salon.book("12:00", member_id=member.id, source="phone")
    assert visit.status == "pending"
    with pytest.raises(Taken):
        salon.book("12:00")
    before = cells()
    assert turn_visit(visit.id, "confirm").status == "confirmed"
    assert cells() == before


def test_a_store_may_accept_by_itself(app: Flask) -> None:
    salon, member = Salon(), join()
    _set(AUTO_ACCEPT, True, salon.store.id)
    assert salon.book("12:00", member_id=member.id, source="phone").status == "confirmed"


def test_a_declined_booking_gives_its_time_back_and_says_why(app: Flask) -> None:
    salon, member = Salon(), join()
    visit = salon.book("12:00", member_id=member.id, source="phone")
    with pytest.raises(api.Refused, match="Say why"):
        turn_visit(visit.id, "reject")
    assert turn_visit(visit.id, "reject", reason="Amy is ill").reason == "Amy is ill"
    assert cells() == 0
    assert "12:00" in salon.free()


def test_a_member_has_so_many_open_bookings(app: Flask) -> None:
    salon, member = Salon(), join()
    _set(MOST_OPEN, 1, salon.store.id)
    _set(MOST_OPEN, 1)
    salon.book("12:00", member_id=member.id, source="phone")
    with pytest.raises(api.Refused, match="1 open bookings"):
        salon.book("14:00", member_id=member.id, source="phone")


def test_a_change_moves_all_or_nothing(app: Flask) -> None:
    salon = Salon()
    visit_id = salon.book("12:00").id
    salon.book("15:00")
    with pytest.raises(Taken):
        change_visit(visit_id, at("14:30"), key=new_key())
    assert api.db.session.get_one(Visit, visit_id).starts_at == at("12:00")
    assert change_visit(visit_id, at("12:30"), key="move").starts_at == at("12:30")
    assert change_visit(visit_id, at("12:30"), key="move").version == 2
    assert cells() == 24


def test_a_member_changes_until_the_cut_off(app: Flask) -> None:
    salon, member = Salon(), join()
    visit = salon.book("16:00", member_id=member.id, source="phone")
    with api.at_moment(at("11:50")):
        change_visit(visit.id, at("17:00"), key=new_key(), by_member=True)
    with api.at_moment(at("13:10")), pytest.raises(api.Refused, match="too late"):
        turn_visit(visit.id, "cancel", by_member=True)


def test_a_cancelled_time_can_be_booked_again(app: Flask) -> None:
    salon = Salon()
    visit_id = salon.book("12:00").id
    turn_visit(visit_id, "cancel", key="cancel", reason="ill")
    assert turn_visit(visit_id, "cancel", key="cancel").status == "cancelled"
    salon.book("12:00")


def test_a_kept_time_lapses_for_whoever_wants_it(app: Flask) -> None:
    salon = Salon()
    salon.book("12:00", keep=True, key="kept")
    assert "12:00" not in salon.free()
    with pytest.raises(Taken):
        salon.book("12:00")
    with api.at_moment(MORNING + dt.timedelta(minutes=11)):
        assert "12:00" in salon.free()
        with pytest.raises(api.Conflict, match="too long"):
            submit("kept")
        salon.book("12:00")
    assert [visit.key for visit in api.db.session.query(Visit) if visit.key == "kept"] == []


def test_a_kept_time_becomes_a_booking(app: Flask) -> None:
    salon, member = Salon(), join()
    salon.book("12:00", keep=True, member_id=member.id, source="phone", key="kept")
    assert submit("kept").status == "pending"
    assert submit("kept").version == 2


def test_a_visit_goes_from_arrival_to_done_and_frees_what_is_left(app: Flask) -> None:
    salon = Salon(rooms=1, cleanup_minutes=15)
    visit_id = salon.book("12:00").id
    with api.at_moment(at("11:55")):
        turn_visit(visit_id, "arrive")
    with api.at_moment(at("12:05")):
        turn_visit(visit_id, "start")
    with api.at_moment(at("12:31")):
        assert turn_visit(visit_id, "done").status == "done"
        assert salon.free()[0] == "13:00"
    with pytest.raises(api.Conflict):
        turn_visit(visit_id, "cancel")


def test_a_no_show_frees_the_rest_and_may_still_come(app: Flask) -> None:
    salon = Salon()
    visit_id = salon.book("12:00").id
    with pytest.raises(api.Refused, match="may still come"):
        turn_visit(visit_id, "no_show")
    with api.at_moment(at("12:16")):
        turn_visit(visit_id, "no_show")
        assert salon.free()[0] == "12:30"
        assert turn_visit(visit_id, "arrive").status == "arrived"


def test_what_the_keys_alone_refuse_names_other_times_too(app: Flask) -> None:
    salon = Salon()
    salon.book("12:00")
    true = api.db.session.scalar(sa.select(ResourceDay.busy))
    _say_busy(b"")
    with pytest.raises(Taken, match="taken a moment ago") as refused:
        salon.book("12:00")
    _say_busy(true)
    assert len(refused.value.alternatives) == 3
    assert at("12:00") not in refused.value.alternatives


@api.unit
def _say_busy(bits: bytes | None) -> None:
    api.db.session.execute(sa.update(ResourceDay).values(busy=bits))


def test_a_running_visit_lasts_longer_until_the_next_guest(app: Flask) -> None:
    salon = Salon(rooms=1, cleanup_minutes=10)
    visit_id = salon.book("12:00").id
    salon.book("13:45")
    with pytest.raises(Taken, match="it can last until 13:35"):
        extend_visit(visit_id, 45, key=new_key())
    assert extend_visit(visit_id, 30, key="more").ends_at == at("13:30")
    assert extend_visit(visit_id, 30, key="more").ends_at == at("13:30")


@pytest.mark.any_engine
def test_a_visit_that_moves_is_not_in_its_own_way(app: Flask) -> None:
    salon = Salon()
    visit = salon.book("12:00")
    assert "12:15" not in salon.free()
    times = salon.free(moved=visit.id)
    assert {"11:30", "12:00", "12:15"} <= set(times)
    assert change_visit(visit.id, at("12:15"), key=new_key()).starts_at == at("12:15")


def test_a_store_that_closes_after_midnight_books_the_night_on_its_day(app: Flask) -> None:
    salon = Salon(hours=(1080, 1560))
    tuesday = MONDAY + dt.timedelta(days=1)
    assert salon.free()[-1] == "01:00"
    visit = salon.book("00:30", day=tuesday)
    assert visit.day_on == MONDAY
    assert "23:45" not in salon.free()
    assert salon.free()[-1] == "23:30"


def test_the_night_of_the_clock_change_has_an_hour_less(app: Flask) -> None:
    spring = dt.date(2027, 3, 28)
    salon = Salon(zone="Europe/Berlin", hours=(0, 480))
    salon.roster(salon.staff[0], day=spring, span=(0, 480))
    offered = free_times(salon.store.id, [salon.wish()], spring, spring)[spring]
    assert "02:00" not in clocks(offered, "Europe/Berlin")
    assert len(offered) == 25


def test_a_week_is_copied_where_nothing_is_planned(app: Flask) -> None:
    salon = Salon(technicians=2)
    next_monday = MONDAY + dt.timedelta(days=7)
    put_shifts(salon.store.id, [ShiftDraft(salon.staff[0].id, next_monday, None)])
    assert len(copy_weeks(salon.store.id, MONDAY)[0]) == 1
    assert salon.free(day=next_monday) == []


def test_a_name_or_a_member_is_needed(app: Flask) -> None:
    with pytest.raises(api.Refused, match="who comes"):
        Salon().book("12:00", guest_name=" ")


@api.unit
def _set(setting: api.Setting[Any], value: object, store_id: int | None = None) -> None:
    setting.put(value, store_id)
