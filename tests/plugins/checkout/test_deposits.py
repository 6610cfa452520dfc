"""Booking deposits: whose money they are at each moment, and that the books say the same."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api, approval, demo
from plugins.booking.api import Visit, book, turn_visit
from plugins.booking.services.paying import send_visit
from plugins.cashier.api import (
    Bill,
    Payout,
    Share,
    add_line,
    lines_of,
    put_sellers,
    refund_lines,
    undo_settlement,
)
from plugins.cashier.models import Line, Order
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.reports.net import net
from plugins.cashier.services.reports.performance import performance
from plugins.cashier.services.reports.receipts import receipts
from plugins.cashier.services.reports.unearned import DEPOSIT, unearned
from plugins.cashier.services.tendering import plan
from plugins.cashier.services.tying import whole_book
from plugins.checkout.models import Deposit
from plugins.checkout.services.billing import bill_visit
from plugins.checkout.services.deposits import (
    ask_deposit,
    ask_to_return,
    held_fen,
    return_deposit,
)
from plugins.checkout.services.rules import LABEL, NO_SHOWS, demand_for
from plugins.ledger.api import salon as of_salon
from tests.support.booking import Salon, at, new_key
from tests.support.checkout import (
    add_rule,
    books_agree,
    deposit_now,
    pay_deposit,
    serve,
    settle_as_suggested,
    with_member,
)
from tests.support.ledger import balance as book_of
from tests.support.people import add_person
from tests.support.salon import add_staff
from tests.support.till import top_up

pytestmark = [pytest.mark.usefixtures("in_english"), pytest.mark.slow]


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2, price_fen=12_800)


def paid(salon: Salon) -> tuple[Visit, Deposit]:
    """Book a visit whose deposit of ¥50 was taken in cash."""
    add_rule()
    visit = with_member(salon)
    return visit, pay_deposit(visit)


def cash_of(salon: Salon) -> int:
    api.db.session.rollback()
    return -book_of(of_salon("cash", salon.store_id))


def revenue_of(salon: Salon) -> int:
    api.db.session.rollback()
    return book_of(of_salon("revenue", salon.store_id))


def demanded(salon: Salon, member_id: int) -> int:
    demand = demand_for(salon.store_id, member_id, [(salon.variant_id, None)])
    return demand.fen if demand else 0


@pytest.mark.any_engine
def test_the_narrowest_rule_says_how_much(salon: Salon) -> None:
    member = with_member(salon).member_id or 0
    assert demanded(salon, member) == 0
    add_rule(amount_fen=3_000)
    assert demanded(salon, member) == 3_000
    add_rule(store_id=salon.store_id, amount_fen=4_000)
    assert demanded(salon, member) == 4_000
    add_rule(service_id=salon.service.id, how="percent", percent=50)
    assert demanded(salon, member) == 6_400


@pytest.mark.any_engine
def test_a_deposit_is_never_more_than_the_price_and_earnest_money_a_fifth_of_it(
    salon: Salon,
) -> None:
    add_rule(amount_fen=90_000)
    member = with_member(salon).member_id or 0
    assert demanded(salon, member) == 12_800
    api.unit(lambda: LABEL.put("earnest"))()
    assert demanded(salon, member) == 2_560


@pytest.mark.any_engine
def test_who_missed_several_visits_pays_a_deposit(salon: Salon) -> None:
    member = with_member(salon).member_id or 0
    api.unit(lambda: NO_SHOWS.put(2))()
    for clock in ("14:00", "16:00"):
        assert demanded(salon, member) == 0
        visit = salon.book(clock, member_id=member)
        with api.at_moment(at("17:00")):
            turn_visit(visit.id, "no_show")
    assert demanded(salon, member) == 5_000


@pytest.mark.any_engine
def test_a_deposit_is_owed_to_the_member_and_no_income(salon: Salon) -> None:
    _visit, deposit = paid(salon)
    assert (deposit.state, held_fen(deposit.id)) == ("paid", 5_000)
    assert (cash_of(salon), revenue_of(salon)) == (5_000, 0)
    (roll,) = [one for one in unearned(whole_book()) if one.unit == DEPOSIT]
    assert (roll.moved["sold"], roll.closing) == (5_000, 5_000)


@pytest.mark.any_engine
def test_a_deposit_is_an_order_of_its_own_kind_and_no_top_up(salon: Salon) -> None:
    _visit, deposit = paid(salon)
    line = api.db.session.get_one(Line, deposit.line_id)
    order = api.db.session.query(Order).filter_by(bill_id=line.bill_id).one()
    assert (order.kind, order.number[-1]) == ("deposit", "D")
    assert [(one.order_kind, one.fen) for one in receipts(whole_book())] == [("deposit", 5_000)]
    seller = add_staff("Ada", api.db.session.get_one(api.Store, salon.store_id)).id
    put_sellers(line.id, [Share(seller, 1_000)])
    assert [one.sold_top_ups_fen for one in performance(whole_book())] == [0]


@pytest.mark.any_engine
def test_a_deposit_is_set_off_first_when_the_bill_is_settled(salon: Salon) -> None:
    visit, deposit = paid(salon)
    bill = serve(visit)
    settle_as_suggested(bill.id)
    assert deposit_now(visit.id).state == "set_off"
    assert held_fen(deposit.id) == 0
    assert (cash_of(salon), revenue_of(salon)) == (12_800, 12_800)
    assert sum(one.deposit_fen for one in net(whole_book())) == 5_000
    assert books_agree()


@pytest.mark.any_engine
def test_the_balance_pays_only_what_the_deposit_does_not(salon: Salon) -> None:
    visit, _deposit = paid(salon)
    top_up(visit.member_id or 0, 200, store_id=salon.store_id)
    bill = serve(visit)
    choices = {one.kind: one.amount_fen for one in plan(bill).choices}
    assert choices == {"deposit": 5_000, "balance": 7_800}


@pytest.mark.any_engine
def test_a_reopened_bill_gives_the_deposit_back_to_be_set_off_again(salon: Salon) -> None:
    visit, deposit = paid(salon)
    bill = serve(visit)
    settle_as_suggested(bill.id)
    with api.at_moment(at("13:10")):
        undo_settlement(bill.id, "wrong price")
        assert (deposit_now(visit.id).state, held_fen(deposit.id)) == ("paid", 5_000)
        settle_as_suggested(bill.id, "13:11")
    assert books_agree()


@pytest.mark.any_engine
def test_who_cancels_in_time_gets_it_back_the_way_it_came(salon: Salon) -> None:
    visit, deposit = paid(salon)
    turn_visit(visit.id, "cancel", by_member=True)
    assert (deposit_now(visit.id).state, held_fen(deposit.id)) == ("returned", 0)
    assert (cash_of(salon), revenue_of(salon)) == (0, 0)
    assert [payout.amount_fen for payout in api.db.session.query(Payout)] == [5_000]


@pytest.mark.any_engine
def test_a_declined_booking_gives_it_back(salon: Salon) -> None:
    add_rule()
    member = with_member(salon).member_id
    visit = salon.book("14:00", member_id=member, source="phone")
    ask_deposit(api.db.session.get_one(Visit, visit.id))
    pay_deposit(visit)
    turn_visit(visit.id, "reject", reason="we are closed")
    assert deposit_now(visit.id).state == "returned"


@pytest.mark.any_engine
def test_who_does_not_come_loses_it(salon: Salon) -> None:
    visit, deposit = paid(salon)
    with api.at_moment(at("12:30")):
        turn_visit(visit.id, "no_show")
    assert (deposit_now(visit.id).state, held_fen(deposit.id)) == ("kept", 0)
    assert revenue_of(salon) == 5_000


@pytest.mark.any_engine
def test_who_comes_after_all_has_it_again(salon: Salon) -> None:
    visit, deposit = paid(salon)
    with api.at_moment(at("12:30")):
        turn_visit(visit.id, "no_show")
        turn_visit(visit.id, "arrive")
        assert (deposit_now(visit.id).state, held_fen(deposit.id)) == ("paid", 5_000)
        assert revenue_of(salon) == 0
        settle_as_suggested(serve_again(visit), "13:05")


def serve_again(visit: Visit) -> int:
    return bill_visit(visit.id).id


@pytest.mark.any_engine
def test_a_late_cancellation_keeps_it(salon: Salon) -> None:
    visit, _deposit = paid(salon)
    with api.at_moment(at("11:00")):
        turn_visit(visit.id, "cancel", reason="ill")
    assert deposit_now(visit.id).state == "kept"


def test_a_kept_one_goes_back_when_a_second_person_agrees(salon: Salon) -> None:
    visit, deposit = paid(salon)
    with api.at_moment(at("12:30")):
        turn_visit(visit.id, "no_show")
        with pytest.raises(api.Conflict):
            return_deposit(deposit.id, "she was ill")
        desk, manager = (add_person(role, salon.store_id) for role in ("front_desk", "manager"))
        with api.acting_as(api.Actor(desk, "Wu")):
            number = ask_to_return(deposit.id, "she was ill")
        assert deposit_now(visit.id).state == "kept"
        with api.acting_as(api.Actor(manager, "Zhou")):
            approval.agree(number)
    assert deposit_now(visit.id).state == "returned"
    assert (cash_of(salon), revenue_of(salon)) == (0, 0)
    assert books_agree()


@pytest.mark.any_engine
def test_what_is_refunded_of_the_service_is_hers_again(salon: Salon) -> None:
    visit, deposit = paid(salon)
    bill = serve(visit)
    settle_as_suggested(bill.id)
    (line,) = lines_of(bill.id)
    with api.at_moment(at("14:00")):
        refund_lines(bill.id, [Wanted(line.id, 6_400)], reason="not satisfied", key=new_key())
    assert held_fen(deposit.id) == 2_500


@pytest.mark.any_engine
def test_a_deposit_sells_no_top_up(salon: Salon) -> None:
    visit, _deposit = paid(salon)
    bill = serve(visit)
    with api.at_moment(at("12:10")):
        add_line(bill.id, "top_up", {"amount_fen": 50_000})
        settle_as_suggested(bill.id, "12:20")
    assert cash_of(salon) == 5_000 + 50_000


@pytest.mark.any_engine
def test_a_time_is_kept_until_the_deposit_is_paid(salon: Salon) -> None:
    add_rule()
    api.unit(lambda: demo.STATE.put("on"))()
    member = with_member(salon).member_id or 0
    key = new_key()
    held = book(
        salon.store_id,
        at("14:00"),
        [salon.wish()],
        key=key,
        member_id=member,
        source="phone",
        keep=True,
    )
    sent = send_visit(key, form={})
    assert sent.status == "hold"
    pay_deposit(held)
    api.db.session.rollback()
    assert api.db.session.get_one(Visit, held.id).status in ("pending", "confirmed")
    assert api.db.session.query(Bill).count() == 1
