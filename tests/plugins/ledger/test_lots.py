"""Lots: which is spent, how it is split, what it earns, and how it comes back."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api
from plugins.ledger import api as ledger
from tests.support.ledger import (
    CASH,
    balance,
    entry,
    journals,
    left,
    line,
    sell_sessions,
    spend,
    top_up,
)

ANNA = 17


def test_a_top_up_is_owed_to_the_member_and_is_no_income(app: Flask) -> None:
    lot = top_up(ANNA, 50_000, 5_000)
    assert left(ANNA) == (50_000, 5_000)
    assert lot.unearned_left == 50_000
    assert balance(CASH) == -50_000
    assert balance(ledger.salon("revenue")) == 0


def test_110_of_500_with_a_bonus_of_50_is_an_income_of_100(app: Flask) -> None:
    top_up(ANNA, 50_000, 5_000)
    spent = spend(ANNA, 11_000)
    assert (spent.paid, spent.gift, spent.income_fen) == (10_000, 1_000, 10_000)
    assert balance(ledger.salon("revenue")) == 10_000
    assert left(ANNA) == (40_000, 4_000)


def test_the_oldest_lot_is_spent_first_and_700_earn_63043(app: Flask) -> None:
    first, second = top_up(ANNA, 50_000, 5_000), top_up(ANNA, 100_000, 15_000)
    spent = spend(ANNA, 70_000)
    assert [(part.lot_id, part.paid, part.gift) for part in spent.parts] == [
        (first.id, 50_000, 5_000),
        (second.id, 13_043, 1_957),
    ]
    assert (spent.paid, spent.gift, spent.income_fen) == (63_043, 6_957, 63_043)


def test_the_uses_of_a_lot_earn_its_price_to_the_fen(app: Flask) -> None:
    lot = top_up(ANNA, 50_000, 5_000)
    earned = [spend(ANNA, amount).income_fen for amount in (1, 1, 777, 33_333, 20_888)]
    assert earned == [0, 1, 707, 30_302, 18_990]
    assert sum(earned) == lot.price_fen
    assert ledger.lots_of(ANNA) == []
    assert ledger.lots_of(ANNA, spent=True)[0].unearned_left == 0


@pytest.mark.parametrize(
    ("split", "paid", "gift"),
    [("pro_rata", 10_000, 1_000), ("paid_first", 11_000, 0), ("gift_first", 6_000, 5_000)],
)
def test_the_spending_order_is_frozen_on_the_lot_and_income_does_not_depend_on_it(
    app: Flask, split: str, paid: int, gift: int
) -> None:
    top_up(ANNA, 50_000, 5_000, split=split)
    spent = spend(ANNA, 11_000)
    assert (spent.paid, spent.gift, spent.income_fen) == (paid, gift, 10_000)


def test_a_lot_of_a_lower_rank_goes_before_an_older_one(app: Flask) -> None:
    old, preferred = top_up(ANNA, 10_000, rank=2), top_up(ANNA, 10_000, rank=1)
    spent = spend(ANNA, 15_000)
    assert [part.lot_id for part in spent.parts] == [preferred.id, old.id]


def test_a_purse_can_be_spent_alone(app: Flask) -> None:
    top_up(ANNA, 10_000, purse="hair")
    face = top_up(ANNA, 10_000, purse="face")
    spent = ledger.spend(entry("spend"), ANNA, [line(6_000)], purse="face")
    assert [part.lot_id for part in spent.parts] == [face.id]
    with pytest.raises(ledger.Insufficient):
        ledger.spend(entry("spend"), ANNA, [line(6_000)], purse="face")


def test_a_balance_cannot_be_overdrawn_and_a_refused_spending_leaves_nothing(app: Flask) -> None:
    top_up(ANNA, 10_000)
    before = journals()
    with pytest.raises(ledger.Insufficient):
        spend(ANNA, 10_001)
    assert (journals(), left(ANNA)) == (before, (10_000, 0))


def test_a_refused_spending_does_not_use_up_its_key(app: Flask) -> None:
    request = entry("spend")
    with pytest.raises(ledger.Insufficient):
        ledger.spend(request, ANNA, [line(100, "a")])
    top_up(ANNA, 100)
    assert ledger.spend(request, ANNA, [line(100, "a")]).fresh


def test_the_same_request_again_returns_what_was_taken_then(app: Flask) -> None:
    top_up(ANNA, 50_000, 5_000)
    request = entry("spend")
    first = ledger.spend(request, ANNA, [line(11_000, "a")])
    top_up(ANNA, 30_000)
    again = ledger.spend(request, ANNA, [line(11_000, "a")])
    assert not again.fresh
    assert (again.journal_id, again.parts) == (first.journal_id, first.parts)
    with pytest.raises(ledger.KeyUsed):
        ledger.spend(request, ANNA, [line(11_001, "a")])


def test_one_bill_freezes_the_split_and_the_prices_of_every_line(app: Flask) -> None:
    top_up(ANNA, 50_000, 5_000)
    lines = [
        line(30_000, "bill:1/1", list_fen=40_000, deal_fen=30_000, staff_id=3),
        line(25_000, "bill:1/2", list_fen=25_000, deal_fen=25_000, staff_id=4),
    ]
    spent = ledger.spend(entry("spend"), ANNA, lines)
    assert [(part.line, part.paid, part.gift, part.income_fen) for part in spent.parts] == [
        ("bill:1/1", 27_273, 2_727, 27_272),
        ("bill:1/2", 22_727, 2_273, 22_728),
    ]
    frozen = api.db.session.query(ledger.Use).order_by(ledger.Use.id).all()
    assert [(use.list_fen, use.deal_fen, use.staff_id) for use in frozen] == [
        (40_000, 30_000, 3),
        (25_000, 25_000, 4),
    ]
    assert [(use.used_after, use.earned_after) for use in frozen] == [
        (30_000, 27_272),
        (55_000, 50_000),
    ]


def test_what_was_spent_goes_back_to_its_lots_last_taken_first(app: Flask) -> None:
    first, second = top_up(ANNA, 50_000, 5_000), top_up(ANNA, 100_000, 15_000)
    ledger.spend(entry("spend"), ANNA, [line(70_000, "a")])
    back = ledger.restore(entry("refund"), "a", 20_000)
    assert [(part.lot_id, part.paid, part.gift, part.income_fen) for part in back.parts] == [
        (second.id, -13_043, -1_957, -13_043),
        (first.id, -4_545, -455, -4_545),
    ]
    ledger.restore(entry("refund"), "a", 50_000)
    assert left(ANNA) == (150_000, 20_000)
    assert balance(ledger.salon("revenue")) == 0
    assert [lot.unearned_left for lot in ledger.lots_of(ANNA)] == [50_000, 100_000]


def test_no_more_goes_back_than_was_spent(app: Flask) -> None:
    top_up(ANNA, 50_000)
    ledger.spend(entry("spend"), ANNA, [line(10_000, "a")])
    ledger.restore(entry("refund"), "a", 6_000)
    with pytest.raises(ledger.RefundTooBig):
        ledger.restore(entry("refund"), "a", 4_001)
    with pytest.raises(api.NotFound):
        ledger.restore(entry("refund"), "nothing", 1)


def test_the_kth_session_earns_its_step_of_the_price_and_free_ones_come_last(app: Flask) -> None:
    card = sell_sessions(ANNA, 10_000, paid=3, gift=1)
    spent = [ledger.use_sessions(entry("use_session"), ANNA, card.id, [line(1)]) for _ in range(4)]
    assert [(use.paid, use.gift, use.income_fen) for use in spent] == [
        (1, 0, 3_333),
        (1, 0, 3_333),
        (1, 0, 3_334),
        (0, 1, 0),
    ]
    with pytest.raises(ledger.Insufficient):
        ledger.use_sessions(entry("use_session"), ANNA, card.id, [line(1)])


def test_a_session_given_back_can_be_used_again_for_the_same_income(app: Flask) -> None:
    card = sell_sessions(ANNA, 98_000, paid=10)
    for ref in ("a", "b", "c"):
        ledger.use_sessions(entry("use_session"), ANNA, card.id, [line(1, ref)])
    ledger.restore(entry("refund"), "b", 1)
    assert ledger.lots_of(ANNA, "sessions")[0].paid_left == 8
    again = ledger.use_sessions(entry("use_session"), ANNA, card.id, [line(1)])
    assert again.income_fen == 9_800
    assert balance(ledger.salon("revenue")) == 29_400


def test_nobody_uses_the_sessions_of_another(app: Flask) -> None:
    card = sell_sessions(ANNA, 98_000, paid=10)
    with pytest.raises(api.NotFound):
        ledger.use_sessions(entry("use_session"), ANNA + 1, card.id, [line(1)])


def test_a_card_paid_by_several_means_may_leave_a_part_owing(app: Flask) -> None:
    tenders = [
        ledger.Tender(CASH, 50_000),
        ledger.Tender(ledger.salon("wechat"), 28_000),
        ledger.Tender(ledger.held("owing", ANNA), 20_000),
    ]
    items = [
        ledger.Terms(price_fen=60_000, paid=5, card="face"),
        ledger.Terms(price_fen=38_000, paid=3, card="neck"),
    ]
    face, neck = ledger.issue_lots(entry("card_sale"), ANNA, items, tenders)
    assert (face.unearned_left, neck.unearned_left) == (60_000, 38_000)
    assert balance(ledger.held("owing", ANNA)) == -20_000
    assert ledger.standings([ANNA], ["all_sessions", "owing"]) == {
        ANNA: {"all_sessions": 8, "owing": -20_000}
    }


def test_a_sale_that_does_not_add_up_is_a_bug(app: Flask) -> None:
    with pytest.raises(ValueError, match="add up"):
        ledger.issue_lots(
            entry(), ANNA, [ledger.Terms(price_fen=2, paid=2)], [ledger.Tender(CASH, 1)]
        )
