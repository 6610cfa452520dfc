"""Booking on a member's phone, from the first tap to the rating."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from flask import Flask

from console import api
from plugins.booking.models import Visit
from plugins.booking.services.proposing import propose_time
from plugins.booking.services.rules import SLOT_CAP
from plugins.membership.api import Benefit, Level, Member, find_by_phone
from plugins.membership.services.levelling import set_level
from plugins.salon.models import StoreProfile
from tests.support.booking import MONDAY, Salon, at, new_key
from tests.support.membership import join
from tests.support.pages import words
from tests.support.phones import Phone, phone, phone_of
from tests.support.salon import add

__all__ = ["phone"]
pytestmark = pytest.mark.any_engine


@pytest.fixture
def salon(app: Flask) -> Salon:
    salon = Salon(technicians=2)
    unit_show(salon)
    return salon


@api.unit
def unit_show(salon: Salon) -> None:
    for person in salon.staff:
        person.shown = True
    add(StoreProfile(store_id=salon.store.id, address="福华路 1 号", phone="0755-88886666"))


@pytest.fixture
def mine(app: Flask, salon: Salon) -> Phone:
    """The phone of a member."""
    return phone_of(app, join().id)


def link_in(page: Any, path: str) -> str:
    found = re.search(rf'href="({path}\?[^"]*)"', page.text)
    assert found, f"no link to {path}"
    return html.unescape(found[1])


def fields_in(page: Any) -> dict[str, Any]:
    """Return the hidden fields of the form of a page."""
    told = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in told if name != "csrf_token"}


def time_in(page: Any, clock: str) -> str:
    found = re.search(rf'name="at" value="([^"]*)">{clock}<', page.text)
    assert found, f"{clock} is not offered"
    return html.unescape(found[1])


def keep(phone: Phone, salon: Salon, clock: str = "10:15", **more: Any) -> Any:
    """Tap on a time."""
    fields = {"store": salon.store_id, "variant": salon.variant_id, **more}
    return phone.post("/booking/keep", at=at(clock).isoformat(), **fields)


def the_visits() -> list[Visit]:
    api.db.session.rollback()
    return api.db.session.query(Visit).order_by(Visit.id).all()


def test_a_member_books_in_four_taps(salon: Salon, mine: Phone) -> None:
    who = mine.get(link_in(mine.get("/booking/"), "/booking/who"))
    times = mine.get(link_in(who, "/booking/when") + f"&day={MONDAY}")
    page = mine.post("/booking/keep", **fields_in(times), at=time_in(times, "10:15"))
    assert "This time is kept for you for 10 minutes more" in words(page.text)
    assert the_visits()[0].status == "hold"
    done = mine.post("/booking/confirm", **fields_in(page), note="Please no music")
    assert "Awaiting review" in done.text
    assert mine.post("/booking/confirm", **fields_in(page)).status_code == 200
    [visit] = the_visits()
    assert (visit.starts_at, visit.note) == (at("10:15"), "Please no music")


@api.unit
def cheaper_level() -> Level:
    """Add a level that pays 90 percent, and 80 from its balance."""
    level = add(Level(name="Diamond", place=1, threshold_fen=1))
    for paid_by, percent in (("any", 90), ("balance", 80)):
        benefit = Benefit(level_id=level.id, kind="discount", name=paid_by, paid_by=paid_by)
        benefit.percent = percent
        add(benefit)
    return level


def test_the_menu_shows_the_list_price_hers_and_that_from_her_balance(
    app: Flask, salon: Salon
) -> None:
    member, level = join(), cheaper_level()
    set_level(member.id, level.id, until_on=None, reason="a friend of the house")
    fen = salon.service.variants[0].price_fen or 0
    page = words(phone_of(app, member.id).get("/booking/").text)
    own, listed, balance = (api.format_fen(fen * part // 100) for part in (90, 100, 80))
    assert f"{own} List price {listed} {balance} from balance" in page


def test_two_come_together_and_a_move_keeps_both(salon: Salon, mine: Phone) -> None:
    who = mine.get(link_in(mine.get("/booking/"), "/booking/who"))
    chosen = link_in(who, "/booking/when") + f"&staff={salon.staff_ids[1]}&day={MONDAY}"
    assert "How many come?" in words(mine.get(chosen).text)
    times = mine.get(f"{chosen}&people=2")
    assert "Together All begin at once. Coco serves you" in words(times.text)
    page = mine.post("/booking/keep", **fields_in(times), at=time_in(times, "10:15"))
    assert "People 2" in words(page.text)
    mine.post("/booking/confirm", **fields_in(page))
    [visit] = the_visits()
    assert (visit.party, [item.staff_id for item in visit.items]) == (2, salon.staff_ids[::-1])
    moved = link_in(mine.get(f"/booking/mine/{visit.id}"), "/booking/when")
    assert "people=2" in moved
    fields = fields_in(mine.get(moved))
    asked = mine.post("/booking/keep", **fields, at=at("16:00").isoformat())
    mine.post("/booking/confirm", **fields_in(asked))
    [visit] = the_visits()
    assert (visit.party, visit.starts_at) == (2, at("16:00"))


def test_back_and_reload_lead_to_the_booking_that_was_sent(salon: Salon, mine: Phone) -> None:
    page = keep(mine, salon)
    address = page.request.full_path
    assert "10:15" in words(mine.get(address).text)
    mine.post("/booking/confirm", **fields_in(page))
    assert mine.get(address).request.path == f"/booking/mine/{the_visits()[0].id}"


def test_another_time_gives_back_the_one_that_was_kept(salon: Salon, mine: Phone) -> None:
    keep(mine, salon, "10:15")
    times = mine.get(f"/booking/when?variant={salon.variant_id}&day={MONDAY}")
    assert "10:15 is kept for you until" in words(times.text)
    keep(mine, salon, "10:30")
    assert [visit.starts_at for visit in the_visits()] == [at("10:30")]


def test_a_time_taken_meanwhile_leads_to_the_three_nearest(salon: Salon, mine: Phone) -> None:
    for staff in salon.staff:
        salon.book("12:00", staff)
    page = keep(mine, salon, "12:00")
    assert page.status_code == 409
    near = re.findall(r'name="at" value="[^"]*">Mon, Nov 23 (\d\d:\d\d)<', html.unescape(page.text))
    assert len(near) == 3
    assert "13:00" in near


def test_what_was_kept_for_too_long_is_booked_if_it_is_free(salon: Salon, mine: Phone) -> None:
    page = keep(mine, salon)
    with api.at_moment(api.now() + dt.timedelta(minutes=20)):
        address = page.request.full_path
        assert "no longer kept" in words(mine.get(address).text)
        done = mine.post("/booking/confirm", **fields_in(page))
        mine.post("/booking/confirm", **fields_in(page))
    assert "Awaiting review" in done.text
    assert [visit.status for visit in the_visits()] == ["pending"]


def test_a_new_guest_joins_and_comes_back_to_her_time(phone: Phone, salon: Salon) -> None:
    assert "By technician" in phone.get("/booking/").text
    page = keep(phone, salon)
    assert page.request.path == "/membership/welcome"
    apply = phone.get(link_in(page, "/membership/apply"))
    asked = phone.post(
        "/membership/apply",
        phone="13800138077",
        store_id=salon.store_id,
        agreed="1",
        next=fields_in(apply)["next"],
    )
    assert asked.request.path == "/membership/confirm"
    back = phone.confirm("13800138077")
    assert back.request.path == "/booking/confirm"
    assert "10:15" in words(back.text)
    phone.post("/booking/confirm", **fields_in(back))
    member = find_by_phone("13800138077")
    assert member is not None
    assert (member.source, the_visits()[0].member_id) == ("booking", member.id)


def test_a_technician_is_booked_from_her_profile(salon: Salon, mine: Phone) -> None:
    amy = salon.staff[0]
    listed = mine.get(f"/booking/technicians?store={salon.store_id}")
    assert "Next free: Mon, Nov 23 10:00" in words(listed.text)
    profile = mine.get(f"/booking/technicians/{amy.id}")
    times = mine.get(link_in(profile, "/booking/when"))
    keep(mine, salon, "11:00", **{k: v for k, v in fields_in(times).items() if k == "staff"})
    assert the_visits()[0].items[0].staff_id == amy.id
    assert the_visits()[0].items[0].requested


def test_a_technician_who_is_not_shown_has_no_profile(salon: Salon, mine: Phone) -> None:
    api.unit(lambda: setattr(api.db.session.merge(salon.staff[0]), "shown", False))()
    number = salon.staff_ids[0]
    assert mine.get(f"/booking/technicians/{number}").status_code == 404
    assert mine.get(f"/booking/technicians/{number}/photo").status_code == 404


def test_days_are_marked_free_full_and_closed(salon: Salon, mine: Phone) -> None:
    for staff in salon.staff:
        salon.roster(staff, day=MONDAY + dt.timedelta(days=1), span=(600, 630))
    page = mine.get(f"/booking/when?store={salon.store_id}&variant={salon.variant_id}")
    assert "Mon, Nov 23, 29 free times" in html.unescape(page.text)
    assert "24<small>full</small>" in page.text
    assert "Morning" in words(page.text)
    assert "You can book from 2 hours ahead, up to 30 days." in words(page.text)


def test_no_free_time_says_what_to_do(salon: Salon, mine: Phone) -> None:
    page = mine.get(f"/booking/when?variant={salon.variant_id}&month=2026-12-01")
    assert "No time is free in these days" in words(page.text)
    assert "tel:0755-88886666" in page.text


def test_only_so_many_bookings_are_open_at_once(salon: Salon, mine: Phone) -> None:
    member = api.db.session.query(Member).one()
    for clock in ("10:00", "11:00", "12:00"):
        salon.book(clock, member_id=member.id, source="phone")
    page = keep(mine, salon, "14:00")
    assert "You have 3 open bookings; more are not possible." in words(page.text)


def test_a_member_sees_only_her_own_bookings(app: Flask, salon: Salon, mine: Phone) -> None:
    member = api.db.session.query(Member).one()
    number = salon.book("15:00", member_id=member.id, source="phone").id
    other = phone_of(app, join("周敏", phone="13800138001").id)
    for page in ("", "/state", "/rate", "/calendar.ics"):
        assert other.get(f"/booking/mine/{number}{page}").status_code == 404
        assert mine.get(f"/booking/mine/{number}{page}").status_code == 200
    assert "15:00" in mine.get("/booking/mine/list").text


def test_a_member_moves_and_cancels_until_the_cut_off(salon: Salon, mine: Phone) -> None:
    member = api.db.session.query(Member).one()
    number = salon.book("15:00", member_id=member.id, source="phone").id
    page = mine.get(f"/booking/mine/{number}")
    assert "You can change and cancel it until Mon, Nov 23 11:00." in words(page.text)
    times = mine.get(link_in(page, "/booking/when"))
    asked = mine.post("/booking/keep", **fields_in(times), at=at("16:00").isoformat())
    assert "16:00" in words(mine.post("/booking/confirm", **fields_in(asked)).text)
    with api.at_moment(at("13:00")):
        late = mine.get(f"/booking/mine/{number}")
        assert "Please call the store now." in words(late.text)
        assert "tel:0755-88886666" in late.text
        assert mine.post(f"/booking/mine/{number}/cancel").status_code == 422
    assert "Cancelled" in mine.post(f"/booking/mine/{number}/cancel").text


def test_she_takes_the_time_that_the_store_proposes(salon: Salon, mine: Phone) -> None:
    member = api.db.session.query(Member).one()
    number = salon.book("15:00", member_id=member.id, source="phone").id
    propose_time(number, at("16:30"), key=new_key())
    page = words(mine.get(f"/booking/mine/{number}").text)
    assert "The store proposes another time: Mon, Nov 23 16:30" in page
    mine.post(f"/booking/mine/{number}/answer", answer="accept")
    [visit] = the_visits()
    assert (visit.status, visit.starts_at) == ("confirmed", at("16:30"))


def test_a_booking_goes_into_the_calendar(salon: Salon, mine: Phone) -> None:
    member = api.db.session.query(Member).one()
    number = salon.book("15:00", member_id=member.id).id
    text = mine.get(f"/booking/mine/{number}/calendar.ics").text
    assert "DTSTART:20261123T070000Z" in text
    assert "STATUS:CONFIRMED" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_card_leads_to_booking(salon: Salon, mine: Phone) -> None:
    member = api.db.session.query(Member).one()
    assert 'href="/booking/"' in mine.get("/membership/card").text
    salon.book("15:00", member_id=member.id)
    assert 'href="/booking/mine"' in mine.get("/membership/card").text


def test_a_store_may_limit_how_many_begin_at_once(salon: Salon, mine: Phone) -> None:
    other = join("周敏", phone="13800138001").id
    salon.book("10:15", member_id=other, source="phone")
    assert "10:15" in salon.free(by_member=True)
    api.unit(lambda: SLOT_CAP.put(1, salon.store_id))()
    assert "10:15" not in salon.free(by_member=True)
    assert "10:15" in salon.free()
    assert keep(mine, salon, "10:15").status_code == 409
    assert "Your booking" in words(keep(mine, salon, "10:30").text)
