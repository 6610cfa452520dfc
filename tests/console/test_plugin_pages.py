"""The page of a plugin: what it adds and holds, switching with a way back, and its data's end."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import worker
from console.db import db
from tests.support.membership import join
from tests.support.people import add_person, add_store, enter, login_of, post

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

PLUGINS = "/console/system/plugins/"
BELL = f"{PLUGINS}bell/"


@pytest.fixture
def owner(bell_app: Flask) -> FlaskClient:
    """The owner of a shop that has the bell, with two rings in its table."""
    client = bell_app.test_client()
    enter(client, login_of(add_person("owner")))
    with db.engine.connect().execution_options(console_writes=True) as connection:
        for text in ("one", "=2+2"):
            connection.execute(
                sa.text("INSERT INTO bell_ring (text) VALUES (:text)"), {"text": text}
            )
        connection.commit()
    return client


def text_of(client: FlaskClient, path: str) -> str:
    """Return the words of a page without its markup."""
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_page_says_what_a_plugin_adds_holds_and_hears(owner: FlaskClient) -> None:
    said = text_of(owner, BELL)
    assert "bell_guest_rung" in said
    assert "bell_ring 2" in said
    ledger = text_of(owner, f"{PLUGINS}ledger/")
    assert "ledger.see_books" in ledger or "ledger." in ledger
    assert "membership" in ledger  # it needs the ledger


def test_a_plugin_that_was_never_there_has_no_page(owner: FlaskClient) -> None:
    assert owner.get(f"{PLUGINS}nobody/").status_code == 404


def test_switching_off_is_taken_back_with_one_click(owner: FlaskClient, bell_app: Flask) -> None:
    host = bell_app.extensions["console"]
    shown = post(owner, f"{PLUGINS}switch/?name=bell&to=off", {"url": BELL})
    assert shown.headers["Location"] == BELL
    assert not host.is_active("bell")
    undo = re.search(r'data-undo="([^"]+)"', owner.get(BELL).text)
    assert undo is not None
    post(owner, undo[1].replace("&amp;", "&"), {"url": "//evil.example/"})
    assert host.is_active("bell")


def test_data_is_kept_until_the_name_is_typed(owner: FlaskClient) -> None:
    post(owner, f"{PLUGINS}switch/?name=bell&to=off")
    assert post(owner, f"{BELL}purge/", {"choice": "keep"}).status_code == 302
    refused = post(owner, f"{BELL}purge/", {"choice": "drop", "name": "bel"})
    assert refused.status_code == 422
    assert "bell_ring 2" in text_of(owner, BELL)


def test_what_is_enabled_is_not_purged(owner: FlaskClient) -> None:
    assert post(owner, f"{BELL}purge/", {"choice": "drop", "name": "bell"}).status_code == 422
    assert "bell_ring 2" in text_of(owner, BELL)


def test_data_is_exported_and_then_destroyed(owner: FlaskClient, bell_app: Flask) -> None:
    post(owner, f"{PLUGINS}switch/?name=bell&to=off")
    begun = post(owner, f"{BELL}purge/", {"choice": "export", "name": "bell"})
    assert begun.status_code == 302
    db.session.rollback()
    worker.drain(bell_app)
    db.session.rollback()
    if "pg_dump" in owner.get(begun.headers["Location"]).text:  # no copy, no destruction
        assert "bell_ring 2" in text_of(owner, BELL)
        return
    assert not sa.inspect(db.engine).has_table("bell_ring")
    link = re.search(r'href="([^"]+/exports/[^"]+)"', owner.get(BELL).text)
    assert link is not None
    book = zipfile.ZipFile(io.BytesIO(owner.get(link[1]).data))
    rows = list(csv.reader(book.read("bell_ring.csv").decode("utf-8-sig").splitlines()))
    assert [row[-1] for row in rows] == ["text", "one", "'=2+2"]
    assert owner.get(f"{BELL}exports/..%2f..%2fsecret_key").status_code == 404


def test_the_developers_panel_names_the_hooks_of_a_page(owner: FlaskClient) -> None:
    member = join(store=add_store())
    path = f"/console/membership/members/{member.id}/"
    assert 'class="trace"' not in owner.get(path).text
    post(owner, f"{PLUGINS}developer/")
    page = owner.get(path).text
    panel = page[page.index('class="trace"') :]
    assert re.search(r"<code>console_record_panels</code></th><td>messages</td>", panel)
    post(owner, f"{PLUGINS}developer/")
    assert 'class="trace"' not in owner.get(path).text


def test_who_may_not_trace_is_shown_nothing(bell_app: Flask, owner: FlaskClient) -> None:
    desk = bell_app.test_client()
    enter(desk, login_of(add_person("front_desk", add_store())))
    assert post(desk, f"{PLUGINS}developer/").status_code == 403
