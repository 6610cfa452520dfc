"""The tour of the demo on the home page."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.support.people import SignIn, post

TOUR = 'aria-labelledby="tour"'
pytestmark = [pytest.mark.usefixtures("with_demo"), pytest.mark.any_engine]


def test_a_stop_leads_there_and_ticks_itself_off(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    assert "tour-stop is-seen" not in owner.get("/console/").text
    assert post(owner, "/console/tour/members").location == "/console/membership/members/"
    assert owner.get("/console/").text.count("tour-stop is-seen") == 1


def test_five_minutes_are_seven_stops_and_the_rest_waits(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("owner").get("/console/").text
    tour, _sign, more = page[page.index(TOUR) :].partition("<details")
    stops = re.findall(r'/console/tour/(\w+)"', tour)
    assert stops == ["find", "counter", "board", "refunds", "tie_out", "plugins", "import"]
    assert "0 / 7" in tour
    assert "/console/tour/members" in more


def test_a_tour_that_was_put_away_stays_away(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    assert TOUR in owner.get("/console/").text
    post(owner, "/console/tour")
    assert TOUR not in owner.get("/console/").text


def test_the_tour_leads_nowhere_a_person_may_not_go(app: Flask, sign_in: SignIn) -> None:
    technician = sign_in("technician")
    page = technician.get("/console/").text
    assert "/console/tour/members" in page
    assert "/console/tour/import" not in page
    assert "/console/system/demo/" not in page
    assert post(technician, "/console/tour/import").status_code == 404
