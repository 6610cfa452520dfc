"""What other plugins offer to the till, and may say against a bill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import api
from plugins.cashier.api import (
    Adjustment,
    Draft,
    DraftLine,
    add_line,
    cashier_adjustments,
    cashier_bill_settling,
    cashier_bill_voiding,
    cashier_check_bill,
    cashier_line_kinds,
    cashier_payment_methods,
)
from plugins.cashier.services.pricing.solving import solve
from tests.support.salon import add_store
from tests.support.till import bill_of


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[Any]:
    with api.speaking("en"):
        yield add_store("福田店")


def test_each_hook_is_answered_by_the_till_itself(app: Flask) -> None:
    kinds = {kind.key for some in api.answers(cashier_line_kinds) for kind in some}
    methods = {one.key for some in api.answers(cashier_payment_methods) for one in some}
    assert {"service", "product", "top_up"} <= kinds
    assert {"booked", "balance"} <= methods
    draft = Draft(1, 1, None, api.today("Asia/Shanghai"), [])
    assert [one for some in api.answers(cashier_adjustments, draft=draft) for one in some] == []
    for told in (cashier_check_bill, cashier_bill_settling, cashier_bill_voiding):
        assert api.answers(told, bill_id=1) == []


def test_what_nobody_sells_cannot_be_put_on_a_bill(app: Flask) -> None:
    with pytest.raises(api.NotFound, match="Nothing of this kind"):
        add_line(bill_of(), "moon rock", {})


def lines(*amounts: int) -> list[DraftLine]:
    return [
        DraftLine(number, "service", "services", amount) for number, amount in enumerate(amounts)
    ]


amounts = st.lists(st.integers(0, 200_000), min_size=1, max_size=5)
percents = st.integers(1, 100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(amounts, percents, percents, st.integers(0, 300_000), st.integers(0, 999))
def test_a_quote_adds_up_whatever_is_paid_from_balance(
    app: Flask, listed: list[int], member: int, bound: int, balance_fen: int, rounding: int
) -> None:
    draft = Draft(
        1, 1, 1, api.today("Asia/Shanghai"), lines(*listed), balance_fen, rounding_fen=rounding
    )
    offers = [
        Adjustment(number, step, "words", percent=percent)
        for number in range(len(listed))
        for step, percent in (("member", member), ("balance", bound))
    ]
    quote = solve(draft, offers)
    assert quote.list_fen == sum(listed) == quote.due_fen + quote.discount_fen
    assert quote.balance_fen <= min(balance_fen, quote.due_fen)
    for line in quote.lines:
        assert 0 <= line.balance_fen <= line.due_fen <= line.list_fen
        assert line.discount_fen == sum(step.amount_fen for step in line.steps)
        assert all(step.amount_fen > 0 for step in line.steps)
    everything = solve(Draft(1, 1, 1, draft.on, draft.lines, 10**9), offers)
    assert everything.due_fen <= solve(Draft(1, 1, 1, draft.on, draft.lines), offers).due_fen
    assert everything.balance_fen == everything.due_fen


def test_the_best_of_several_benefits_counts_alone(app: Flask) -> None:
    offers = [
        Adjustment(0, "member", "level", percent=90),
        Adjustment(0, "activity", "offer", amount_fen=2_000),
        Adjustment(0, "points", "extra", amount_fen=100, adds_up=True),
    ]
    draft = Draft(1, 1, 1, api.today("Asia/Shanghai"), lines(10_000))
    (line,) = solve(draft, offers).lines
    assert [(step.step, step.amount_fen) for step in line.steps] == [
        ("activity", 2_000),
        ("points", 100),
    ]
