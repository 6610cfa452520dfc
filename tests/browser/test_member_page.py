"""The page of a member in a browser: what is above the fold, and what can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect

from console import api
from plugins.ledger.api import standings
from plugins.membership.api import find_by_phone
from tests.support.live import Live, choose
from tests.support.people import SignIn

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
WIDTHS: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 1180, "height": 820},
    {"width": 390, "height": 844},
)


@pytest.fixture
def heroine(
    app: Flask, with_demo: None, live: Live, browser: Browser, sign_in: SignIn
) -> Iterator[Page]:
    """The file of the demo's first member, in English."""
    client = sign_in("owner")
    user = api.db.session.scalar(sa.select(sa.func.max(api.User.id)))
    choose(user or 0, theme="light", locale="en")
    member = find_by_phone("13800138000")
    assert member is not None
    context = browser.new_context(reduced_motion="reduce")
    live.let_in(context, client)
    yield live.open(context.new_page(), f"/console/membership/members/{member.id}/")
    context.close()


def bottom_of(page: Page, text: str) -> float:
    box = page.get_by_text(text, exact=False).first.bounding_box()
    assert box is not None, text
    return box["y"] + box["height"]


def test_what_matters_is_above_the_fold_at_every_width(heroine: Page) -> None:
    member = find_by_phone("13800138000")
    assert member is not None
    balance = api.format_fen(standings([member.id], ["balance"])[member.id]["balance"])
    for size in WIDTHS:
        heroine.set_viewport_size(size)
        heroine.evaluate("scrollTo(0, 0)")
        for text in ("Allergies: ", balance, "days ago", "Next step"):
            assert bottom_of(heroine, text) <= size["height"], (text, size)
    heroine.set_viewport_size(WIDTHS[0])
    assert bottom_of(heroine, "She stands on the highest level.") <= 900


def test_a_tag_that_was_dropped_is_put_back_by_one_click(heroine: Page) -> None:
    drop = heroine.get_by_role("button", name="Remove tag: VIP")
    drop.click()
    expect(drop).to_have_count(0)
    heroine.get_by_role("button", name="Undo").click()
    expect(heroine.get_by_role("button", name="Remove tag: VIP")).to_be_visible()


def test_the_timeline_is_narrowed_by_its_filter(heroine: Page) -> None:
    heroine.get_by_role("link", name="Balance and cards").click()
    expect(heroine.get_by_text("+\u00a53,600.00")).to_be_visible()
    expect(heroine.get_by_text("Level reached:")).to_have_count(0)
