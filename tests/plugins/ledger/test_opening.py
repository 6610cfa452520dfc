"""Opening balances: thousands in one unit, never income, taken back while nothing depends."""

from __future__ import annotations

import pytest
from flask import Flask

from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.support.ledger import balance, entry, left, spend

ANNA, BEA = 17, 18
ROWS = [
    ledger.Opening(
        member_id=ANNA,
        principal_fen=50_000,
        bonus_fen=5_000,
        points=300,
        sessions={"补水护理10次卡": 4, "美甲12次卡": 3},
    ),
    ledger.Opening(member_id=BEA, owing_fen=8_800),
    ledger.Opening(member_id=19),
]


def test_opening_balances_become_lots_and_no_income(app: Flask) -> None:
    opened = ledger.open_balances("import:1", ROWS)
    assert opened == ledger.Opened(
        journals=2, principal_fen=50_000, bonus_fen=5_000, points=300, sessions=7, owing_fen=8_800
    )
    assert left(ANNA) == (50_000, 5_000)
    have = ledger.standings([ANNA, BEA], ["balance", "all_points", "all_sessions", "owing"])
    assert have == {
        ANNA: {"balance": 55_000, "all_points": 300, "all_sessions": 7, "owing": 0},
        BEA: {"balance": 0, "all_points": 0, "all_sessions": 0, "owing": -8_800},
    }
    assert balance(ledger.salon("revenue")) == 0
    assert balance(ledger.salon("opening")) == -50_000 + 8_800
    assert {lot.product: lot.left for lot in ledger.lots_of(ANNA, "sessions")} == {
        "补水护理10次卡": 4,
        "美甲12次卡": 3,
    }
    assert verify().findings == {}


def test_the_same_import_again_posts_nothing(app: Flask) -> None:
    ledger.open_balances("import:1", ROWS)
    assert ledger.open_balances("import:1", ROWS).journals == 0
    assert left(ANNA) == (50_000, 5_000)


def test_an_opening_balance_is_spent_like_any_other(app: Flask) -> None:
    ledger.open_balances("import:1", ROWS)
    assert spend(ANNA, 11_000).income_fen == 10_000


def test_an_import_is_taken_back_as_a_whole(app: Flask) -> None:
    ledger.open_balances("import:1", ROWS)
    assert ledger.members_with_business("import:1") == set()
    assert ledger.undo_opening("import:1") == 2
    assert left(ANNA) == (0, 0)
    assert balance(ledger.salon("opening")) == 0
    assert ledger.undo_opening("import:1") == 0
    assert verify().findings == {}


def test_an_import_that_somebody_spent_of_is_not_taken_back(app: Flask) -> None:
    ledger.open_balances("import:1", ROWS)
    assert ledger.members_who_used("import:1") == set()
    spend(ANNA, 1)
    assert ledger.members_who_used("import:1") == {ANNA}
    assert ledger.members_with_business("import:1") == {ANNA}
    with pytest.raises(ledger.Insufficient):
        ledger.undo_opening("import:1")
    assert balance(ledger.held("owing", BEA)) == -8_800


@pytest.mark.slow
def test_an_import_of_thousands_adds_up(app: Flask) -> None:
    rows = [
        ledger.Opening(member_id=n, principal_fen=n * 100, bonus_fen=n % 7, points=n % 11)
        for n in range(1, 2_001)
    ]
    opened = ledger.open_balances("import:2", rows)
    assert opened.principal_fen == sum(row.principal_fen for row in rows)
    found = ledger.standings([1, 1_000, 2_000], ["principal", "bonus", "points"])
    assert found[1_000] == {"principal": 100_000, "bonus": 6, "points": 10}
    assert verify().findings == {}


def test_an_entry_of_its_own_corrects_an_opening(app: Flask) -> None:
    ledger.open_balances("import:1", ROWS)
    owing, cash = ledger.held("owing", BEA), ledger.salon("cash")
    ledger.post(entry("sale"), [ledger.Move(cash, owing, 8_800)])
    with pytest.raises(ledger.Insufficient):
        ledger.post(entry("sale"), [ledger.Move(cash, owing, 1)])
