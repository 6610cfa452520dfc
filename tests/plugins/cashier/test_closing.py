"""Closing: the drawer by the books, shifts, days that are locked, late entries, locked months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.approval import Approval
from console.approval import agree as approve
from console.inbox import Notice
from plugins.cashier.hookspecs import cashier_day_closed
from plugins.cashier.models import Bill, CashMove, Day, Settlement
from plugins.cashier.services.closing.days import close_day, remind_of_days, reopen_day
from plugins.cashier.services.closing.drawer import cash_expected, move_cash
from plugins.cashier.services.closing.late import open_late_bill
from plugins.cashier.services.closing.periods import lock_month, unlock_month
from plugins.cashier.services.closing.shifts import hand_over_shift
from plugins.cashier.services.days import closed_through
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.performers import Share, put_performers
from plugins.cashier.services.refunding.cases import refund_lines
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.voiding import undo_settlement, void_bill
from plugins.ledger import api as ledger
from plugins.ledger.hookspecs import ledger_book_day
from plugins.ledger.services.seals import seal
from plugins.membership.services.points.moving import adjust_points
from tests.support.ledger import balance as book
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, add_person, post
from tests.support.salon import add_staff, add_store
from tests.support.till import add_to, balance, bill_of, cash, new_key, pay, service_for, top_up

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("in_english")]
A_DAY = dt.timedelta(days=1)
LATE_PAGE = "/console/cashier/closing/late"


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[Any]:
    with api.speaking("en"):
        yield add_store("福田店")


def ada() -> Any:
    """Add somebody who works in the store."""
    return add_staff("Ada", api.db.session.get_one(api.Store, 1))


def served(yuan: int = 128, *, by: Any = None) -> tuple[int, int]:
    """Settle a walk-in's bill in cash and return the bill and its line."""
    bill_id = bill_of()
    line = add_to(bill_id, service_for(yuan), staff_id=(by or ada()).id)
    pay(bill_id, cash(yuan))
    return bill_id, line


def close(day: dt.date | None = None, **more: Any) -> Day:
    """Close a day with just the cash that the books expect, unless told otherwise."""
    day = day or today_of(1)
    more.setdefault("counted_fen", cash_expected(1, day))
    return close_day(1, day, key=more.pop("key", new_key()), **more)


def test_the_seal_of_the_books_is_on_the_sheet_and_in_the_notice(sign_in: SignIn) -> None:
    assert close().sheet["seal"] is None
    served(128)
    seal(b"key")
    with api.at_moment(api.now() + A_DAY):
        day = close()
        kept = day.sheet["seal"]
        other = {**kept, "digest": "0" * 64}
        notice = api.db.session.scalars(sa.select(Notice).order_by(Notice.id.desc())).first()
        assert notice is not None
        assert f"Seal 1: {kept['short']}" in api.thaw(notice.body)
        assert kept["digest"].startswith(kept["short"].replace(" ", ""))
        page = f"/console/cashier/closing/days/{day.id}"
        boss = sign_in("owner")
        shown = boss.get(page).text
        with api.speaking("zh_Hans_CN"):
            warning = api.gettext("The books have another seal now")
        assert kept["digest"] in shown
        assert warning not in shown
        api.unit(lambda: setattr(day, "sheet", {**day.sheet, "seal": other}))()
        assert warning in boss.get(page).text


def test_the_drawer_holds_what_the_books_say() -> None:
    served(128)
    top_up(join().id, 500, 50)
    assert cash_expected(1) == 62_800
    move_cash(1, "float", 30_000, key="f")
    move_cash(1, "float", 30_000, key="f")
    move_cash(1, "bank", 10_000, key="b")
    assert cash_expected(1) == 82_800
    with pytest.raises(api.Refused, match="not so much cash"):
        move_cash(1, "bank", 82_801, key="c")


def test_a_closed_day_books_its_difference_and_takes_out_what_lies_above_the_float(
    announced: Any,
) -> None:
    served(1_286)
    day = close(counted_fen=127_600, reason="wrong change")
    assert (day.expected_fen, day.difference_fen, day.taken_fen) == (128_600, -1_000, 77_600)
    assert book(ledger.salon("over_short", 1)) == -1_000
    assert cash_expected(1) == 50_000
    assert day.sheet["net_fen"] == 128_600
    assert day.sheet["cash"]["left_fen"] == 50_000
    notice = api.db.session.query(Notice).one()
    assert notice.url.endswith(f"/days/{day.id}")
    assert announced(cashier_day_closed) == [{"store_id": 1, "day_on": day.day_on.isoformat()}]


def test_a_difference_needs_a_reason() -> None:
    served()
    with pytest.raises(api.Refused, match=r"differs by -¥0\.01"):
        close(counted_fen=12_799)
    assert closed_through(1) is None


def test_the_same_form_closes_a_day_once() -> None:
    served()
    first, again = close(key="form"), close(key="form", counted_fen=0)
    assert (first.id, first.times) == (again.id, 1)
    with pytest.raises(api.Refused, match="closed"):
        close(key="another")


def test_open_bills_and_lines_without_performer_are_shown_before_a_day_is_closed() -> None:
    bill_of()
    bill_id = bill_of()
    line = add_to(bill_id, service_for(50), staff_id=ada().id)
    pay(bill_id, cash(50))
    put_performers(line, [])
    with pytest.raises(api.Refused, match="not finished"):
        close()
    assert close(anyway=True).sheet["unfinished"] == 2


def test_an_unfinished_day_leads_to_its_open_bills_before_the_cash_is_counted(
    sign_in: SignIn,
) -> None:
    open_bill = bill_of()
    add_to(open_bill, service_for(50), staff_id=ada().id)
    desk = sign_in("front_desk", 1)
    page = desk.get("/console/cashier/closing/").text
    number = api.db.session.get_one(Bill, open_bill).number
    assert f'<a href="/console/cashier/till/{open_bill}">{number}</a>' in page
    assert " autofocus" not in page.split('id="counted"')[1].split(">")[0]
    assert number in desk.get(f"/console/cashier/till/{open_bill}").text


def test_what_stands_in_a_closed_day_stays() -> None:
    bill_id, line = served(by=ada())
    close()
    with pytest.raises(api.Refused, match="closed"):
        undo_settlement(bill_id, "mistake")
    with pytest.raises(api.Refused, match="closed"):
        put_performers(line, [Share(1)])


def test_a_guest_after_the_day_was_closed_is_booked_in_the_next_one() -> None:
    served()
    close()
    bill_id, _line = served(99)
    bill = api.db.session.get_one(Bill, bill_id)
    assert bill.business_on == today_of(1)
    assert bill.booked_on == today_of(1) + A_DAY
    assert cash_expected(1, today_of(1)) == 12_800
    with api.at_moment(api.now() + A_DAY):
        assert close().sheet["net_fen"] == 9_900


def test_performers_may_be_mended_until_the_day_is_closed() -> None:
    who = ada()
    _bill, line = served(by=who)
    with api.at_moment(api.now() + A_DAY):
        put_performers(line, [Share(who.id, 1000, named=True)])
        close(today_of(1) - A_DAY)
        with pytest.raises(api.Refused, match="closed"):
            put_performers(line, [Share(who.id)])


def test_a_reopened_day_may_be_changed_and_closed_anew() -> None:
    bill_id, _line = served(1_000)
    day = close()
    with api.at_moment(api.now() + A_DAY):
        reopen_day(day.id, "wrong kind of payment")
        assert cash_expected(1) == 100_000
        undo_settlement(bill_id, "paid by card")
        again = close(today_of(1) - A_DAY, anyway=True)
    assert (again.id, again.times, again.sheet["net_fen"]) == (day.id, 2, 0)
    assert [move.kind for move in api.db.session.query(CashMove)] == ["bank", "back"]


def test_only_the_last_closed_day_is_reopened() -> None:
    served()
    day = close()
    with api.at_moment(api.now() + A_DAY):
        close()
        with pytest.raises(api.Refused, match="later day"):
            reopen_day(day.id, "why not")


def test_a_shift_is_handed_over_with_the_cash_that_was_counted() -> None:
    served(500)
    first = hand_over_shift(1, counted_fen=49_500, key="s1", reason="short")
    served(100)
    second = hand_over_shift(1, counted_fen=59_500, key="s2")
    assert [first.difference_fen, second.difference_fen] == [-500, 0]
    (row,) = second.sheet["shift"]
    assert (row["came_fen"], row["refunded_fen"], row["fen"]) == (10_000, 0, 10_000)
    assert close().difference_fen == 0


def test_a_shift_is_taken_over_by_somebody_who_may_hold_the_drawer(sign_in: SignIn) -> None:
    desk = sign_in("front_desk", 1)
    form = {"store_id": 1, "counted": "0", "key": "shift"}
    for nobody in ("99999", str(add_person("technician", 1))):
        refused = post(desk, "/console/cashier/closing/shift", {**form, "to_user": nobody})
        assert refused.status_code == 422
        assert "请选择接班人。" in refused.text


def test_cash_moved_after_the_day_was_closed_is_on_the_sheet_of_the_next_one() -> None:
    today = close().day_on
    move_cash(1, "float", 5_000, key="change")
    with api.at_moment(api.now() + A_DAY):
        assert cash_expected(1, today) == 0
        sheet = close().sheet
        assert [one["fen"] for one in sheet["cash_moves"] if one["kind"] == "float"] == [5_000]
        assert sheet["cash"]["expected_fen"] == 5_000


def test_a_shift_sheet_shows_what_was_refunded_and_how_the_cash_comes_about(
    sign_in: SignIn,
) -> None:
    move_cash(1, "float", 20_000, key="float")
    old, line = served(300)
    hand_over_shift(1, counted_fen=49_500, key="s1", reason="short")
    served(100)
    refund_lines(old, [Wanted(line, 12_000)], reason="unhappy", key="back")
    undone = bill_of()
    add_to(undone, service_for(50))
    pay(undone, cash(50))
    undo_settlement(undone, "mistake")
    shift = hand_over_shift(1, counted_fen=47_500, key="s2")
    (row,) = shift.sheet["shift"]
    assert (row["came_fen"], row["refunded_fen"], row["fen"]) == (10_000, -12_000, -2_000)
    drawer = shift.sheet["drawer"]
    assert drawer == {
        "began_fen": 49_500,
        "came_fen": 10_000,
        "refunded_fen": -12_000,
        "moved_fen": 0,
        "counted_fen": 0,
        "expected_fen": 47_500,
    }
    page = words(sign_in("manager", 1).get(f"/console/cashier/closing/shifts/{shift.id}").text)
    assert "Cash ¥100.00 -¥120.00 -¥20.00" in page
    assert "上次交班时 ¥495.00" in page
    day = close(anyway=True).sheet["drawer"]
    assert (day["began_fen"], day["moved_fen"], day["counted_fen"]) == (0, 20_000, -500)
    assert (day["came_fen"], day["refunded_fen"], day["expected_fen"]) == (40_000, -12_000, 47_500)


def test_a_bill_of_an_older_day_is_void_on_the_sheet_of_the_day_it_was_made_void() -> None:
    with api.at_moment(api.now() - A_DAY):
        old = bill_of()
        close(anyway=True)
    void_bill(old, "guest left")
    sheet = close().sheet
    assert sheet["counts"]["void"] == 1
    late = bill_of()
    void_bill(late, "after closing")
    with api.at_moment(api.now() + A_DAY):
        assert close().sheet["counts"]["void"] == 1


def test_a_store_is_reminded_of_a_day_that_was_not_closed() -> None:
    served()
    remind_of_days()
    assert api.db.session.query(Notice).count() == 0
    with api.at_moment(api.now() + A_DAY):
        remind_of_days()
        remind_of_days()
        notice = api.db.session.query(Notice).one()
        assert not notice.done_at
        close(today_of(1) - A_DAY)
        api.db.session.expire_all()
        assert notice.done_at


def test_a_late_entry_keeps_the_day_of_the_service_and_of_the_books() -> None:
    yesterday = today_of(1) - A_DAY
    early = open_late_bill(1, yesterday, "the network was down", key="l1").id
    add_to(early, service_for(60))
    pay(early, cash(60))
    close(yesterday, anyway=True)
    late = open_late_bill(1, yesterday, "found a slip", key="l2").id
    add_to(late, service_for(70))
    pay(late, cash(70))
    rows = api.db.session.query(Settlement).order_by(Settlement.id)
    assert [row.booked_on for row in rows] == [yesterday, today_of(1)]
    bills = [api.db.session.get_one(Bill, number) for number in (early, late)]
    assert [(bill.business_on, bill.late) for bill in bills] == [(yesterday, True)] * 2
    with pytest.raises(api.Refused, match="past day"):
        open_late_bill(1, today_of(1), "no", key="l3")


@pytest.mark.any_engine
def test_the_key_of_a_bill_of_today_opens_no_late_entry() -> None:
    bill_id = bill_of(key="today")
    add_to(bill_id, service_for(100))
    with pytest.raises(api.Conflict):
        open_late_bill(1, today_of(1) - A_DAY, "forgotten", key="today")
    bill = api.db.session.get_one(Bill, bill_id, populate_existing=True)
    assert (bill.late, bill.business_on) == (False, today_of(1))


def test_who_may_not_enter_late_asks_a_second_person(sign_in: SignIn) -> None:
    yesterday = today_of(1) - A_DAY
    desk = sign_in("front_desk", 1)
    sent = {"store_id": "1", "day": yesterday.isoformat(), "key": "l1"}
    assert post(desk, LATE_PAGE, {**sent, "reason": ""}).status_code == 422
    for _twice in range(2):
        post(desk, LATE_PAGE, {**sent, "reason": "found a slip"})
    asked = api.db.session.query(Approval).all()
    assert {(one.kind, one.state) for one in asked} == {("cashier.late_bill", "waiting")}
    assert api.db.session.query(Bill).count() == 0
    manager = api.Actor(add_person("manager", 1), "manager")
    with api.acting_as(manager):
        for one in asked:
            approve(one.id)
    bill = api.db.session.query(Bill).one()
    assert (bill.late, bill.business_on, bill.state) == (True, yesterday, "open")
    assert bill.note == "found a slip"
    add_to(bill.id, service_for(60))
    pay(bill.id, cash(60))
    assert api.db.session.query(Settlement).one().booked_on == yesterday


def test_a_locked_month_is_closed_and_does_not_change() -> None:
    served()
    month = today_of(1).replace(day=1)
    with pytest.raises(api.Refused, match="not over"):
        lock_month(month)
    with api.at_moment(api.now() + 40 * A_DAY):
        with pytest.raises(api.Refused, match="Close these days first: 福田店"):
            lock_month(month)
        day = close(today_of(1) - 40 * A_DAY)
        lock_month(month)
        with pytest.raises(api.Refused, match="locked"):
            reopen_day(day.id, "one more")
        with pytest.raises(api.Refused, match="Say why"):
            unlock_month(month, " ")
        unlock_month(month, "the accountant asked")
        reopen_day(day.id, "one more")


def test_balance_and_sessions_are_on_the_sheet_beside_the_money() -> None:
    anna = join().id
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110), staff_id=ada().id)
    pay(bill_id, balance(110))
    sheet = close().sheet
    assert (sheet["net_fen"], sheet["balance_fen"]) == (50_000, 11_000)
    assert (sheet["principal_fen"], sheet["bonus_fen"]) == (10_000, 1_000)


def test_money_past_the_till_goes_into_the_next_open_day_once_today_is_closed() -> None:
    today, member = today_of(1), join()
    close(today)
    before = cash_expected(1, today)
    amount = ledger.Move(ledger.salon("cash", 1), ledger.salon("revenue", 1), 2_000)
    posted = ledger.post(ledger.Entry(key="late", code="sale", store_id=1), [amount])
    journal = api.db.session.get_one(ledger.Journal, posted.journal_id)
    assert journal.business_on == today + A_DAY
    assert cash_expected(1, today) == before
    assert api.first_answer(ledger_book_day, store_id=1, day=today) == today + A_DAY
    assert api.first_answer(ledger_book_day, store_id=None, day=today) == today
    adjust_points(member.id, 10, reason="late", key="late-points-of-hers")
    told = sa.select(ledger.Journal).where(ledger.Journal.code == "adjust_points")
    assert api.db.session.scalars(told).one().business_on == today + A_DAY
