"""Prices: what always holds, whatever is offered for whichever bill."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.cashier.api import Adjustment, Draft
from plugins.cashier.services.pricing.solving import solve
from tests.plugins.cashier.naive_prices import cheapest
from tests.plugins.cashier.price_cases import cases

pytestmark = pytest.mark.slow

#: Repeatable, so that a failure is the code's and not the dice's; `make faults` throws the dice.
STEADY = settings(max_examples=80, deadline=None, derandomize=True, database=None)
BY_HAND = ("price_change", "gift", "rounding")
Case = tuple[Draft, list[Adjustment]]


@STEADY
@given(cases())
def test_no_combination_that_is_allowed_costs_less(case: Case) -> None:
    draft, offers = case
    assert solve(draft, offers).due_fen == cheapest(draft, offers)


@STEADY
@given(cases(), st.integers(0, 2_000))
def test_a_price_is_never_below_zero_and_never_above_list(case: Case, rounding: int) -> None:
    draft, offers = replace(case[0], rounding_fen=rounding), case[1]
    quote = solve(draft, offers)
    assert quote.list_fen == sum(line.list_fen for line in draft.lines)
    assert quote.balance_fen == sum(line.balance_fen for line in quote.lines) <= draft.balance_fen
    for line in quote.lines:
        assert 0 <= line.balance_fen <= line.due_fen <= line.list_fen
        assert line.balance_fen == sum(line.from_purses)


@STEADY
@given(cases(), st.integers(0, 2_000))
def test_the_steps_come_to_the_difference_from_the_list_price(case: Case, rounding: int) -> None:
    quote = solve(replace(case[0], rounding_fen=rounding), case[1])
    for line in quote.lines:
        assert line.list_fen - line.due_fen == sum(step.amount_fen for step in line.steps)
        assert all(step.amount_fen > 0 and step.reason for step in line.steps)
    rounded = [step for line in quote.lines for step in line.steps if step.step == "rounding"]
    assert sum(step.amount_fen for step in rounded) <= rounding


@STEADY
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_plugins_does_not_matter(case: Case, dice: object) -> None:
    draft, offers = case
    shuffled = list(offers)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert solve(draft, shuffled) == solve(draft, offers)


@STEADY
@given(cases(), st.integers(0, 9))
def test_a_further_offer_never_makes_a_bill_dearer(case: Case, which: int) -> None:
    draft, offers = case
    keys = sorted({one.key for one in offers})
    if keys:
        gone = keys[which % len(keys)]
        fewer = [one for one in offers if one.key != gone]
        assert solve(draft, offers).due_fen <= solve(draft, fewer).due_fen


@STEADY
@given(cases(), st.integers(0, 40_000))
def test_paying_more_from_balance_never_makes_a_bill_dearer(case: Case, more: int) -> None:
    draft, offers = case
    paid = replace(draft, balance_fen=draft.balance_fen + more)
    assert solve(paid, offers).due_fen <= solve(draft, offers).due_fen


@STEADY
@given(cases())
def test_each_benefit_counts_or_says_why_it_does_not(case: Case) -> None:
    draft, offers = case
    quote = solve(draft, offers)
    told = {(step.key, line.line_id) for line in quote.lines for step in line.steps}
    unused = {(one.key, number) for one in quote.unused for number in one.line_ids}
    counts = {key for key, _number in told}
    for one in offers:
        assert (one.key, one.line_id) in told | unused or one.key in counts
    assert all(one.why and one.reason for one in quote.unused)


@STEADY
@given(cases())
def test_one_coupon_counts_on_a_bill_and_none_on_a_session(case: Case) -> None:
    draft, offers = case
    quote = solve(draft, offers)
    coupons = {step.key for line in quote.lines for step in line.steps if step.step == "coupon"}
    assert coupons <= {quote.coupon} or not coupons
    for line, asked in zip(quote.lines, draft.lines, strict=True):
        alone = [
            step
            for step in line.steps
            for one in offers
            if (one.key, one.line_id) == (step.key, line.line_id)
            if step.step in ("member", "activity") and not one.adds_up
        ]
        assert len(alone) <= 1
        assert asked.discountable or line.due_fen == line.list_fen
        order = [
            ("member", "activity", "coupon", "points", "balance", *BY_HAND).index(step.step)
            for step in line.steps
        ]
        assert order == sorted(order)


@STEADY
@given(cases())
def test_no_more_points_are_taken_than_what_they_take_off_needs(case: Case) -> None:
    draft, offers = case
    quote = solve(draft, offers)
    steps = [step for line in quote.lines for step in line.steps if step.step == "points"]
    off = sum(step.amount_fen for step in steps)
    worth = max((one.shared_fen for one in offers if one.step == "points"), default=0)
    assert quote.points <= draft.choices.get("points", 0)
    assert off * 1_000 <= quote.points * worth
    assert (quote.points - 1) * worth < off * 1_000 or not quote.points


def check_all(case: Case) -> None:
    """Check one bill for all that must hold."""
    draft, offers = case
    for check in (
        test_no_combination_that_is_allowed_costs_less,
        test_each_benefit_counts_or_says_why_it_does_not,
        test_one_coupon_counts_on_a_bill_and_none_on_a_session,
        test_no_more_points_are_taken_than_what_they_take_off_needs,
    ):
        check.hypothesis.inner_test(case)  # type: ignore[attr-defined]
    for check in (
        test_a_price_is_never_below_zero_and_never_above_list,
        test_the_steps_come_to_the_difference_from_the_list_price,
    ):
        check.hypothesis.inner_test(case, 777)  # type: ignore[attr-defined]
    assert solve(draft, offers[::-1]) == solve(draft, offers)
