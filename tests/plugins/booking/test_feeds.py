"""Calendar feeds: secret, valid, and silent about phone numbers."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

import pytest
from flask import Flask

from console import api
from plugins.booking.models import Feed
from plugins.booking.services.feeds import make_feed, revoke_feed
from plugins.booking.services.turning import turn_visit
from tests.support.booking import Salon, at
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post

pytestmark = pytest.mark.any_engine
ODD = "\u738b\u5c0f\u59d0; likes tea, milk \\ no sugar, and a very long name"


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2)


def events_of(text: str) -> list[dict[str, str]]:
    """Read a calendar as a program does: unfolded, unescaped, one mapping for each event."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for name, _colon, value in (line.partition(":") for line in lines):
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({})
        elif found and name != "END":
            found[-1][name] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), value)
    return found


def test_a_feed_tells_of_the_visits_of_one_technician(app: Flask, salon: Salon) -> None:
    salon.book("12:00", salon.staff[0], guest_name=ODD, guest_phone="13800138000")
    gone = salon.book("14:00", salon.staff[0])
    salon.book("15:00", salon.staff[1])
    turn_visit(gone.id, "cancel")
    token = make_feed(salon.store_id, salon.staff_ids[0], names=True)
    answer = app.test_client().get(f"/booking/feeds/{token}.ics")
    assert answer.content_type.startswith("text/calendar")
    first, second = events_of(answer.text)
    assert ODD in first["SUMMARY"]
    assert (first["DTSTART"], first["DTEND"]) == ("20261123T040000Z", "20261123T050000Z")
    assert (first["STATUS"], second["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert len({first["UID"], second["UID"]}) == 2
    assert "13800138000" not in answer.text


def test_a_feed_of_a_store_names_technicians_and_no_guests(app: Flask, salon: Salon) -> None:
    salon.book("12:00", salon.staff[0], guest_name=ODD)
    token = make_feed(salon.store_id)
    [event] = events_of(app.test_client().get(f"/booking/feeds/{token}.ics").text)
    assert event["DESCRIPTION"] == "Amy"
    assert "likes tea" not in event["SUMMARY"]


def test_a_feed_that_did_not_change_is_not_sent_again(app: Flask, salon: Salon) -> None:
    visit = salon.book("12:00", salon.staff[0])
    client, page = app.test_client(), f"/booking/feeds/{make_feed(salon.store_id)}.ics"
    answer = client.get(page)
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) == api.now()
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(page, headers=known).status_code == 304
    with api.at_moment(at("12:00")):
        turn_visit(visit.id, "arrive")
        assert client.get(page, headers=known).status_code == 200


def test_a_feed_that_was_shut_or_guessed_is_not_there(app: Flask, salon: Salon) -> None:
    token = make_feed(salon.store_id)
    client = app.test_client()
    feed = api.db.session.query(Feed).one()
    assert token not in feed.token_hash
    assert client.get("/booking/feeds/guessed.ics").status_code == 404
    revoke_feed(feed.id)
    assert client.get(f"/booking/feeds/{token}.ics").status_code == 404


def test_a_manager_gives_out_a_link_and_shuts_it(salon: Salon, sign_in: SignIn) -> None:
    manager = sign_in("manager", salon.store_id)
    manager.set_cookie("console_language", "en")
    home = "/console/booking/calendars/"
    made = post(manager, f"{home}make", {"store_id": salon.store_id, "names": "1"})
    assert re.search(r"/booking/feeds/[\w-]{32}\.ics", made.text)
    number = api.db.session.query(Feed.id).scalar()
    assert "Shut this link" in words(manager.get(f"{home}{number}/").text)
    post(manager, f"{home}{number}/shut", {})
    api.db.session.rollback()
    assert api.db.session.query(Feed).one().revoked_at is not None


def test_a_technician_sees_her_day_without_phone_numbers(salon: Salon, sign_in: SignIn) -> None:
    salon.book("12:00", salon.staff[0], guest_name=ODD, guest_phone="13800138000", note="No music")
    salon.book("13:00", salon.staff[1], guest_name="Zhou")
    soft = join("Soft", salon.store_id, notes="Press softly")
    salon.book("14:00", salon.staff[0], member_id=soft.id)
    with api.at_moment(at("11:00")):
        amy = sign_in("technician", salon.store_id)
        amy.set_cookie("console_language", "en")
        own_day = "/console/booking/mine/"
        assert "belongs to no staff file" in words(amy.get(own_day).text)
        give_sign_in(salon)
        page = amy.get(own_day)
        shown = words(page.text)
        assert "likes tea" in shown
        assert "No music" in shown
        assert "Press softly" in shown
        assert "Zhou" not in shown
        assert "13800138000" not in page.text
        turn = re.search(r'action="(/console/booking/visits/\d+/turn/arrive)"', page.text)
        assert turn
        done = post(amy, turn[1], {"next": own_day})
        assert done.location == own_day
        assert "Begin service" in words(amy.get(f"{own_day}visits").text)
        assert "/booking/feeds/" in post(amy, f"{own_day}calendar", {}).text


@api.unit
def give_sign_in(salon: Salon) -> None:
    """Tie the last user to the first technician."""
    user_id = api.db.session.query(api.User.id).order_by(api.User.id.desc()).limit(1).scalar()
    api.db.session.merge(salon.staff[0]).user_id = user_id
