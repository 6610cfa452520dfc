"""Stock in the tie-out: a level that is not what moved is named, in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from console import api
from plugins.cashier.commands import books
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.stock.models import Level
from tests.support.pages import words
from tests.support.people import SignIn
from tests.support.salon import add_store
from tests.support.stock import stocked

pytestmark = pytest.mark.either_engine


@pytest.fixture(autouse=True)
def _store(app: Flask) -> Iterator[None]:
    add_store("福田店")
    with api.speaking("en"):
        yield


@pytest.mark.parametrize("left", [4, 1_005])
def test_stock_that_was_edited_in_the_database_is_named(left: int) -> None:
    stocked(5, name="洗发水")
    stocked(3, name="护发素")
    assert "stock_levels" not in tie_out(whole_book()).by_check()
    edited = sa.update(Level).where(Level.on_hand == 5).values(on_hand=left)
    api.unit(api.db.session.execute)(edited)
    (one,) = tie_out(whole_book()).by_check()["stock_levels"]
    assert (one.what, one.store_id, one.expected, one.found) == ("洗发水", 1, 5, left)
    assert one.words().endswith(f": 5 / {left:,}")


def test_pieces_are_told_as_pieces_wherever_they_are_told(app: Flask, sign_in: SignIn) -> None:
    stocked(5, name="洗发水")
    api.unit(api.db.session.execute)(sa.update(Level).values(on_hand=4))
    page = words(sign_in("owner").get("/console/cashier/tie_out/").text)
    assert "5 4" in page.partition("洗发水")[2][:60]
    told = CliRunner().invoke(books, ["verify"])
    assert told.exit_code == 1
    assert ": 5 / 4" in told.output
    facts = json.loads(CliRunner().invoke(books, ["verify", "--json"]).output)
    (one,) = (each for each in facts["differences"] if each["check"] == "stock_levels")
    assert (one["expected"], one["found"], one["unit"]) == (5, 4, "count")
