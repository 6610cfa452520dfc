"""What a member did over years: read a page at a time, by the indexes of the ledger's legs."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from benchmarks.big_book import write_journals
from console import api
from plugins.membership.hookspecs import TimelinePlace
from plugins.membership.services.movements import SOURCE, last_used_on, tell_movements
from tests.console.admin.test_queries import listening, plan_of
from tests.support.ledger import spend, top_up
from tests.support.membership import join
from tests.support.people import add_store

JOURNALS, PAGE = 1200, 50
#: Of ten journals four are hers; before them she topped up.
HERS = JOURNALS // 10 * 4 + 1
BEFORE = dt.datetime(2025, 12, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def member(app: Flask, migrated_url: str) -> int:
    """A member with hundreds of movements."""
    with api.at_moment(BEFORE):
        number = join("Lin", add_store(), None).id
        top_up(number, 5_000)
    api.db.session.rollback()
    write_journals(migrated_url, JOURNALS)
    return number


def test_a_long_history_is_read_a_page_at_a_time(member: int) -> None:
    seen: list[tuple[dt.datetime, int]] = []
    place: TimelinePlace | None = None
    while found := list(tell_movements(member, place, PAGE)):
        seen += [(moment.at, moment.number) for moment in found]
        place = TimelinePlace(seen[-1][0], SOURCE, seen[-1][1])
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == HERS
    api.db.session.rollback()
    spend(member, 700)
    assert last_used_on(member) == api.today("Asia/Shanghai")


def test_her_latest_journals_are_found_in_two_indexes(member: int) -> None:
    with listening() as asked:
        list(tell_movements(member, None, PAGE))
        last_used_on(member)
    api.db.session.rollback()
    about_legs = [(text, values) for text, values in asked if "ledger_leg" in text]
    assert len(about_legs) == 4
    for text, values in about_legs:
        plan = plan_of(text, values)
        assert "SCAN ledger_leg" not in plan and "Seq Scan on ledger_leg" not in plan, plan
        if "UNION" in text:
            assert "ix_ledger_leg_debit_id" in plan and "ix_ledger_leg_credit_id" in plan, plan
