"""What is asked once in a reading, and again in the next one."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask

from console import api

pytestmark = pytest.mark.any_engine


def test_a_question_is_asked_once_until_its_reading_ends(app: Flask) -> None:
    turns = count(1)

    def ask() -> int:
        api.db.session.connection()
        return api.read_once("test.turn", lambda: next(turns))

    assert [ask(), ask(), api.read_once("test.other", lambda: 0)] == [1, 1, 0]
    api.db.session.rollback()
    assert [ask(), ask()] == [2, 2]


def test_a_unit_asks_each_time_and_forgets_what_was_read_before(app: Flask) -> None:
    turns = count(1)

    @api.unit
    def ask_twice() -> list[int]:
        return [api.read_once("test.turn", lambda: next(turns)) for _turn in range(2)]

    assert api.read_once("test.turn", lambda: next(turns)) == 1
    assert ask_twice() == [2, 3]
    assert api.read_once("test.turn", lambda: next(turns)) == 4
