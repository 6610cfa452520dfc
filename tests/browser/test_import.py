"""Dropping the spreadsheet of the old system, and walking it through to the members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, expect

from console.db import db
from plugins.membership.api import Member
from tests.browser.test_every_page import Watched, look_at, opened
from tests.support.importing import HOME, LEGACY, read, run_of, sheet, take_in, upload, work
from tests.support.live import Live, choose
from tests.support.people import SignIn, add_person, add_store, post

ANNA = ("Anna Chen", "13900000001", "1990-08-15", "100.50", "20", 30, "Facial", 4)
AGAIN = ("Anna Two", "139-0000-0001", "", "7")
SHORT = ("Cora Wu", "1390000", "", "12.34")
DEBTOR = ("Dora Ye", "13900000004", "", "-50")
pytestmark = [pytest.mark.any_engine]


@pytest.fixture
def owner(app: Flask) -> int:
    """An owner who reads English, of a shop with one store."""
    add_store("Nanshan")
    person = add_person("owner")
    choose(person, locale="en")
    return person


@pytest.fixture
def client(owner: int, sign_in: SignIn) -> FlaskClient:
    return sign_in(user_id=owner)


@pytest.fixture
def context(browser: Browser, live: Live, client: FlaskClient) -> Iterator[BrowserContext]:
    """A browser in which she is signed in."""
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    live.let_in(made, client)
    yield made
    made.close()


def test_the_old_sheet_is_dropped_checked_taken_in_and_rolled_back(
    context: BrowserContext, live: Live, client: FlaskClient
) -> None:
    page = live.open(context.new_page(), HOME)
    page.get_by_label("Drop it here, or choose a file").set_input_files(LEGACY)
    expect(page.get_by_text("members-legacy.xlsx")).to_be_visible()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What do the columns mean?")).to_be_visible()
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_text("Reading the rows")).to_be_visible()
    work(client)
    expect(page.get_by_text("This is what would happen.")).to_be_visible()
    expect(page.get_by_role("cell", name="¥2,819,913.21").first).to_be_visible()
    page.get_by_role("button", name="Take in 4,547 rows").click()
    expect(page.get_by_role("dialog")).to_contain_text("Principal ¥2,819,913.21")
    page.get_by_role("dialog").get_by_role("button", name="Take in").click()
    expect(page.get_by_text("Taking the rows in")).to_be_visible()
    work(client)
    expect(page.get_by_text("4,547 rows were taken in")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the result").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name="Roll back").click()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolling back")).to_be_visible()
    work(client)
    expect(page.get_by_role("heading", name="Rolled back")).to_be_visible()
    assert db.session.query(Member).count() == 0


def test_rows_are_mended_where_they_stand(
    context: BrowserContext, live: Live, client: FlaskClient
) -> None:
    number = read(client, sheet(ANNA, SHORT, DEBTOR, AGAIN))
    page = live.open(context.new_page(), f"{HOME}{number}/rows/?status=rejected")
    page.get_by_label("Phone, row 3").fill("13900000003")
    page.locator("#row-3").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Row 3 can be taken in now.")).to_be_visible()
    page.get_by_role("button", name="Take in as owing").click()
    expect(page.get_by_text("No such rows")).to_be_visible()
    page.get_by_role("link", name=re.compile("There already")).click()
    page.get_by_role("button", name="Add as a new member without phone").click()
    page.get_by_role("link", name="Back to the import").first.click()
    expect(page.get_by_role("button", name="Take in 4 rows")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    context: BrowserContext, live: Live, tmp_path: Path
) -> None:
    heavy = tmp_path / "heavy.xlsx"
    with heavy.open("wb") as file:
        file.truncate(200 << 20)
    page = live.open(context.new_page(), HOME)
    page.get_by_label("Drop it here, or choose a file").set_input_files(heavy)
    expect(page.get_by_text("The file is larger than 20 MB.")).to_be_visible()
    page.get_by_role("button", name="Upload").click()
    assert page.url == live.url + HOME


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "locale"), [("light", "en"), ("dark", "zh_Hans_CN")])
def test_every_step_of_an_import_can_be_used_by_everybody(
    context: BrowserContext, live: Live, client: FlaskClient, owner: int, theme: str, locale: str
) -> None:
    choose(owner, theme=theme, locale=locale)
    others = {"Old ones": [("Phone",), ("13900000009",)]}
    rows = sheet(ANNA, SHORT, DEBTOR, AGAIN, ("Total", "", "", 99), others=others)
    steps = [step(client, rows) for step in (read, take_in, upload, wait)]
    ready, applied = steps[:2]
    post(client, f"{HOME}{applied}/rows/3", {"waive": "phone_too_short"})
    pages = ["", *(f"{number}/" for number in steps)]
    pages += [f"{ready}/rows/?status={kind}" for kind in ("rejected", "duplicate", "added")]
    pages += [f"{ready}/rows/3", f"{applied}/rows/?status=added", f"{applied}/undo"]
    watched, faults = Watched(context), list[str]()
    for page in pages:
        answer = opened(watched.page, f"{live.url}{HOME}{page}")
        faults += look_at(watched, answer)
    assert faults == []


def wait(client: FlaskClient, content: bytes) -> int:
    """Upload a file and let its rows wait to be read."""
    number = upload(client, content)
    found = {f"column-{column}": name for name, column in run_of(number).mapping["columns"].items()}
    post(client, f"{HOME}{number}/columns", found)
    return number
