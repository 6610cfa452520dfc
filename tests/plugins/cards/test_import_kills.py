"""An import of cards whose processes are killed at every fail point: nothing is half in."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from console.db import db
from console.transfer import runs
from console.transfer.applying import apply_rows, take_back
from console.transfer.models import ImportRun
from console.transfer.reading import Nobody, read_sheet
from plugins.cards.api import Card
from plugins.cards.importing.intake import INTAKE
from plugins.cards.models import Part, Product
from plugins.ledger.models import Journal, Leg, Lot
from plugins.ledger.services.verifying import verify
from tests.support.card_imports import day, read
from tests.support.cards import Shop, add_product, item, open_shop
from tests.support.deaths import Deaths, together
from tests.support.importing import statuses

pytestmark = [pytest.mark.any_engine, pytest.mark.slow, together]
TEN = "Scalp, 10 sessions"
ROWS = (Card, Part, Product, Journal, Leg, Lot)
READING = ("import_chunk_kept", "before_commit", "before_commit:2")
TAKING_IN = ("before_journal", "after_legs:1", "import_before_mark", "before_commit")
TAKING_BACK = ("before_journal", "after_legs:1", "import_before_unmark", "before_commit")


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def number(shop: Shop, tmp_path: Path) -> int:
    """An import of sessions, of a pass, and of a card that is made for it."""
    add_product(TEN, 98_000, item(shop.scalp, 10))
    add_product("Blow-dry pass", 36_500, item(shop.scalp), kind="pass", valid_days=365)
    phone = shop.member.phone
    return read(
        tmp_path,
        shop.store.id,
        (phone, TEN, 4, 1, "98", day(-30), day(300), 10, "980"),
        (phone, "Blow-dry pass", "", "", "", day(-100), day(264), "", "365"),
        (phone, f"{shop.scalp.name} old", 5, 0, "10"),
    )


def read_again(number: int) -> None:
    """Read the sheet, as the worker does after the death of one."""
    read_sheet(INTAKE, number, None, Nobody())


def take_in(number: int) -> None:
    """Take in what waits, as the worker does after the death of one."""
    apply_rows(INTAKE, number, None)


def take_all_back(number: int) -> None:
    """Roll the import back, as the worker does after the death of one."""
    take_back(INTAKE, number, None)


def state(number: int) -> str:
    db.session.rollback()
    return db.session.get_one(ImportRun, number).state


def counts() -> list[int]:
    db.session.rollback()
    return [db.session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in ROWS]


def test_a_reader_that_is_killed_is_followed_by_one_that_reads_all(
    number: int, deaths: Deaths
) -> None:
    columns, before = db.session.get_one(ImportRun, number).mapping["columns"], counts()
    runs.start_again(number)
    runs.start_reading(INTAKE, number, columns, None)
    for point in READING:
        assert deaths.dies(point, read_again, number), point
        assert (state(number), counts()) == ("reading", before)
    read_again(number)
    assert (state(number), counts()) == ("ready", before)
    assert list(statuses(number).values()) == ["importable"] * 3


def test_cards_of_an_import_that_is_killed_are_all_there_or_none(
    number: int, deaths: Deaths
) -> None:
    before = counts()
    version = db.session.get_one(ImportRun, number).version
    db.session.rollback()
    runs.start_applying(INTAKE, number, version, None)
    for point in TAKING_IN:
        assert deaths.dies(point, take_in, number), point
        assert (state(number), counts()) == ("applying", before)
    assert deaths.dies("after_commit", take_in, number)
    done = counts()
    assert (state(number), done[0]) == ("applied", 3)
    take_in(number)
    assert counts() == done
    assert verify().findings == {}
    runs.start_undoing(INTAKE, number, None)
    for point in TAKING_BACK:
        assert deaths.dies(point, take_all_back, number), point
        assert (state(number), counts()) == ("undoing", done)
    assert deaths.dies("after_commit", take_all_back, number)
    after = counts()
    assert (state(number), after[:3]) == ("undone", before[:3])
    take_all_back(number)
    assert counts() == after
    assert verify().findings == {}
