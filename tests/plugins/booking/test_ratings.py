"""Ratings: asked for once, given once, changed for a day, and looked after when they are poor."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.inbox import Notice
from console.testing.listening import Announced
from plugins.booking.api import booking_visit_rated
from plugins.booking.models import Rating, Visit
from plugins.booking.services.rating import ask_for_ratings, rate_visit, scores_of
from plugins.booking.services.telling import RATE
from plugins.booking.services.turning import turn_visit
from plugins.messages.models import Message
from tests.support.booking import Salon, at
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn
from tests.support.phones import phone_of

EVENING = at("20:00")
pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2)


def served(salon: Salon, clock: str = "12:00", member_id: int | None = None) -> Visit:
    """Book a visit and let it be done at its end."""
    member_id = join().id if member_id is None else member_id
    visit = salon.book(clock, salon.staff[0], member_id=member_id)
    with api.at_moment(visit.starts_at):
        turn_visit(visit.id, "arrive")
        turn_visit(visit.id, "start")
    with api.at_moment(visit.ends_at):
        return turn_visit(visit.id, "done")


def asked() -> int:
    api.db.session.rollback()
    count = sa.select(sa.func.count(Message.id)).where(Message.kind == RATE.key)
    return api.db.session.scalar(count) or 0


def test_a_guest_is_asked_once_some_time_after_her_visit(salon: Salon) -> None:
    visit = served(salon)
    with api.at_moment(visit.ends_at + dt.timedelta(minutes=119)):
        ask_for_ratings()
        assert asked() == 0
    with api.at_moment(visit.ends_at + dt.timedelta(minutes=120)):
        ask_for_ratings()
        ask_for_ratings()
        assert asked() == 1


def test_who_has_rated_is_not_asked(salon: Salon) -> None:
    visit = served(salon)
    with api.at_moment(EVENING):
        rate_visit(visit.id, 5)
        ask_for_ratings()
    assert asked() == 0


def test_three_stars_open_a_to_do_for_the_manager_and_four_settle_it(salon: Salon) -> None:
    visit = served(salon)
    with api.at_moment(EVENING):
        rate_visit(visit.id, 3, tags=["waited"], words="  I waited long. ")
        [notice] = api.db.session.scalars(sa.select(Notice).where(Notice.todo)).all()
        assert notice.permission == "booking.see_ratings"
        assert (notice.store_id, notice.done_at) == (salon.store_id, None)
        rate_visit(visit.id, 4)
    api.db.session.refresh(notice)
    assert notice.done_at == EVENING


def test_a_rating_can_be_changed_for_a_day(salon: Salon, announced: Announced) -> None:
    visit = served(salon)
    with api.at_moment(EVENING):
        rate_visit(visit.id, 2, words="Cold")
    assert announced(booking_visit_rated) == [{"visit_id": visit.id, "stars": 2}]
    with api.at_moment(EVENING + dt.timedelta(hours=24)):
        rate_visit(visit.id, 4)
    with (
        api.at_moment(EVENING + dt.timedelta(hours=25)),
        pytest.raises(api.Conflict, match="no longer be changed"),
    ):
        rate_visit(visit.id, 1)
    assert [rating.stars for rating in api.db.session.query(Rating)] == [4]


@pytest.mark.any_engine
def test_only_a_visit_that_is_done_and_not_long_ago_is_rated(salon: Salon) -> None:
    visit = salon.book("12:00", member_id=join().id)
    with pytest.raises(api.Refused, match="once it is done"):
        rate_visit(visit.id, 5)
    late = served(salon, "14:00", visit.member_id)
    with (
        api.at_moment(EVENING + dt.timedelta(days=31)),
        pytest.raises(api.Refused, match="too long ago"),
    ):
        rate_visit(late.id, 5)
    with pytest.raises(api.Refused, match="between one and five"):
        rate_visit(late.id, 6)


def test_an_average_is_shown_from_five_ratings_on(salon: Salon) -> None:
    member_id = join().id
    for number, stars in enumerate((5, 4, 5, 5, 4)):
        visit = served(salon, f"{10 + number}:00", member_id)
        with api.at_moment(EVENING):
            rate_visit(visit.id, stars)
        score = scores_of(salon.staff_ids)[salon.staff_ids[0]]
        assert score.shown == (number == 4)
    assert (score.average, score.count) == (4.6, 5)
    assert salon.staff_ids[1] not in scores_of(salon.staff_ids)


@pytest.mark.any_engine
def test_a_member_rates_on_her_phone(app: Flask, salon: Salon, sign_in: SignIn) -> None:
    visit = served(salon)
    with api.at_moment(EVENING):
        phone = phone_of(app, visit.member_id or 0)
        page = f"/booking/mine/{visit.id}/rate"
        assert "Rate this visit" in words(phone.get("/booking/mine").text)
        assert phone.post(page).status_code == 422
        done = phone.post(page, stars="2", tag="rushed", words="Too quick for me")
        assert "Thank you for telling us." in words(done.text)
        assert "checked" in phone.get(page).text
        manager = sign_in("manager", salon.store_id)
        manager.set_cookie("console_language", "en")
        listed = words(manager.get("/console/booking/ratings/").text)
        assert "Too quick for me" in listed
        shown = words(manager.get(f"/console/booking/visits/{visit.id}/").text)
        assert "Rushed" in shown
        desk = sign_in("front_desk", salon.store_id)
        assert desk.get("/console/booking/ratings/").status_code == 403
