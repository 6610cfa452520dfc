"""Payments by phone: booked once whoever brings the news, and never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.inbox import Notice
from plugins.cashier.api import (
    Bill,
    Payment,
    PaymentKind,
    Settlement,
    order_online,
    payment_kinds,
    undo_settlement,
)
from plugins.cashier.services.online import ordering
from plugins.cashier.services.online.advancing import advance, advance_due, cancel, look_again
from plugins.cashier.services.online.calling import ask
from plugins.cashier.services.online.notes import notes_of
from plugins.cashier.services.online.providers import providers
from plugins.cashier.services.online.refunding import (
    give_back,
    refund_payment,
    refunds_of,
    send_back,
)
from plugins.cashier.services.online.settings import LATE
from plugins.ledger.api import CNY, Name
from plugins.ledger.services.verifying import verify
from plugins.membership.api import freeze_member, unfreeze_member
from plugins.membership.models import Tier
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import (
    at_bank,
    change,
    fail,
    later,
    notify,
    open_sandbox,
    order,
    pay,
    payment,
    prepaid,
    shop,
    waiting_notices,
)
from tests.support.till import top_up

__all__ = ["shop"]
SANDBOX = Name("sandboxpay", 1, "receivable", CNY)
pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english"), pytest.mark.slow]


@pytest.fixture
def anna(shop: Any) -> int:
    return int(join().id)


def settlements() -> int:
    api.db.session.rollback()
    return api.db.session.query(Settlement).count()


def told(number: int) -> list[str]:
    return [note.what for note in notes_of(number)]


def test_a_notified_payment_is_on_her_balance(anna: int) -> None:
    number = prepaid(anna, 500)
    assert left(anna) == (0, 0)
    pay(number)
    notify()
    done = payment(number)
    assert (done.state, done.paid_fen) == ("paid", 50_000)
    assert left(anna) == (50_000, 0)
    bill = api.db.session.get_one(Bill, done.bill_id)
    assert (bill.state, bill.due_fen, bill.paid_fen) == ("settled", 50_000, 50_000)
    paid = api.db.session.query(Payment).one()
    assert paid.trade_no == at_bank(number).transaction_id
    assert api.db.session.get_one(PaymentKind, paid.kind_id).online
    assert abs(book(SANDBOX)) == 50_000
    assert verify().findings == {}


def test_fifty_notifications_at_once_are_booked_once(anna: int) -> None:
    fail(copies=50)
    number = prepaid(anna)
    pay(number)
    notify()
    assert payment(number).state == "paid"
    assert settlements() == 1
    assert left(anna) == (50_000, 0)


def test_what_is_paid_and_never_notified_is_found_by_asking(anna: int) -> None:
    fail(silent=True)
    number = prepaid(anna)
    pay(number)
    advance(number)
    assert payment(number).state == "prepaid"  # not due yet
    with later(seconds=6):
        advance_due()
    assert payment(number).state == "paid"
    assert "queried" in told(number)
    assert left(anna) == (50_000, 0)


def test_a_notification_after_the_query_changes_nothing(anna: int) -> None:
    number = prepaid(anna)
    pay(number)
    with later(seconds=6):
        advance(number)
    assert payment(number).state == "paid"
    notify()
    assert waiting_notices() == 0
    assert settlements() == 1
    assert left(anna) == (50_000, 0)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_an_order_whose_answer_was_lost_is_made_once(anna: int, cut: str) -> None:
    fail(cut=cut)
    number = order(anna)
    advance(number)
    assert payment(number).state == "unknown"
    fail(cut="no")
    with later(seconds=6):
        advance(number)
        assert payment(number).state == "prepaid"
        pay(number)
        notify()
    assert payment(number).state == "paid"
    assert left(anna) == (50_000, 0)


def test_a_provider_that_is_down_is_left_in_peace(anna: int) -> None:
    fail(cut="down")
    numbers = [order(anna) for _ in range(5)]
    for number in numbers:
        advance(number)
    with pytest.raises(api.Refused, match="not possible right now"):
        order(int(join("李四", phone="13900139000").id))
    fail(cut="no")
    with later(minutes=1):
        advance_due()
        assert payment(numbers[0]).state == "prepaid"
        cancel(numbers[1])
        advance(numbers[1])
        assert payment(numbers[1]).state == "closed"


@pytest.mark.parametrize("forged", ["signature", "amount"])
def test_a_forged_notification_is_refused_and_written_down(anna: int, forged: str) -> None:
    fail(tampered=forged)
    number = prepaid(anna)
    pay(number)
    notify()
    assert payment(number).state == "prepaid"
    assert waiting_notices() == 1
    audit = api.db.session.scalars(sa.text("SELECT act FROM console_audit")).all()
    assert "cashier.forged" in audit
    with later(seconds=6):
        advance(number)
    assert left(anna) == (50_000, 0)


def test_a_refund_that_is_notified_before_its_payment_is_no_trouble(anna: int) -> None:
    fail(reordered=True)
    number = prepaid(anna)
    pay(number)
    with later(seconds=6):
        advance(number)
        refund_payment(number, "paid twice")
        send_back(refunds_of(number)[0].id)
        notify()
        notify()
    assert waiting_notices() == 0
    assert payment(number).state == "refunded"
    assert left(anna) == (0, 0)
    assert book(SANDBOX) == 0
    assert at_bank(number).refunded_fen == 50_000
    assert settlements() == 1


def test_another_amount_is_never_booked_and_staff_are_asked(anna: int) -> None:
    fail(short=True)
    number = prepaid(anna)
    pay(number)
    notify()
    assert payment(number).state == "mismatch"
    assert left(anna) == (0, 0)
    assert settlements() == 0
    notice = api.db.session.query(Notice).filter(Notice.url.like("%/online/%")).one()
    assert notice.todo
    refund_payment(number, "the wrong amount")
    send_back(refunds_of(number)[0].id)
    assert payment(number).state == "refunded"
    assert at_bank(number).refunded_fen == 49_999


def test_an_unpaid_order_is_closed_at_the_provider(anna: int) -> None:
    number = prepaid(anna)
    change(number, expires_at=api.now(), due_at=api.now())
    advance_due()
    assert payment(number).state == "closed"
    assert at_bank(number).state == "CLOSED"


def test_an_order_that_was_paid_at_the_last_moment_is_not_closed(anna: int) -> None:
    fail(silent=True)
    number = prepaid(anna)
    pay(number)
    cancel(number)
    advance(number)
    assert payment(number).state == "paid"
    assert left(anna) == (50_000, 0)


def close_and_pay(anna: int) -> int:
    """Have an order closed on our side that the provider takes the money for all the same."""
    number = prepaid(anna)
    change(number, state="closed", due_at=None)
    pay(number)
    notify()
    return number


def test_money_that_comes_after_the_end_is_booked_as_ordered(anna: int) -> None:
    number = close_and_pay(anna)
    assert payment(number).state == "paid"
    assert "late" in told(number)
    assert left(anna) == (50_000, 0)


def test_money_that_comes_after_the_end_goes_back_if_the_salon_says_so(anna: int) -> None:
    api.unit(lambda: LATE.put("refund"))()
    number = close_and_pay(anna)
    send_back(refunds_of(number)[0].id)
    assert payment(number).state == "refunded"
    assert left(anna) == (0, 0)
    assert settlements() == 0


def test_money_that_cannot_be_booked_waits_and_is_booked_later(anna: int) -> None:
    number = prepaid(anna)
    pay(number)
    freeze_member(anna, "she asked for it")
    notify()
    assert payment(number).state == "confirmed"
    assert settlements() == 0
    unfreeze_member(anna)
    with later(minutes=11):
        advance_due()
    assert payment(number).state == "paid"
    assert left(anna) == (50_000, 0)


def test_a_bill_that_is_taken_back_sends_the_money_back_once(anna: int) -> None:
    number = prepaid(anna)
    pay(number)
    notify()
    undo_settlement(int(payment(number).bill_id or 0), "a mistake")
    refunds = refunds_of(number)
    assert [refund.amount_fen for refund in refunds] == [50_000]
    send_back(refunds[0].id)
    send_back(refunds[0].id)
    assert payment(number).state == "refunded"
    assert at_bank(number).refunded_fen == 50_000
    with pytest.raises(api.Refused):
        give_back(number, 1, key="more", reason="more")


def test_a_refund_whose_answer_was_lost_is_made_once(anna: int) -> None:
    number = prepaid(anna)
    pay(number)
    notify()
    refund_payment(number, "a mistake")
    fail(cut="after")
    send_back(refunds_of(number)[0].id)
    assert refunds_of(number)[0].state == "asked"
    fail(cut="no")
    with later(minutes=2):
        advance_due()
    assert payment(number).state == "refunded"
    assert at_bank(number).refunded_fen == 50_000


def test_the_same_form_orders_once(anna: int) -> None:
    assert order(anna, key="one") == order(anna, key="one")


def test_a_phone_sets_neither_bonus_nor_kind(anna: int) -> None:
    form = {"amount": "100", "bonus_fen": "100000", "over_cap_note": "because", "agreed": "1"}
    bought = order_online(anna, "top_up", form, key="clever")
    assert bought.sold["lines"][0]["facts"]["bonus_fen"] == 0
    with pytest.raises(api.NotFound):
        order_online(anna, "service", {"variant_id": "1"}, key="cleverer")


def test_a_phone_says_how_much_more_the_card_may_hold(anna: int) -> None:
    top_up(anna, 4_800)
    with pytest.raises(api.Refused) as refused:
        order_online(anna, "top_up", {"amount": "1000"}, key="much")
    assert "¥5,000.00" in str(refused.value)
    assert "You can top up ¥200.00 at most now." in str(refused.value)
    order_online(anna, "top_up", {"amount": "200", "agreed": "1"}, key="fits")
    top_up(anna, 200)
    with pytest.raises(api.Refused) as refused:
        order_online(anna, "top_up", {"amount": "1"}, key="full")
    assert "Use some of it before you top up." in str(refused.value)


def test_a_price_that_changed_is_shown_again(anna: int) -> None:
    with pytest.raises(api.Conflict):
        order_online(anna, "top_up", {"amount": "100"}, key="old", price_fen=9_000)


def test_too_little_and_too_much_are_refused(anna: int) -> None:
    for yuan in ("0.5", "20000"):
        with pytest.raises(api.Refused):
            order_online(anna, "top_up", {"amount": yuan}, key=f"of {yuan}")


def test_one_member_has_few_unpaid_orders(anna: int) -> None:
    for _each in range(ordering.MOST_UNPAID):
        order(anna)
    with pytest.raises(api.Conflict):
        order(anna)


def test_an_offer_for_the_first_top_up_is_ordered_once_at_a_time(anna: int) -> None:
    tier = Tier(name="首充 500", amount_fen=50_000, bonus_fen=10_000, first_only=True)
    api.unit(lambda: api.db.session.add(tier))()
    first = prepaid(anna)
    with pytest.raises(api.Conflict, match="this offer already"):
        order(anna)
    pay(first)
    notify()
    assert left(anna) == (50_000, 10_000)
    again = payment(order(anna)).sold["lines"][0]["facts"]["quote"]
    assert (again["tier_id"], again["bonus_fen"]) == (None, 0)


def test_no_provider_is_asked_within_a_unit(anna: int) -> None:
    asked = api.unit(lambda: ask("sandboxpay", lambda one: one.query("20260101000000")))
    with pytest.raises(RuntimeError, match="network"):
        asked()


def test_staff_cannot_enter_an_online_receipt(anna: int) -> None:
    order(anna)
    assert not [kind for kind in payment_kinds() if kind.online]


def test_looking_again_asks_at_once(anna: int, work: Any) -> None:
    fail(silent=True)
    number = prepaid(anna)
    pay(number)
    look_again(number)
    work()
    assert payment(number).state == "prepaid"
    look_again(number, at_once=True)
    work()
    assert payment(number).state == "paid"


def test_the_sandbox_takes_nothing_when_the_demo_is_off(app: Flask, tmp_path: Path) -> None:
    assert providers() == {}
    open_sandbox("http://127.0.0.1:9")
    assert set(providers()) == {"sandboxpay"}
