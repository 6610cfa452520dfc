"""Points: spent by month of expiry, taken back into debt, expired once."""

from __future__ import annotations

import pytest
from flask import Flask

from plugins.ledger import api as ledger
from tests.support.ledger import balance, entry

ANNA = 17


def earn(points: int, expires: str, member_id: int = ANNA) -> None:
    ledger.earn_points(entry("earn_points"), member_id, points, expires=expires)


def points(member_id: int = ANNA) -> int:
    return ledger.standings([member_id], ["all_points"])[member_id]["all_points"]


def bucket(expires: str) -> int:
    return balance(ledger.held("points", ANNA, expires))


def test_points_that_expire_first_are_spent_first(app: Flask) -> None:
    for month in ("2027-05", "2027-03", "never"):
        earn(100, month)
    ledger.spend_points(entry("spend_points"), ANNA, 150)
    assert (bucket("2027-03"), bucket("2027-05"), bucket("never")) == (0, 50, 100)
    assert points() == 150


def test_nobody_spends_points_that_she_has_not(app: Flask) -> None:
    earn(100, "2027-03")
    with pytest.raises(ledger.Insufficient):
        ledger.spend_points(entry("spend_points"), ANNA, 101)
    assert points() == 100


def test_points_taken_back_after_they_were_spent_become_a_debt_that_is_settled_first(
    app: Flask,
) -> None:
    earn(100, "2027-03")
    ledger.spend_points(entry("spend_points"), ANNA, 80)
    ledger.take_back_points(entry("take_back_points"), ANNA, 100)
    assert points() == -80
    with pytest.raises(ledger.Insufficient):
        ledger.spend_points(entry("spend_points"), ANNA, 1)
    earn(50, "2027-04")
    assert (points(), bucket("2027-04")) == (-30, 0)
    earn(50, "2027-04")
    assert (points(), bucket("2027-04")) == (20, 20)


def test_the_newest_points_are_taken_back_first(app: Flask) -> None:
    earn(100, "2027-03")
    earn(100, "2027-05")
    ledger.take_back_points(entry("take_back_points"), ANNA, 120)
    assert (bucket("2027-03"), bucket("2027-05")) == (80, 0)


def test_points_expire_with_their_month_once(app: Flask) -> None:
    for month in ("2027-02", "2027-03", "2027-04"):
        earn(100, month)
    earn(7, "2027-01", member_id=18)
    assert ledger.expire_points("2027-04") == 207
    assert ledger.expire_points("2027-04") == 0
    assert (points(), points(18)) == (100, 0)
