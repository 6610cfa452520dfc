"""The demo: a salon with three hundred members that a visitor believes."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api, demo
from console.security.models import User
from plugins.ledger.services.verifying import verify
from plugins.membership.api import SOURCES, Member, Tag, find_by_phone
from plugins.membership.services.entitlements import holdings_of
from plugins.salon.models import Equipment, Service, Staff
from tests.support.pages import ids_of, words
from tests.support.people import post

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("with_demo")]


@pytest.fixture
def owner(app: Flask, with_demo: None) -> FlaskClient:
    client = app.test_client()
    assert post(client, "/demo", {"role": "owner"}).status_code == 302
    return client


def count(model: type[api.Model]) -> int:
    return api.db.session.query(model).count()


def test_the_salon_has_what_the_plan_says() -> None:
    assert (count(api.Store), count(Staff), count(Member)) == (3, 18, 300)
    assert (count(Service), count(Tag), count(Equipment)) == (45, 9, 11)
    assert count(User) == 18
    assert demo.check() == []


def test_every_source_occurs_and_no_phone_is_a_strangers() -> None:
    members = api.db.session.query(Member).all()
    assert {member.source for member in members} == {key for key, _label in SOURCES}
    phones = {member.phone for member in members if member.phone}
    assert phones <= {str(13800138000 + n) for n in range(300)}
    assert any(member.phone is None for member in members)


def test_a_birthday_falls_on_each_of_the_next_fourteen_days() -> None:
    told = api.db.session.scalars(sa.select(Member.next_birthday_on))
    days = {day for day in told if day is not None}
    loaded_on = min(days)  # midnight may have passed since
    assert api.today("Asia/Shanghai") - loaded_on <= dt.timedelta(days=1)
    assert {loaded_on + dt.timedelta(days=n) for n in range(14)} <= days


def test_the_books_are_clean() -> None:
    assert verify().findings == {}


def test_a_spent_top_up_leaves_principal_and_bonus_in_proportion() -> None:
    member = find_by_phone("13800138001")
    assert member is not None
    holdings = holdings_of(member.id)
    assert (150000 - holdings.principal_fen, 20000 - holdings.bonus_fen) == (60870, 9130)


def test_the_heroine_is_found_by_her_initials(owner: FlaskClient) -> None:
    page = owner.get("/console/membership/members/?q=csy").text
    assert "陈诗雅" in page
    heroine = find_by_phone("13800138000")
    assert heroine is not None
    assert heroine.id in ids_of(page)
    shown = words(owner.get(f"/console/membership/members/{heroine.id}/").text)
    assert "果酸" in shown
    assert "¥4,750.00" in shown


@pytest.mark.parametrize("role", ["owner", "manager", "front_desk", "technician", "accountant"])
def test_each_role_enters_with_one_click_and_sees_members(app: Flask, role: str) -> None:
    client = app.test_client()
    assert post(client, "/demo", {"role": role}).status_code == 302
    assert len(ids_of(client.get("/console/membership/members/").text)) == 50
    page = client.get("/console/salon/price-list/").text
    assert "水光护理" in page
    assert "¥1,080.00" in page or role != "owner"
