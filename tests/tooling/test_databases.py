from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.support.databases import Databases


def run(url: str, *statements: str) -> list[int]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            *before, last = statements
            for statement in before:
                connection.execute(text(statement))
            return list(connection.execute(text(last)).scalars())
    finally:
        engine.dispose()


def test_every_test_gets_an_empty_database_of_its_own(databases: Databases) -> None:
    first, second = databases.create(), databases.create()
    for url in (first, second):
        assert run(url, "CREATE TABLE till (fen INTEGER)", "SELECT fen FROM till") == []
        databases.drop(url)


def test_a_copy_holds_what_its_original_held(databases: Databases, database_url: str) -> None:
    run(database_url, "CREATE TABLE till (fen INTEGER)", "INSERT INTO till VALUES (7) RETURNING 1")
    copy = databases.create(copy_of=database_url)
    run(copy, "UPDATE till SET fen = 8", "SELECT 1")
    assert run(copy, "SELECT fen FROM till") == [8]
    assert run(database_url, "SELECT fen FROM till") == [7]
    databases.drop(copy)


def test_a_database_can_be_dropped_while_somebody_is_connected(databases: Databases) -> None:
    url = databases.create()
    engine = create_engine(url)
    with engine.connect() as connection:
        databases.drop(url)
        connection.invalidate()
    engine.dispose()


def test_the_databases_are_what_they_say(engine: str, database_url: str) -> None:
    assert create_engine(database_url).dialect.name == engine


def test_a_copy_that_comes_back_is_as_new(databases: Databases, database_url: str) -> None:
    made = (
        "CREATE TABLE till (id INTEGER PRIMARY KEY, fen INTEGER)",
        "CREATE TABLE empty (id INTEGER)",
    )
    run(database_url, *made, "INSERT INTO till VALUES (1, 7) RETURNING 1")
    for _turn in range(3):
        copy = databases.create(copy_of=database_url)
        assert run(copy, "SELECT fen FROM till") == [7]
        assert run(copy, "SELECT id FROM empty") == []
        changes = "UPDATE till SET fen = 8", "INSERT INTO till VALUES (2, 9)"
        run(copy, *changes, "INSERT INTO empty VALUES (3) RETURNING 1")
        databases.drop(copy)


def test_a_copy_whose_tables_were_altered_does_not_come_back(
    databases: Databases, database_url: str
) -> None:
    run(database_url, "CREATE TABLE till (fen INTEGER)", "INSERT INTO till VALUES (7) RETURNING 1")
    copy = databases.create(copy_of=database_url)
    run(copy, "ALTER TABLE till ADD COLUMN note TEXT", "SELECT 1")
    databases.drop(copy)
    again = databases.create(copy_of=database_url)
    with pytest.raises(DBAPIError, match="note"):
        run(again, "SELECT note FROM till")
    databases.drop(again)
