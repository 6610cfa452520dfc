"""What a page costs: a handful of queries, each answered by an index, however long the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from console.db import db
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse

Asked = list[tuple[str, Any]]


@contextmanager
def listening() -> Iterator[Asked]:
    asked: Asked = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        asked.append((text, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("rows", [1, 200])
def test_a_list_asks_as_often_for_one_row_as_for_two_hundred(
    house: House, owner: FlaskClient, rows: int
) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    teahouse.add_many(house.here, rows)
    teahouse.add_guest("Lin", house.here, rank_id=rank)
    owner.get(URL)
    with listening() as asked:
        assert owner.get(f"{URL}?size=200").status_code == 200
    own = [text for text, _values in asked if "tea_" in text]
    assert len(own) <= 5, own


def test_no_page_of_a_list_counts_or_skips_rows(house: House, owner: FlaskClient) -> None:
    teahouse.add_many(house.here, 300)
    with listening() as asked:
        following = pages.link(owner.get(f"{URL}?sort=visits").text, "next") or ""
        owner.get(following)
        owner.get(f"{URL}?sort=visits&page=last")
    counts = [text for text, _values in asked if "count(*)" in text and "FROM tea_guest" in text]
    assert all("LIMIT" in text for text in counts)


@pytest.mark.parametrize(
    "query", ["", "sort=joined_at", "sort=-name", "sort=phone", "sort=-rank_id"]
)
def test_an_index_answers_every_page(house: House, owner: FlaskClient, query: str) -> None:
    teahouse.add_many(house.here, 300)
    analyse()
    first = owner.get(f"{URL}?{query}")
    with listening() as asked:
        second = owner.get(pages.link(first.text, "next") or "")
        owner.get(pages.link(second.text, "next") or "")
        owner.get(pages.link(second.text, "prev") or "")
        owner.get(f"{URL}?{query}&page=last")
    mine = [each for each in asked if "FROM tea_guest" in each[0] and "ORDER BY" in each[0]]
    assert mine
    for text, values in mine:
        plan = plan_of(text, values)
        assert "TEMP B-TREE FOR ORDER BY" not in plan, f"{text}\n{plan}"
        assert "Seq Scan on tea_guest" not in plan, f"{text}\n{plan}"


def analyse() -> None:
    with db.engine.connect().execution_options(console_writes=True) as connection:
        connection.exec_driver_sql("ANALYZE tea_guest")
        connection.commit()


def plan_of(text: str, values: Any, *, enable_seqscan: str = "off") -> str:
    """Return how the engine would answer; PostgreSQL as if the table were a long one."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            return "\n".join(str(step[3]) for step in steps)
        connection.exec_driver_sql(f"SET LOCAL enable_seqscan = {enable_seqscan}")
        return "\n".join(
            str(step[0]) for step in connection.exec_driver_sql(f"EXPLAIN {text}", values)
        )


def test_the_page_of_a_record_asks_a_handful(house: House, owner: FlaskClient) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    friend = teahouse.add_guest("Mei", house.here)
    number = teahouse.add_guest("Lin", house.here, rank_id=rank, friend_id=friend)
    for path in (f"{URL}{number}/", f"{URL}{number}/edit/"):
        owner.get(path)
        with listening() as asked:
            owner.get(path)
        own = [text for text, _values in asked if "tea_" in text]
        assert len(own) <= 10, "\n".join(own)
