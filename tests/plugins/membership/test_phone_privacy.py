"""The privacy centre on a member's phone."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api, worker
from plugins.membership.api import Member, has_consent, merge_members
from plugins.membership.models import Erasure
from plugins.membership.services.copying import copies_of
from tests.support.ledger import top_up
from tests.support.membership import join
from tests.support.people import add_store
from tests.support.phones import Phone, phone_of

pytestmark = pytest.mark.either_engine

HERE = "/membership/privacy"


@pytest.fixture
def member(app: Flask) -> int:
    return int(join("陈诗雅", add_store("福田店")).id)


@pytest.fixture
def hers(app: Flask, member: int) -> Phone:
    return phone_of(app, member)


def test_whoever_is_not_signed_in_is_led_to_her_card_first(app: Flask) -> None:
    assert "/membership/welcome" in Phone(app).client.get(HERE).headers["Location"]
    assert Phone(app).post(f"{HERE}/erasure").status_code == 401


def test_she_agrees_and_takes_it_back(hers: Phone, member: int) -> None:
    page = hers.post(f"{HERE}/consents", purpose="marketing", act="give")
    assert "Thank you" in page.text
    assert api.db.session.get_one(Member, member).may_market
    page = hers.post(f"{HERE}/consents", purpose="marketing", act="withdraw")
    assert "Withdrawn" in page.text
    api.db.session.rollback()
    assert not api.db.session.get_one(Member, member).may_market


def test_the_basic_consent_cannot_be_taken_back_by_one_tap(hers: Phone, member: int) -> None:
    hers.post(f"{HERE}/consents", purpose="service", act="give")
    page = hers.post(f"{HERE}/consents", purpose="service", act="withdraw")
    assert "erasure instead" in page.text
    assert has_consent(member, "service")


def test_an_invented_purpose_is_not_there(hers: Phone) -> None:
    assert hers.post(f"{HERE}/consents", purpose="all", act="give").status_code == 404


def test_she_fetches_a_copy_of_her_data_and_of_nobody_elses(
    app: Flask, hers: Phone, member: int
) -> None:
    hers.post(f"{HERE}/copies")
    worker.drain(app)
    api.db.session.rollback()
    copy = copies_of(member)[0]
    assert f"{HERE}/copies/{copy.id}" in hers.get(HERE).text
    answer = hers.get(f"{HERE}/copies/{copy.id}")
    assert answer.mimetype == "application/zip"
    other = phone_of(app, join("王五", 1, "13911112222").id)
    assert other.get(f"{HERE}/copies/{copy.id}").status_code == 404


def test_she_asks_to_be_forgotten_and_changes_her_mind(hers: Phone, member: int) -> None:
    top_up(member, 8_800)
    assert "¥88.00" in hers.get(HERE).text
    page = hers.post(f"{HERE}/erasure")
    assert "Withdraw the request" in page.text
    assert api.db.session.query(Erasure).one().state == "asked"
    hers.post(f"{HERE}/erasure/withdraw")
    api.db.session.rollback()
    assert api.db.session.query(Erasure).one().state == "withdrawn"
    assert "Ask for erasure" in hers.get(HERE).text


def test_after_a_merge_her_phone_shows_the_kept_file(app: Flask, hers: Phone, member: int) -> None:
    kept = join("陈诗雅", 1, "13911112222").id
    merge_members(kept, member)
    assert hers.post(f"{HERE}/consents", purpose="photos", act="give").status_code == 200
    assert has_consent(kept, "photos")
