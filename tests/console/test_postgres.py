"""How psycopg is used: it tells the same as by itself, and reads a statement but once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import _queries

from console.db import engine_options
from tests.support import postgres

ASKED = "SELECT 7 AS seven, 'x'::varchar(20) AS letter, now() AS at"


@pytest.fixture(scope="module")
def engine_at_hand() -> Iterator[sa.Engine]:
    """An engine as the console makes it."""
    postgres.start_server()
    url = postgres.server_url("postgres")
    engine = sa.create_engine(url, **engine_options(url, 1))
    yield engine
    engine.dispose()


def test_columns_are_described_as_psycopg_describes_them(engine_at_hand: sa.Engine) -> None:
    raw: Any = engine_at_hand.raw_connection()
    ours = raw.driver_connection.execute(ASKED)
    theirs = psycopg.Cursor(raw.driver_connection).execute(ASKED)
    assert list(map(tuple, ours.description)) == list(map(tuple, theirs.description or []))
    assert len(ours.description) == 3
    assert [each.name for each in ours.description[1:]] == ["letter", "at"]
    raw.close()


@pytest.mark.parametrize("asked", ["CREATE TEMPORARY TABLE few (number int)", "SELECT"])
def test_what_has_no_columns_is_told_as_by_psycopg(engine_at_hand: sa.Engine, asked: str) -> None:
    raw: Any = engine_at_hand.raw_connection()
    ours = raw.driver_connection.execute(asked).description
    raw.driver_connection.rollback()
    theirs = psycopg.Cursor(raw.driver_connection).execute(asked)
    assert ours == theirs.description
    raw.close()


def test_a_long_statement_is_read_once(engine_at_hand: sa.Engine) -> None:
    # As long as a list's, whose columns come from many plugins.
    names = [f"{'column':_<150}{n}" for n in range(40)]
    asked = sa.select(*(sa.literal(7, sa.Integer).label(name) for name in names))
    with engine_at_hand.connect() as connection:
        assert connection.execute(asked).one() == (7,) * 40
        before = _queries._query2pg.cache_info()
        assert connection.execute(asked).one() == (7,) * 40
        after = _queries._query2pg.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 0)
