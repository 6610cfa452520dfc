"""How the engines read the long member list: in the order of an index, for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from benchmarks import our_members
from benchmarks.big_book import write_journals
from console.db import db
from tests.console.admin.test_queries import listening, plan_of
from tests.support import pages
from tests.support.people import post

LIST = "/console/membership/members/"
#: Enough that the half of them are many (`console.admin.density`).
COUNT = 8000
#: Enough that to read them all seems cheaper than to look up many.
JOURNALS = 10_000
QUERIES = {
    "first page": "",
    "last page": "page=last",
    "by name": "sort=name",
    "by balance, last page": "sort=-balance&page=last",
    "of a large level": "f.level.eq=1",
    "of a small level": "f.level.eq=3",
    "of one store": "f.home_store_id.eq=1",
    "of one source": "f.source.eq=import",
    "with a balance": "f.balance.ge=1",
    "who joined lately": "f.joined_on.from=2024-01-01",
}


@pytest.fixture
def members(app: Flask, migrated_url: str) -> str:
    """Eight thousand members in three stores, and the address of their database."""
    our_members.fill(migrated_url, COUNT)
    with db.engine.connect().execution_options(console_writes=True) as connection:
        for table in our_members.TABLES:
            if connection.dialect.name == "postgresql":  # which has done so long before
                connection.exec_driver_sql(f"ANALYZE {table}")
        connection.commit()
    return migrated_url


@pytest.fixture(params=sorted(our_members.STAFF))
def reader(request: pytest.FixtureRequest, app: Flask, members: str) -> FlaskClient:
    """The owner, who sees all members, and somebody of the front desk, who sees a store's."""
    client = app.test_client()
    answer = post(client, "/", {"login": request.param, "password": our_members.PASSWORD})
    assert answer.status_code == 302, answer.text
    return client


def reading(asked: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the queries that read a page of members."""
    return [(t, v) for t, v in asked if "FROM membership_member" in t and "ORDER BY" in t]


@pytest.mark.slow
def test_a_page_of_members_is_read_in_the_order_of_an_index(
    reader: FlaskClient, subtests: pytest.Subtests
) -> None:
    for name, query in QUERIES.items():
        with subtests.test(name):
            with listening() as asked:
                page = reader.get(f"{LIST}?{query}")
            assert page.text.count('<tr data-id="') >= 1
            found = reading(asked)
            assert found
            for text, values in found:
                check_order(text, values)
    check_neighbours(reader)
    check_cost(reader)


def check_neighbours(reader: FlaskClient) -> None:
    """Refuse a next and a previous page that begin where no index says."""
    following = pages.link(reader.get(LIST).text, "next") or ""
    with listening() as asked:
        page = reader.get(following)
        reader.get(pages.link(page.text, "prev") or "")
    for text, values in reading(asked):
        check_order(text, values)


def check_cost(reader: FlaskClient) -> None:
    """Refuse a page that costs a query for each member."""
    reader.get(LIST)
    with listening() as asked:
        reader.get(f"{LIST}?size=25")
    few = len(asked)
    with listening() as asked:
        reader.get(f"{LIST}?size=200")
    assert few == len(asked) < 15, [text for text, _values in asked]


def check_order(text: str, values: Any) -> None:
    """Refuse a plan that sorts members, or reads the table from one end to the other."""
    plan = plan_of(text, values)
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, f"{text}\n{plan}"
    assert "Seq Scan on membership_member" not in plan, f"{text}\n{plan}"
    walked = "ORDER BY membership_member.id" in text  # the table itself lies in this order
    for line in plan.splitlines():
        if "SCAN membership_member" in line:
            assert walked or "USING" in line, f"{text}\n{plan}"


def test_a_page_of_a_member_never_reads_the_whole_book(app: Flask, migrated_url: str) -> None:
    our_members.fill(migrated_url, 30)
    write_journals(migrated_url, JOURNALS)
    client = app.test_client()
    post(client, "/", {"login": our_members.OWNER, "password": our_members.PASSWORD})
    with listening() as asked:
        assert client.get(f"{LIST}1/").status_code == 200
    told = [(text, values) for text, values in asked if "FROM ledger_leg" in text]
    assert told
    for text, values in told:
        plan = plan_of(text, values, enable_seqscan="on")
        assert "Seq Scan on ledger_leg" not in plan, f"{text}\n{plan}"
        assert "SCAN ledger_leg" not in plan, f"{text}\n{plan}"
