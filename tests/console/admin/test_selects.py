"""Selects that are kept are given to nobody whose list differs in anything."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import epoch
from console.admin import selects
from console.admin.selects import keep_select
from console.security.models import User
from console.unit import unit

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("app")]

NAME = [User.name]


def asked(*conditions: Any, more: object = 50, expressions: list[Any] = NAME) -> sa.Select[Any]:
    return keep_select(
        expressions,
        conditions,
        more,
        lambda: sa.select(*expressions).where(*conditions).limit(51),
    )


def test_the_same_list_gets_the_select_that_was_built_before() -> None:
    assert asked(User.id.in_({1, 2})) is asked(User.id.in_({1, 2}))


def test_another_value_condition_column_or_size_gets_a_select_of_its_own() -> None:
    kept = asked(User.id.in_({1, 2}))
    for other in (
        asked(User.id.in_({1, 3})),
        asked(User.id.in_({1})),
        asked(User.id > 1),
        asked(),
        asked(User.id.in_({1, 2}), more=51),
        asked(User.id.in_({1, 2}), expressions=[User.login]),
    ):
        assert other is not kept


def test_a_value_that_cannot_be_told_apart_is_not_kept() -> None:
    like = sa.literal({"a": [1]}, sa.JSON()).is_not(None)
    assert asked(like) is not asked(like)


def test_a_change_of_the_configuration_forgets_them(app: Flask) -> None:
    kept = asked()
    unit(epoch.bump)()
    assert asked() is not kept


def test_no_more_are_kept_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selects, "MOST_KEPT", 2)
    first = asked(more=1)
    assert [asked(more=number) for number in (2, 3)]
    assert asked(more=1) is not first
