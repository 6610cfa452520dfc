"""Reports and closing pages as people see them."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.security.users import RoleInStore, preset_role, set_roles
from plugins.cashier.api import Tender
from plugins.cashier.models import Bill, Day, Line, Shift
from plugins.cashier.services.billing import remove_line
from plugins.cashier.services.byhand import change_price
from plugins.cashier.services.closing.days import close_day, reopen_day
from plugins.cashier.services.closing.drawer import cash_expected, move_cash
from plugins.cashier.services.closing.sheets import write_sheet
from plugins.cashier.services.closing.shifts import hand_over_shift
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.cases import refund_lines
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.reports.across import (
    balances,
    check_principal,
    crossings,
    due_to_headquarters,
)
from plugins.cashier.services.reports.agreed import agreed
from plugins.cashier.services.reports.fraud import oddities
from plugins.cashier.services.reports.net import net
from plugins.cashier.services.reports.performance import performance
from plugins.cashier.services.reports.receipts import receipts
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.reports.unearned import unearned
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.cashier.services.voiding import undo_settlement
from plugins.ledger import api as ledger
from plugins.membership.services.adjusting import ADJUST
from plugins.membership.services.offers import quote_recharge
from plugins.membership.services.recharging import sell_recharge
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, add_person, post
from tests.support.refunds import agree, alone_up_to, pay_out, sheet_for
from tests.support.salon import add_staff, add_store
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, pay, service_for, top_up

pytestmark = pytest.mark.usefixtures("staff_read_english")

HOME = "/console/cashier/closing/"
REPORTS = "/console/cashier/reports/"


@pytest.fixture(autouse=True)
def store(app: Flask) -> Any:
    return add_store("福田店")


def today() -> Span:
    day = today_of(1)
    return Span(day, day)


def test_a_day_is_closed_on_one_page_which_prints_its_sheet(sign_in: SignIn, store: Any) -> None:
    desk = sign_in("front_desk", store.id)
    bill_id = bill_of()
    add_to(bill_id, service_for(1_286, "染发"), staff_id=add_staff("Ada", store).id)
    pay(bill_id, cash(1_286))
    page = words(desk.get(HOME).text)
    assert "Cash expected ¥1,286.00" in page
    form = {"store_id": 1, "day": today_of(1).isoformat(), "counted": "1276", "key": "close-1"}
    refused = post(desk, f"{HOME}close", form)
    assert refused.status_code == 422
    assert "The cash differs by -¥10.00. Say why." in words(refused.text)
    closed = post(desk, f"{HOME}close", {**form, "reason": "wrong change"})
    assert closed.location == f"{HOME}days/1?print=1"
    sheet = words(desk.get(closed.location).text)
    assert "Difference -¥10.00" in sheet
    assert "wrong change" in sheet
    assert "This day is closed" in words(desk.get(HOME).text)


def test_a_manager_reopens_a_day_and_says_why(sign_in: SignIn, store: Any) -> None:
    manager = sign_in("manager", store.id)
    form = {"store_id": 1, "counted": "0", "key": "close-2"}
    assert post(manager, f"{HOME}close", form).status_code == 302
    assert post(manager, f"{HOME}days/1/reopen", {"reason": " "}).status_code == 422
    assert post(manager, f"{HOME}days/1/reopen", {"reason": "one more"}).status_code == 302
    api.db.session.rollback()
    assert api.db.session.query(Day).one().state == "reopened"
    desk = sign_in("front_desk", store.id)
    assert post(desk, f"{HOME}days/1/reopen", {"reason": "x"}).status_code == 403


def test_shifts_cash_and_late_entries_are_made_on_the_same_page(
    sign_in: SignIn, store: Any
) -> None:
    desk = sign_in("manager", store.id)
    move = {"store_id": 1, "kind": "float", "amount": "500", "key": "m"}
    assert post(desk, f"{HOME}cash", move).status_code == 302
    assert cash_expected(1) == 50_000
    shift = {"store_id": 1, "counted": "500", "key": "s", "note": "gel is out"}
    given = post(desk, f"{HOME}shift", shift)
    assert "gel is out" in words(desk.get(given.location).text)
    yesterday = (today_of(1) - dt.timedelta(days=1)).isoformat()
    late = {"store_id": 1, "day": yesterday, "reason": "no power", "key": "l"}
    assert post(desk, f"{HOME}late", late).status_code == 302
    api.db.session.rollback()
    assert api.db.session.query(Bill).one().late
    assert api.db.session.query(Shift).one().difference_fen == 0


def test_every_report_opens_and_is_exported(sign_in: SignIn, store: Any) -> None:
    owner = sign_in("owner")
    anna = join().id
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110, "剪发"), staff_id=add_staff("Ada", store).id)
    pay(bill_id, balance(50), Tender("wechat", 6_000))
    for key, seen in (
        ("receipts", "¥500.00"),
        ("net", "¥610.00"),
        ("consumption", "剪发"),
        ("unearned", "¥454.55"),
        ("performance", "Ada"),
        ("across", "There is nothing in these days."),
        ("fraud", "There is nothing in these days."),
    ):
        page = owner.get(f"{REPORTS}{key}")
        assert page.status_code == 200
        assert seen in words(page.text), key
    sheet = owner.get(f"{REPORTS}receipts/receipts.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.data)).worksheets[0].values)
    assert rows[1][1] == "福田店"
    assert 500 in rows[1]
    assert "福田店" in owner.get(f"{REPORTS}net/net.csv").text
    assert owner.get(f"{REPORTS}none").status_code == 404
    assert owner.get(f"{REPORTS}net?from=soon").status_code == 422


def test_a_front_desk_sees_no_reports_and_a_manager_only_her_store(
    sign_in: SignIn, store: Any
) -> None:
    other = add_store("南山店")
    top_up(join(store=other.id).id, 500, 50, store_id=other.id)
    manager = sign_in("manager", store.id)
    assert "¥500.00" not in words(manager.get(f"{REPORTS}receipts").text)
    assert manager.get(f"{REPORTS}receipts?store={other.id}").status_code == 404
    assert manager.get(f"{REPORTS}fraud").status_code == 404
    desk = sign_in("front_desk", store.id)
    assert desk.get(f"{REPORTS}receipts").status_code == 403


def test_the_tie_out_page_is_green_and_the_home_page_shows_the_day(
    sign_in: SignIn, store: Any
) -> None:
    owner = sign_in("owner")
    top_up(join().id, 500, 50)
    page = words(owner.get("/console/cashier/tie_out/").text)
    assert "Orders, ledger and reports agree to the fen" in page
    assert "¥500.00" in page
    assert "Net received today ¥500.00" in words(owner.get("/console/").text)
    assert "This month is not over." in words(owner.get("/console/cashier/periods/").text)


def test_reports_tell_what_was_so_at_a_moment_in_the_past(store: Any) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100))
    pay(bill_id, cash(100))
    moment = api.now()
    undo_settlement(bill_id, "mistake")
    then = Span(today().first, today().last, None, moment)
    assert sum(row.fen for row in receipts(then)) == 10_000
    assert receipts(today()) == []


def test_list_price_and_discount_of_a_past_moment_stay_when_a_bill_is_changed_afterwards(
    store: Any,
) -> None:
    bill_id = bill_of()
    line = add_to(bill_id, service_for(100))
    change_price(line, 8_000, "neighbour")
    pay(bill_id, cash(80))
    first = api.now()
    undo_settlement(bill_id, "forgot something")
    remove_line(line)
    add_to(bill_id, service_for(300))
    pay(bill_id, cash(300))
    second = api.now()
    with api.at_moment(api.now() + dt.timedelta(seconds=1)):
        line_id = api.db.session.scalar(
            sa.select(Line.id).where(Line.bill_id == bill_id, Line.removed_at.is_(None))
        )
        refund_lines(bill_id, [Wanted(line_id or 0, 5_000)], reason="unhappy", key="back")
    one = today()
    for moment, expected in (
        (first, (10_000, 2_000, 8_000, 8_000, 0)),
        (second, (30_000, 0, 30_000, 30_000, 0)),
        (None, (30_000, 0, 30_000, 30_000, -5_000)),
    ):
        (row,) = net(replace(one, as_of=moment))
        figures = (row.list_fen, row.discount_fen, row.due_fen, row.booked_fen)
        assert (*figures, row.booked_back_fen) == expected
        assert row.gap_fen == 0


def test_the_fraud_sheet_shows_each_reopening_of_a_bill_and_of_a_day(store: Any) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100), staff_id=add_staff("Ada", store).id)
    for reason in ("first", "second"):
        pay(bill_id, cash(100))
        undo_settlement(bill_id, reason)
    pay(bill_id, cash(100))
    for at, counted in enumerate((9_000, 10_000)):
        day = close_day(1, today_of(1), counted_fen=counted, key=f"close-{at}", reason="short")
        reopen_day(day.id, f"again {at}")
    odd = [(one.kind, one.fen, one.reason) for one in oddities(today())]
    assert [one for one in odd if one[0] == "reopened"] == [
        ("reopened", 10_000, "second"),
        ("reopened", 10_000, "first"),
    ]
    assert [one for one in odd if one[0] in ("day", "cash")] == [
        ("day", 10_000, "again 1"),
        ("day", 10_000, "again 0"),
        ("cash", -1_000, "short"),
    ]


def test_a_bill_that_is_reopened_on_a_later_day_is_odd_on_that_day(store: Any) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100), staff_id=add_staff("Ada", store).id)
    pay(bill_id, cash(100))
    day = close_day(1, today_of(1), counted_fen=10_000, key="close")
    with api.at_moment(api.now() + dt.timedelta(days=1)):
        reopen_day(day.id, "a mistake")
        undo_settlement(bill_id, "mistake")
        assert [one.reason for one in oddities(today())] == ["mistake"]
        assert write_sheet(1, today_of(1))["counts"]["reopened"] == 1


def test_what_was_topped_up_past_the_till_and_refunded_is_no_receipt(store: Any) -> None:
    anna = join().id
    quote = quote_recharge(anna, 50_000, store_id=store.id)
    paid = ledger.Tender(ledger.salon("bank", store.id), 50_000, "past:paid")
    entry = ledger.Entry(key="past", code="top_up", store_id=store.id)
    api.unit(sell_recharge)(entry, quote, [paid])
    alone_up_to(1_000)
    pay_out(agree(sheet_for(anna)))
    assert sorted((row.account, row.fen) for row in receipts(today())) == [
        ("bank", -50_000),
        ("bank", 50_000),
    ]
    assert tie_out(whole_book()).differences == []


def test_a_card_of_one_store_that_is_used_in_others_is_settled_between_them(store: Any) -> None:
    """Sold 100 at B, used 20 there and 30 at C: B pays 80, C gets 30, and C gets 30 from B."""
    third = add_store("南山店")
    anna = join().id
    bill_id = bill_of(anna, store.id)
    add_top_up(bill_id, 100)
    pay(bill_id, cash(100))
    for place, yuan in ((store.id, 20), (third.id, 30)):
        bill_id = bill_of(anna, place)
        add_to(bill_id, service_for(yuan))
        pay(bill_id, balance(yuan))
    due = {one.store_id: one.pays_fen for one in due_to_headquarters(today())}
    assert due == {store.id: 8_000, third.id: -3_000}
    pairs = crossings(today())
    assert [(one.home_id, one.server_id, one.principal_fen) for one in pairs] == [
        (store.id, third.id, 3_000)
    ]
    assert balances(pairs, with_bonus=False) == {store.id: -3_000, third.id: 3_000}


def test_refunds_in_another_store_stand_between_stores_and_both_ways_agree(
    sign_in: SignIn, store: Any
) -> None:
    """Sold 500 in Futian, 30 used and the rest refunded in cash in Nanshan: Futian owes it all."""
    other = add_store("南山店")
    anna = join().id
    top_up(anna, 500, store_id=store.id)
    bill_id = bill_of(anna, other.id)
    add_to(bill_id, service_for(30))
    pay(bill_id, balance(30))
    before = api.now()
    alone_up_to(1_000)
    pay_out(agree(sheet_for(anna, told={"store_id": other.id})))
    (pair,) = crossings(today())
    assert (pair.home_id, pair.server_id) == (store.id, other.id)
    assert (pair.principal_fen, pair.refunded_fen) == (3_000, 47_000)
    assert balances([pair], with_bonus=True) == {store.id: -50_000, other.id: 50_000}
    (then,) = crossings(replace(today(), as_of=before))
    assert (then.principal_fen, then.refunded_fen) == (3_000, 0)
    checks = {one.store_id: one for one in check_principal(today())}
    assert {number: one.gap_fen for number, one in checks.items()} == {store.id: 0, other.id: 0}
    assert (checks[store.id].gets_fen, checks[store.id].grown_fen) == (-50_000, 0)
    page = words(sign_in("owner").get(f"{REPORTS}across").text)
    assert "福田店 ¥500.00 -¥500.00 ¥0.00 ¥0.00 yes" in page


def test_unearned_revenue_opens_moves_and_closes(store: Any) -> None:
    anna = join().id
    top_up(anna, 500, 50)
    with api.at_moment(api.now() + dt.timedelta(days=1)):
        bill_id = bill_of(anna)
        add_to(bill_id, service_for(110))
        pay(bill_id, balance(110))
        rolls = {(roll.unit, roll.product): roll for roll in unearned(today())}
    money = rolls[ledger.CNY, ""]
    assert (money.opening, money.moved["earned"], money.closing) == (50_000, 10_000, 40_000)
    bonus = rolls[ledger.BONUS, ""]
    assert (bonus.opening, bonus.moved["earned"], bonus.closing) == (5_000, 1_000, 4_000)


def test_the_report_says_how_members_agreed_to_what_was_taken(sign_in: SignIn, store: Any) -> None:
    anna = join().id
    top_up(anna, 500, 50)
    for yuan, way in ((55, "code"), (110, "pin"), (33, "staff_only"), (22, "code")):
        bill_id = bill_of(anna)
        add_to(bill_id, service_for(yuan))
        pay(bill_id, balance(yuan), agreed_by=way)
    undo_settlement(bill_id, "mistake")
    found = {one.way: (one.count, one.fen) for one in agreed(today())}
    assert found == {"code": (1, 5_500), "pin": (1, 11_000), "staff_only": (1, 3_300)}
    page = words(sign_in("owner").get(f"{REPORTS}consumption").text)
    assert "to 66.7% of the deductions" in page
    assert "staff only 1 33.3% ¥33.00 16.7%" in page


def test_performers_get_their_share_of_what_was_paid(store: Any) -> None:
    ada, bea = add_staff("Ada", store), add_staff("Bea", store)
    bill_id = bill_of()
    add_to(bill_id, service_for(100), staff_id=ada.id, named=True)
    add_to(bill_id, service_for(60), staff_id=bea.id)
    pay(bill_id, cash(160))
    found = {one.name: (one.money_fen, one.lines, one.named) for one in performance(today())}
    assert found == {"Ada": (10_000, 1, 1), "Bea": (6_000, 1, 0)}


def test_the_fraud_sheet_says_how_much_was_adjusted_and_what_staff_took_past_the_till(
    store: Any,
) -> None:
    anna = join().id
    top_up(anna, 500, 50)
    payload = {"member_id": anna, "principal_fen": -2_000, "bonus_fen": 0, "purse": ""}
    api.unit(ADJUST.apply)({**payload, "reason": "wrong amount", "key": "a", "store_id": 1})
    gift = ledger.Entry(
        key="gift", code="exchange_gift", store_id=1, agreed_by="staff_only", note="comb"
    )
    ledger.earn_points(ledger.Entry(key="task", code="earn_points", store_id=1), anna, 10)
    ledger.spend_points(gift, anna, 10)
    odd = {(one.kind, one.fen, one.reason) for one in oddities(today())}
    assert odd == {("adjusted", -2_000, "wrong amount"), ("staff_only", 0, "comb")}


def test_who_may_see_the_fraud_sheet_of_one_store_sees_no_other_store_in_it(
    sign_in: SignIn, store: Any
) -> None:
    other = add_store("南山店")
    for place in (store, other):
        move_cash(place.id, "float", 50_000, key=f"float:{place.id}")
        reason = f"short at {place.name}"
        hand_over_shift(place.id, counted_fen=49_000, key=f"shift:{place.id}", reason=reason)
    person = add_person("accountant", other.id)
    roles = {"manager": store.id, "accountant": other.id}
    set_roles(person, [RoleInStore(preset_role(role).id, at) for role, at in roles.items()])
    page = words(sign_in(user_id=person).get(f"{REPORTS}fraud").text)
    assert "short at 南山店" in page
    assert "short at 福田店" not in page
