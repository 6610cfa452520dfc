"""`make bench`, on a handful of members: that it measures, not what."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from benchmarks import orders, our_members, ours_alone, peer_members, report
from benchmarks.bars import FLASK_ADMIN, bars
from benchmarks.big_book import write_journals
from benchmarks.client import Browser
from benchmarks.contestants import DESK, OURS, SEARCHES, contestants, form_fields
from benchmarks.people import people
from benchmarks.timing import OPERATIONS, compare
from console import host
from console.db import db
from plugins.cashier.api import Bill
from plugins.membership.api import Member
from tests.support.live import Live

ROOT = Path(__file__).parents[2]
COUNT = 600
PAGE = """
<form action="/search"><input name="q" value="chen"></form>
<form method="post"><input type="hidden" name="csrf_token" value="abc">
<input name="name" value="Lin"><input type="checkbox" name="vip"><input type="submit" name="go">
<select name="level"><option value="1">a</option><option selected value="2">b</option></select>
<textarea name="notes">kind</textarea></form>
"""


def made_up_run(ours: float) -> dict[str, object]:
    """Return the figures of a run in which all peers take a second for everything."""
    names = (OURS, DESK, FLASK_ADMIN, "Django admin 5.2", "Flask-AppBuilder 5.3")
    taken = {name: ours if name in (OURS, DESK) else 1000.0 for name in names}
    return {
        "engine": "sqlite",
        "members": 1_000_000,
        "operations": {each: {"n": 3, "ms": taken} for each in OPERATIONS},
        "per_second": dict.fromkeys(names, 5.0) | {OURS: 1000 / ours},
    }


def test_the_same_people_come_each_time_and_no_phone_comes_twice() -> None:
    known = list(people(3000))
    assert known[:500] == list(people(500)) == list(islice(people(3000), 500))
    assert len({each.phone for each in known}) == len({each.number for each in known}) == 3000
    assert all(len(each.phone) == 11 for each in known)


def test_peers_hold_the_same_members_as_the_console(
    app: Flask, migrated_url: str, database_url: str
) -> None:
    our_members.fill(migrated_url, COUNT)
    peer_members.fill(database_url, COUNT)
    engine = sa.create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        theirs = connection.execute(
            sa.text("SELECT number, name, phone, level_id, store_id FROM bench_member ORDER BY id")
        ).all()
    ours = sa.select(
        Member.number, Member.name, Member.phone, Member.level_id, Member.home_store_id
    ).order_by(Member.id)

    assert [tuple(row) for row in db.session.execute(ours)] == [tuple(row) for row in theirs]
    assert len(theirs) == COUNT


def test_the_console_answers_all_that_is_measured(live: Live, migrated_url: str) -> None:
    our_members.fill(migrated_url, COUNT)
    ours = [each for each in contestants(Path("python"), COUNT) if each.is_ours]
    browsers = {each.name: Browser(int(live.url.rpartition(":")[2])) for each in ours}
    for each in ours:
        each.enter(browsers[each.name])
    timings = compare(browsers, ours, list(people(COUNT)), turns=1)
    assert set(timings.taken) == set(OPERATIONS) >= set(SEARCHES)
    weight = ours_alone.weigh(browsers[OURS], ours_alone.LIST)
    assert weight["requests"] > 1 and weight["first_kb"] > weight["later_kb"]


@pytest.mark.any_engine
def test_orders_and_sessions_are_settled_in_a_book_with_many_journals(
    live: Live, migrated_url: str, tmp_path: Path
) -> None:
    our_members.fill(migrated_url, 40)
    write_journals(migrated_url, 300)
    (owner, _desk) = (each for each in contestants(Path("python"), 40) if each.is_ours)
    browser = Browser(int(live.url.rpartition(":")[2]))
    owner.enter(browser)
    salon = orders.Salon(migrated_url, tmp_path)
    desk = orders.Desk(browser, salon)
    assert min(desk.sell(), desk.use_session(), salon.floor(2)) > 0
    salon.close()
    db.session.rollback()
    states = db.session.scalars(sa.select(Bill.state)).all()
    assert states == ["settled", "settled"]


def test_a_form_is_sent_as_it_stands() -> None:
    assert form_fields(PAGE) == {
        "csrf_token": "abc",
        "name": "Lin",
        "level": "2",
        "notes": "kind",
    }


@pytest.mark.parametrize(("ours", "held"), [(5.0, True), (900.0, False)])
def test_a_bar_is_held_or_missed(tmp_path: Path, ours: float, held: bool) -> None:
    run = made_up_run(ours)
    lists = [bar for bar in bars(run) if "list page 1" in bar.what]
    assert lists and all(bar.held is held for bar in lists)
    report.write(run, tmp_path)
    assert report.read(tmp_path) == [json.loads((tmp_path / "sqlite.json").read_text("utf-8"))]
    assert ("**missed**" in (tmp_path / "README.md").read_text("utf-8")) is not held


def test_the_readmes_quote_what_was_measured(tmp_path: Path) -> None:
    for name in report.README_HEADINGS:
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    report.quote(root=tmp_path)
    for name in report.README_HEADINGS:
        quoted = (tmp_path / name).read_text("utf-8")
        assert quoted == (ROOT / name).read_text("utf-8"), f"{name}: run `make bench`"


def test_trivial_plugins_are_sound(tmp_path: Path) -> None:
    ours_alone.write_trivial_plugins(tmp_path, 2)
    found = host.discovery.discover(tmp_path)
    assert {"trivial0", "trivial1"} <= set(found.manifests)
