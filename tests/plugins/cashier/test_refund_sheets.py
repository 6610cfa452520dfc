"""The refund sheet: worked examples to the cent, and what holds for any purchase."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from console import api
from plugins.cashier.services.refunding.law import FILE, LPR, load_law, rates_in_force
from plugins.cashier.services.refunding.sheets import (
    Asked,
    Cause,
    Purchase,
    Rates,
    Share,
    Sheet,
    Term,
    Use,
    refund_sheet,
    why_not_seven,
)

pytestmark = pytest.mark.any_engine

DAY = dt.date(2026, 3, 2)
NO_INTEREST = Rates()
ALL: tuple[Cause, ...] = ("shop", "member", "both")


def asked(cause: Cause = "shop", **more: object) -> Asked:
    told = {"asked_on": DAY, "ended_on": DAY, "paid_on": DAY, **more}
    return Asked(cause, **told)  # type: ignore[arg-type]


def top_up(paid: int, gift: int, *used: int, list_of: dict[int, int] | None = None) -> Purchase:
    """Make a top-up of yuan with a bonus, of which some was used, principal and bonus pro rata."""
    uses, left, bonus = [], paid * 100, gift * 100
    for yuan in used:
        fen = yuan * 100
        some = min(left, round(fen * left / (left + bonus)))
        left, bonus = left - some, bonus - (fen - some)
        listed = (list_of or {}).get(yuan, yuan) * 100
        uses.append(Use(DAY, "", some, fen - some, listed, fen))
    share = Share("", "money", paid * 100, paid * 100, gift * 100, uses)
    return Purchase("lot", "", paid * 100, paid * 100, DAY, [share])


def session_card(used: int, sessions: int = 10, price: int = 980, listed: int = 128) -> Purchase:
    uses = [Use(DAY, "", 1, 0, listed * 100) for _each in range(used)]
    share = Share("", "sessions", price * 100, sessions, 0, uses)
    return Purchase("card", "", price * 100, price * 100, DAY, [share])


def reckon(purchase: Purchase, cause: Cause, **more: object) -> Sheet:
    return refund_sheet([purchase], asked(cause, **more), NO_INTEREST)


def both_causes(purchase: Purchase) -> tuple[float, float]:
    return tuple(  # type: ignore[return-value]
        reckon(purchase, cause).refund_fen / 100 for cause in ("shop", "member")
    )


def test_220_used_of_500_and_50_gives_back_300_or_280() -> None:
    assert both_causes(top_up(500, 50, 220)) == (300.00, 280.00)


def test_520_used_of_500_and_50_gives_back_27_27_or_nothing() -> None:
    assert both_causes(top_up(500, 50, 520)) == (27.27, 0.00)


def test_four_of_ten_sessions_for_980_give_back_588_or_468() -> None:
    assert both_causes(session_card(4)) == (588.00, 468.00)


def test_eight_of_ten_sessions_for_980_give_back_196_or_nothing() -> None:
    assert both_causes(session_card(8)) == (196.00, 0.00)


def test_a_pass_for_3650_gives_back_2650_on_day_100_whoever_is_the_cause() -> None:
    begun = DAY - dt.timedelta(days=100)
    card = Purchase("card", "", 365_000, 365_000, begun, term=Term(begun, 365))
    assert both_causes(card) == (2650.00, 2650.00)


def test_each_figure_names_its_clause() -> None:
    def clauses(purchase: Purchase, cause: Cause) -> list[str]:
        return [row.clause for row in reckon(purchase, cause).accounts[0].rows]

    assert clauses(top_up(500, 50, 220), "shop") == ["18.2"]
    assert clauses(top_up(500, 50, 220), "member") == ["19"]
    assert clauses(top_up(500, 0, 220), "member") == ["15"]
    assert clauses(top_up(500, 0, 220, list_of={220: 300}), "shop") == ["18.1"]
    assert clauses(session_card(2), "both") == ["18.1", "18.1"]


def test_what_was_cheaper_from_balance_counts_at_its_list_price_when_she_is_the_cause() -> None:
    purchase = top_up(1000, 0, 110, list_of={110: 128})
    assert both_causes(purchase) == (890.00, 872.00)


def test_values_run_along_the_uses() -> None:
    rows = reckon(top_up(500, 50, 110, 110), "shop").accounts[0].rows
    assert [row.value_fen for row in rows] == [10_000, 10_000]
    assert [row.running_fen for row in rows] == [10_000, 20_000]
    assert rows[0].ratio == (50_000, 55_000)


def test_a_free_session_that_was_used_costs_nothing() -> None:
    share = Share("", "sessions", 50_000, 5, 1, [Use(DAY, "", 0, 1, 12_800)])
    card = Purchase("card", "", 50_000, 50_000, DAY, [share])
    assert both_causes(card) == (500.00, 500.00)
    assert reckon(card, "shop").accounts[0].rows[0].clause == "21"


def test_gifts_are_charged_as_agreed_and_only_when_she_is_the_cause() -> None:
    card = session_card(4)
    assert reckon(card, "member", gifts_fen=5_000).refund_fen == 41_800
    assert reckon(card, "shop", gifts_fen=5_000).refund_fen == 58_800
    assert reckon(card, "member", gifts_fen=500_000).refund_fen == 0


def test_what_is_owing_is_not_given_back() -> None:
    share = Share("", "sessions", 98_000, 10, 0, [Use(DAY, "", 1, 0, 12_800)])
    card = Purchase("card", "", 98_000, 58_000, DAY, [share])
    assert reckon(card, "shop").refund_fen == 48_200


def test_a_pass_counts_to_the_day_on_which_the_salon_stopped() -> None:
    begun = DAY - dt.timedelta(days=100)
    card = Purchase("card", "", 365_000, 365_000, begun, term=Term(begun, 365, paused_days=10))
    stopped = DAY - dt.timedelta(days=40)
    assert reckon(card, "shop", stopped_on=stopped).refund_fen == 315_000
    assert reckon(card, "member", stopped_on=stopped).refund_fen == 275_000


def test_a_term_that_ran_out_gives_nothing_back() -> None:
    begun = DAY - dt.timedelta(days=400)
    card = Purchase("card", "", 365_000, 365_000, begun, term=Term(begun, 365))
    assert both_causes(card) == (0.00, 0.00)


def test_a_pass_that_has_not_begun_is_given_back_whole() -> None:
    card = Purchase("card", "", 365_000, 365_000, DAY, term=Term(None, 365))
    assert both_causes(card) == (3650.00, 3650.00)


def test_within_seven_days_all_principal_goes_back() -> None:
    early = asked("seven_days", asked_on=DAY + dt.timedelta(days=7))
    sheet = refund_sheet([top_up(500, 50)], early, NO_INTEREST)
    assert sheet.refund_fen == 50_000
    assert sheet.accounts[0].clause == "14"


def test_seven_days_end_and_do_not_hold_for_what_she_knew() -> None:
    purchase = top_up(500, 50)
    assert why_not_seven([purchase], DAY + dt.timedelta(days=8)) == "late"
    with pytest.raises(ValueError, match="late"):
        late = asked("seven_days", asked_on=DAY + dt.timedelta(days=8))
        refund_sheet([purchase], late, NO_INTEREST)
    known = Purchase("lot", "", 1, 1, DAY, had_before=True)
    assert why_not_seven([known], DAY) == "known"


def test_interest_runs_from_the_end_of_the_contract_at_the_rate_of_its_day() -> None:
    rates = load_law().rates
    later = DAY + dt.timedelta(days=73)
    bought = dt.date(2024, 11, 1)
    share = Share("", "money", 1_000_000, 1_000_000)
    purchase = Purchase("lot", "", 1_000_000, 1_000_000, bought, [share])

    def interest(cause: Cause, **more: object) -> tuple[int, str]:
        found = refund_sheet([purchase], asked(cause, paid_on=later, **more), rates)
        return found.interest_fen, found.accounts[0].interest.basis

    assert interest("shop") == (6_200, "lpr")
    assert interest("member") == (3_000, "deposit")
    assert interest("member", rate_bp=500) == (10_000, "agreed")
    assert refund_sheet([purchase], asked("shop"), rates).interest_fen == 0


def test_every_clause_names_its_source_and_no_rate_is_passed_off_as_law() -> None:
    told = json.loads(FILE.read_text("utf-8"))
    assert all(clause["source"].startswith("法释") for clause in told["clauses"].values())
    assert told["rates"]["confirmed"] is False


def test_the_rates_that_the_salon_enters_hold(app: Flask) -> None:
    assert rates_in_force() == load_law().rates
    put("2026-01-20 2.90; 2025-05-20 3.00")
    assert rates_in_force().on("lpr", dt.date(2026, 3, 1)) == 290
    assert rates_in_force().on("lpr", dt.date(2025, 6, 1)) == 300
    assert rates_in_force().on("deposit", DAY) == 150
    for wrong in ("three percent", "2025-13-01 3.00"):
        put(wrong)
        with pytest.raises(api.Refused):
            rates_in_force()


@api.unit
def put(text: str) -> None:
    LPR.put(text)


def test_interest_is_no_part_of_the_refund() -> None:
    rates = Rates(lpr=[(DAY, 1_000)])
    late = asked("shop", paid_on=DAY + dt.timedelta(days=3_650))
    sheet = refund_sheet([top_up(500, 50)], late, rates)
    assert sheet.refund_fen == 50_000
    assert sheet.interest_fen == 50_000


def test_a_large_refund_needs_a_second_person() -> None:
    def needs(most: int) -> bool:
        found = refund_sheet([top_up(500, 50)], asked("shop"), NO_INTEREST, approval_above_fen=most)
        return found.needs_approval

    assert needs(49_999)
    assert not needs(50_000)


def test_every_clause_that_a_sheet_names_has_its_words() -> None:
    law = load_law()
    for clause in ("14", "15", "16", "17", "18.1", "18.2", "19", "20", "21", "22"):
        assert law.text_of(clause)
        assert law.gist_of(clause)


@st.composite
def purchases(draw: st.DrawFn) -> Purchase:
    """Draw a top-up or a card with uses that fit into it."""
    sessions = draw(st.booleans())
    paid = draw(st.integers(1, 30 if sessions else 100_000))
    gift = draw(st.integers(0, 5 if sessions else 50_000))
    price = draw(st.integers(0, 300_000)) if sessions else paid
    left, free, uses = paid, gift, []
    for _each in range(draw(st.integers(0, 6))):
        some, more = draw(st.integers(0, left)), draw(st.integers(0, free))
        if not some + more:
            continue
        left, free = left - some, free - more
        deal = draw(st.integers(1, 50_000)) if sessions else some + more
        listed = draw(st.none() | st.integers(0, 100_000))
        uses.append(Use(DAY, "", some, more, listed, deal))
    share = Share("", "sessions" if sessions else "money", price, paid, gift, uses)
    owing = draw(st.integers(0, price))
    return Purchase("", "", price, price - owing, DAY, [share])


@settings(max_examples=200, deadline=None)
@given(purchases())
def test_never_below_nothing_nor_above_what_was_paid(purchase: Purchase) -> None:
    for cause in ALL:
        assert 0 <= reckon(purchase, cause).refund_fen <= purchase.paid_fen


@settings(max_examples=200, deadline=None)
@given(purchases())
def test_the_shops_cause_never_gives_less_than_the_members(purchase: Purchase) -> None:
    shop, member = (reckon(purchase, cause).refund_fen for cause in ("shop", "member"))
    assert shop >= member


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 100_000), st.lists(st.integers(1, 20_000), max_size=6))
def test_where_nothing_was_discounted_used_and_refund_are_what_was_paid(
    price: int, wanted: list[int]
) -> None:
    left, uses = price, []
    for fen in wanted:
        some = min(fen, left)
        if some:
            left -= some
            uses.append(Use(DAY, "", some, 0, some, some))
    purchase = Purchase("", "", price, price, DAY, [Share("", "money", price, price, 0, uses)])
    for cause in ALL:
        sheet = reckon(purchase, cause)
        assert sheet.used_fen + sheet.refund_fen == price
