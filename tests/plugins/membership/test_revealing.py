"""The phone of somebody who joined today is one click away; others take a reason."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import clock
from tests.support.membership import join
from tests.support.people import SignIn, add_store, post

pytestmark = pytest.mark.either_engine


def test_the_front_desk_reveals_who_joined_in_her_store_today(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("A"), add_store("B")
    new, foreign = join("Chen", here, phone="13800138000"), join("Wu", there, phone="13800138001")
    desk = sign_in("front_desk", here)
    sent = {"table": "membership_member", "column": "phone", "reason": ""}
    answer = post(desk, "/console/reveal", {**sent, "id": str(new.id)})
    assert answer.json["value"] == "13800138000"
    assert post(desk, "/console/reveal", {**sent, "id": str(foreign.id)}).status_code == 404


def test_who_joined_yesterday_takes_a_reason(app: Flask, sign_in: SignIn) -> None:
    here = add_store("A")
    with clock.frozen(clock.now() - dt.timedelta(days=1)):
        old = join("Chen", here, phone="13800138000")
    desk = sign_in("front_desk", here)
    sent = {"table": "membership_member", "column": "phone", "id": str(old.id)}
    assert post(desk, "/console/reveal", sent).json["needs_reason"]
    answer = post(desk, "/console/reveal", {**sent, "reason": "she forgot her bag"})
    assert answer.json["value"] == "13800138000"
