"""Bonus of a top-up that ends: promised with its day, told of before, gone in the night after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Bill, Line, add_line, lines_of, refund_lines
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.reports.unearned import unearned
from plugins.cashier.services.slips import slip_of
from plugins.cashier.services.top_up_contracts import contract_on_phone
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.models import Tier
from plugins.membership.services.bonus_ends import end_old_bonus
from plugins.membership.services.offers import bonus_ends
from plugins.membership.services.recharging import SPLIT
from plugins.messages.models import Message
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.people import SignIn
from tests.support.refunds import alone_up_to, sheet_for
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, cash, pay, service_for
from tests.support.value import offer

DAYS = 60


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[Any]:
    with api.speaking("en"):
        yield add_store("福田店")


@pytest.fixture
def anna(store: Any) -> int:
    offer(500, 50, name="500+50", bonus_days=DAYS)
    return int(join().id)


def later(days: int) -> Any:
    return api.at_moment(api.now() + dt.timedelta(days=days))


def top_up(member_id: int, yuan: int = 500) -> int:
    """Let her top up in cash with the offer that it reaches; return the bill."""
    bill_id = bill_of(member_id)
    add_line(bill_id, "top_up", {"amount_fen": yuan * 100})
    pay(bill_id, cash(yuan))
    return bill_id


def spend(member_id: int, yuan: int) -> int:
    bill_id = bill_of(member_id)
    line_id = add_to(bill_id, service_for(yuan))
    pay(bill_id, balance(yuan))
    return line_id


def revenue() -> int:
    return book(ledger.salon("revenue", 1))


def check_books() -> None:
    api.db.session.rollback()
    assert verify().findings == {}
    assert [one.words() for one in tie_out(whole_book()).differences] == []


def last_day() -> str:
    return (api.today("Asia/Shanghai") + dt.timedelta(days=DAYS)).isoformat()


def test_it_is_promised_on_the_bill_the_receipt_and_the_lot(anna: int) -> None:
    bill_id = top_up(anna)
    told = f"Bonus ¥50.00, until {last_day()}"
    assert told in [row.left for row in slip_of(api.db.session.get_one(Bill, bill_id)).rows]
    [lot] = ledger.lots_of(anna)
    assert (str(lot.gift_until_on), lot.gift) == (last_day(), 5_000)
    bill, line = api.db.session.get_one(Bill, bill_id), lines_of(bill_id)[0]
    terms = contract_on_phone(bill, line.facts)
    assert ("Bonus", told) in list(terms.rows)


def test_nothing_ends_where_the_offer_says_nothing(anna: int) -> None:
    offer(1_000, 150, name="for ever")
    bill_id = top_up(anna, 1_000)
    with later(5_000):
        end_old_bonus()
    assert left(anna) == (100_000, 15_000)
    terms = contract_on_phone(api.db.session.get_one(Bill, bill_id), lines_of(bill_id)[0].facts)
    assert ("Valid", "without an end") in list(terms.rows)


def test_it_goes_in_the_night_after_and_brings_no_income(anna: int) -> None:
    top_up(anna)
    spend(anna, 110)
    assert (left(anna), revenue()) == ((40_000, 4_000), 10_000)
    with later(DAYS):
        end_old_bonus()
    assert left(anna) == (40_000, 4_000)
    with later(DAYS + 1):
        for _time in range(2):
            end_old_bonus()
        assert (left(anna), revenue()) == ((40_000, 0), 10_000)
        spend(anna, 100)
        assert (left(anna), revenue()) == ((30_000, 0), 20_000)
        spend(anna, 300)
    assert (left(anna), revenue()) == ((0, 0), 50_000)
    check_books()


def test_where_only_bonus_is_left_the_money_behind_it_is_earned(anna: int) -> None:
    api.unit(SPLIT.put)("paid_first")
    top_up(anna)
    spend(anna, 500)
    assert revenue() == 50_000 * 50_000 // 55_000
    with later(DAYS + 1):
        end_old_bonus()
    assert (left(anna), revenue()) == ((0, 0), 50_000)
    check_books()


def test_the_reports_agree_on_what_ended(anna: int) -> None:
    top_up(anna)
    with later(DAYS + 1):
        end_old_bonus()
    rolls = {roll.unit: roll for roll in unearned(whole_book())}
    assert (rolls["BONUS"].moved["adjusted"], rolls["BONUS"].closing) == (-5_000, 0)
    assert (rolls["CNY"].closing, rolls["PRINCIPAL"].closing) == (50_000, 50_000)
    assert consumption(whole_book()) == []
    check_books()


def test_what_ends_first_is_spent_first(anna: int) -> None:
    offer(300, 30, name="for ever")
    top_up(anna, 300)
    top_up(anna)
    spend(anna, 110)
    assert [(lot.paid_left, lot.gift_left) for lot in ledger.lots_of(anna)] == [
        (40_000, 4_000),
        (30_000, 3_000),
    ]
    assert revenue() == 10_000
    with later(DAYS + 1):
        end_old_bonus()
        assert [lot.paid_left for lot in ledger.lots_of(anna)] == [30_000, 40_000]
    check_books()


def test_bonus_that_comes_back_late_ends_in_the_next_night(anna: int) -> None:
    top_up(anna)
    line_id = spend(anna, 110)
    with later(DAYS + 1):
        end_old_bonus()
        bill_id = api.db.session.get_one(Line, line_id).bill_id
        refund_lines(bill_id, [Wanted(line_id, 11_000)], reason="too hot", key="r1")
        assert (left(anna), revenue()) == ((50_000, 1_000), 0)
        end_old_bonus()
        assert (left(anna), revenue()) == ((50_000, 0), 0)
        spend(anna, 500)
    assert revenue() == 50_000
    check_books()


def test_the_refund_sheet_counts_what_ended_as_nothing(anna: int) -> None:
    alone_up_to(10_000)
    top_up(anna)
    spend(anna, 110)
    with later(DAYS + 1):
        end_old_bonus()
        assert sheet_for(anna, "shop").amount_fen == 40_000


def test_she_is_told_30_7_and_1_days_before_and_when_it_has_ended(anna: int) -> None:
    top_up(anna)
    for days in (DAYS - 31, DAYS - 30, DAYS - 7, DAYS - 1, DAYS, DAYS + 1):
        with later(days):
            end_old_bonus()
            end_old_bonus()
    kinds = list(api.db.session.scalars(sa.select(Message.kind)))
    assert kinds.count("membership.bonus_ending") == 3
    assert kinds.count("membership.bonus_ended") == 1


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    tier = Tier(bonus_months=1, bonus_days=None)
    assert bonus_ends(tier, dt.date(2027, 1, 31)) == dt.date(2027, 2, 28)
    assert bonus_ends(Tier(bonus_months=2, bonus_days=3), dt.date(2026, 11, 10)) == dt.date(
        2027, 1, 13
    )
    assert bonus_ends(Tier(), dt.date(2026, 11, 10)) is None


def test_principal_has_no_last_day_in_any_form(anna: int, store: Any, sign_in: SignIn) -> None:
    page = sign_in("owner").get("/console/membership/offers/new/").text
    assert 'name="bonus_days"' in page
    assert "principal_days" not in page
    with pytest.raises(sa.exc.IntegrityError):
        offer(100, 10, name="bad", bonus_days=0)
