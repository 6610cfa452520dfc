"""Merging the two files of the demo in a browser: preview, merge, undo."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from console import api
from plugins.ledger.api import standings
from plugins.ledger.services.verifying import verify
from plugins.membership.models import Member, Merge
from tests.support.live import Live, choose
from tests.support.people import SignIn

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
NAME = "\u5218\u6653\u96ef"
PAIRS = "/console/membership/duplicates/"


@pytest.fixture
def desk(
    app: Flask, with_demo: None, live: Live, browser: Browser, sign_in: SignIn
) -> Iterator[Page]:
    """The owner's screen in English."""
    client = sign_in("owner")
    choose(api.db.session.scalar(sa.select(sa.func.max(api.User.id))) or 0, locale="en")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    live.let_in(context, client)
    yield context.new_page()
    context.close()


def files() -> list[Member]:
    api.db.session.rollback()
    return list(api.db.session.query(Member).filter_by(name=NAME).order_by(Member.id))


def balances(*ids: int) -> int:
    api.db.session.rollback()
    return sum(held["balance"] for held in standings(ids, ["balance"]).values())


def test_the_pair_of_the_demo_is_merged_and_taken_apart(live: Live, desk: Page) -> None:
    low, high = files()
    whole = balances(low.id, high.id)
    live.open(desk, PAIRS)
    pair = desk.locator("section.card", has=desk.get_by_role("heading", name=NAME))
    expect(pair.get_by_text("Same date of birth")).to_be_visible()
    pair.get_by_role("link", name="Compare and merge").click()
    expect(desk.get_by_role("radio", name="Coco", exact=False)).to_be_checked()
    desk.get_by_role("button", name="Merge files").click()
    expect(desk).to_have_url(re.compile(rf"/members/{low.id}/$"))
    assert balances(low.id) == whole
    expect(desk.get_by_text("Two files are one now")).to_be_visible()

    live.open(desk, f"/console/membership/members/{high.id}/")
    expect(desk).to_have_url(re.compile(rf"/members/{low.id}/$"))
    expect(desk.get_by_text("This file was merged into the one of")).to_be_visible()

    desk.get_by_role("link", name="Undo merge").click()
    expect(desk.get_by_text("What happened since stays with")).to_be_visible()
    desk.get_by_role("button", name="Undo merge").click()
    expect(desk).to_have_url(re.compile(rf"/members/{high.id}/$"))
    assert balances(low.id, high.id) == whole
    assert api.db.session.query(Merge).one().undone_at is not None
    assert [member.gone_at for member in files()] == [None, None]
    assert verify().findings == {}


def test_two_people_leave_the_list_and_come_back_by_one_click(live: Live, desk: Page) -> None:
    live.open(desk, PAIRS)
    pair = desk.locator("section.card", has=desk.get_by_role("heading", name=NAME))
    pair.get_by_role("button", name="Not the same person").click()
    expect(pair).to_have_count(0)
    desk.get_by_role("button", name="Undo").click()
    live.open(desk, PAIRS)
    expect(pair).to_have_count(1)
