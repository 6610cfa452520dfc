"""Old cards from a spreadsheet: judged, taken in without income, and taken back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from flask import Flask

from console import api
from console.db import db
from console.transfer import runs
from console.transfer.mending import waive_all
from console.transfer.models import ImportRow, ImportRun
from plugins.cards.api import Card, earn_pass
from plugins.cards.importing.intake import INTAKE
from plugins.cards.models import Product
from plugins.cards.services.accounts import left_of
from plugins.cards.services.refunding import refundable_cards
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.support.card_imports import HEADINGS, apply, day, read, roll_back
from tests.support.cards import Shop, add_product, item, open_shop, refused, use
from tests.support.importing import sheet
from tests.support.ledger import balance
from tests.support.shell import Shell

TEN = "Scalp, 10 sessions"


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def reasons(number: int) -> dict[int, str]:
    db.session.rollback()
    rows = db.session.query(ImportRow).filter_by(import_id=number).order_by(ImportRow.number)
    return {row.number: row.reason for row in rows if row.status == "rejected"}


def notes(number: int, row: int) -> list[str]:
    db.session.rollback()
    return [note["code"] for note in db.session.get_one(ImportRow, (number, row)).notes]


def test_a_card_comes_in_with_its_price_and_without_income(folder: Path, shop: Shop) -> None:
    add_product(TEN, 98_000, item(shop.scalp, 10))
    phone, anna = shop.member.phone, shop.member.id
    number = read(folder, shop.store.id, (phone, TEN, 4, 1, "98", day(-30), day(300), 10, "980"))
    apply(number)
    card = db.session.query(Card).one()
    assert (card.member_id, card.source, card.price_fen) == (anna, "opening", 98_000)
    assert (card.sold_on.isoformat(), str(card.until_on)) == (day(-30), day(300))
    assert [(left.paid, left.free) for left in left_of(card.parts).values()] == [(4, 1)]
    (lot,) = ledger.lots_of(anna, "sessions")
    assert (lot.price_fen, lot.unearned_left, lot.sold_on) == (39_200, 39_200, card.sold_on)
    assert balance(ledger.salon("revenue", shop.store.id)) == 0
    assert -balance(ledger.salon("opening", None, ledger.CNY)) == 39_200
    (refundable,) = refundable_cards(anna)
    assert (refundable.purchase.price_fen, refundable.purchase.paid_fen) == (98_000, 98_000)
    used = use(shop, card)
    assert used.income_fen == 9_800
    assert verify().findings == {}
    db.session.rollback()
    with refused("cannot be rolled back"):
        roll_back(number)


@pytest.mark.any_engine
def test_rows_that_cannot_be_right_are_rejected_in_plain_words(folder: Path, shop: Shop) -> None:
    phone = shop.member.phone
    good = (TEN, 4, 0, "98", day(-30))
    number = read(
        folder,
        shop.store.id,
        (phone, *good, day(300)),
        ("13911112222", *good),
        ("", *good),
        (phone, TEN, -1, 0, "98"),
        (phone, TEN, 4, 0, ""),
        (phone, TEN, 0, 0, "98"),
        (phone, *good, "2026-02-30"),
        (phone, *good, day(-31)),
        (phone, TEN, 4, 0, "98", day(2)),
        (phone, "", 4, 0, "98"),
        (phone, TEN, 3, 0, "98", day(-400), day(-10)),
    )
    assert reasons(number) == {
        3: "nobody",
        4: "no_phone",
        5: "negative_sessions",
        6: "no_price",
        7: "nothing_left",
        8: "impossible_end",
        9: "end_before_sale",
        10: "sold_later",
        11: "no_card",
    }
    assert notes(number, 12) == ["over"]
    assert waive_all(INTAKE, number, "no_price") == 1
    assert 6 not in reasons(number)
    totals = db.session.get_one(ImportRun, number).totals
    assert totals["sums"]["importable"]["value_fen"] == 98_00 * 7


@pytest.mark.any_engine
def test_a_name_is_decided_once_and_rows_without_a_decision_wait(folder: Path, shop: Shop) -> None:
    phone = shop.member.phone
    spa = shop.scalp
    own = (f"{spa.name} old", 5, 0, "10")
    number = read(folder, shop.store.id, (phone, *own), (phone, "Mystery", 2, 0, "10"))
    run = db.session.get_one(ImportRun, number)
    assert run.choices["card_name"] == {own[0]: f"service:{spa.id}", "Mystery": ""}
    apply(number)
    card = db.session.query(Card).one()
    assert card.product is not None
    assert (card.name, card.product.on_sale, card.parts[0].services) == (own[0], False, [spa])
    runs.choose_names(INTAKE, number, {"card_name/Mystery": f"item:{card.product.items[0].id}"})
    apply(number)
    assert sorted(
        left.all
        for left in left_of(part for one in db.session.query(Card) for part in one.parts).values()
    ) == [2, 5]
    again = read(folder, shop.store.id, (phone, *own))
    assert reasons(again) == {2: "taken"}
    roll_back(number)
    assert db.session.query(Card).count() == db.session.query(Product).count() == 0
    assert -balance(ledger.salon("opening", None, ledger.CNY)) == 0
    assert verify().findings == {}


@pytest.mark.any_engine
def test_a_pass_brings_only_the_days_that_are_left(folder: Path, shop: Shop) -> None:
    add_product("Blow-dry pass", 36_500, item(shop.scalp), kind="pass", valid_days=365)
    phone = shop.member.phone
    row = (phone, "Blow-dry pass", "", "", "", day(-100), day(264), "", "365")
    number = read(folder, shop.store.id, row)
    apply(number)
    card = db.session.query(Card).one()
    assert (card.kind, card.valid_days, card.price_fen) == ("pass", 365, 36_500)
    assert -balance(ledger.salon("opening", None, ledger.CNY)) == 26_500
    assert earn_pass(card.id, api.today("Asia/Shanghai") + dt.timedelta(days=1)) == 100
    roll_back(number)
    assert balance(ledger.salon("revenue", shop.store.id)) == 0
    assert verify().findings == {}
    other = read(folder, shop.store.id, (phone, "Blow-dry pass", 3, 0, "10"))
    with refused("a pass needs its price"):
        apply(other)
    assert db.session.query(Card).count() == 0


@pytest.mark.any_engine
def test_the_command_says_what_it_took_in_and_what_waits(
    app: Flask, folder: Path, shop: Shop, migrated_url: str
) -> None:
    shell, file = Shell(migrated_url, app.extensions["console_config"].instance), folder / "x.xlsx"
    add_product(TEN, 98_000, item(shop.scalp, 10))
    rows = [(shop.member.phone, name, 2, 1, "10") for name in (TEN, "Mystery")]
    file.write_bytes(sheet(*rows, headings=HEADINGS))
    db.session.rollback()
    dry = json.loads(shell("import", "cards", str(file), "--dry-run", "--json").stdout)
    assert (dry["imported"], dry["left"], dry["free"], dry["value_fen"]) == (2, 4, 2, 4_000)
    done = json.loads(shell("import", "cards", str(file), "--json").stdout)
    assert (done["imported"], done["waiting"]) == (1, 1)
    db.session.rollback()
    assert db.session.query(Card).one().name == TEN
