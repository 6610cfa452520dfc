"""A further confirmation on the member's phone: when it is wanted, and what serves for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.cashier.api import (
    Bill,
    Confirmation,
    Proof,
    ProvenPin,
    Settlement,
    scan_member,
    settle,
)
from plugins.cashier.objection_listeners import membership_card_asks
from plugins.cashier.services.confirm_asking import (
    answer_confirmation,
    ask_on_phone,
    override_confirmation,
    questions_to,
    state_of,
    withdraw_confirmation,
)
from plugins.cashier.services.confirming import ABOVE, CONFIRM, EQUAL
from plugins.ledger.api import Journal
from plugins.membership.api import show_code
from plugins.messages.models import Message
from tests.support.cards import refused
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import later
from tests.support.pages import words
from tests.support.people import SignIn, add_person, post
from tests.support.phones import phone_of
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, cash, new_key, service_for, top_up

TENDERS = [balance(110)]


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    number = int(join().id)
    top_up(number, 500, 50)
    return number


@pytest.fixture
def manager(anna: int) -> api.Actor:
    """Somebody who may let a member owe; to be asked for before the bill is opened."""
    return api.Actor(add_person("manager", 1), "Manager")


@pytest.fixture
def bill_id(anna: int) -> Iterator[int]:
    """A service of ¥110 that the front desk put on a bill after it scanned her code."""
    desk = api.Actor(add_person("front_desk", 1), "Desk")
    with api.speaking("en"), api.acting_as(desk):
        number = bill_of()
        scan_member(number, show_code(anna))
        add_to(number, service_for(110, "面部护理"))
        yield number


@api.unit
def want(rule: str, above_fen: int = 50_000, *, equal: bool = True) -> None:
    """Set when the store wants a confirmation."""
    CONFIRM.put(rule, 1)
    ABOVE.put(above_fen, 1)
    EQUAL.put(equal, 1)


def pay(bill_id: int, agreed_by: str | None = None, proof: Proof = "") -> Settlement:
    return settle(bill_id, TENDERS, key=new_key(), agreed_by=agreed_by, proof=proof)


def ask(bill_id: int) -> int:
    return ask_on_phone(bill_id, TENDERS, key=new_key()).id


def fresh(number: int) -> Confirmation:
    api.db.session.rollback()
    return api.db.session.get_one(Confirmation, number, populate_existing=True)


def how(number: int) -> str:
    asked = fresh(number)
    return state_of(asked, api.db.session.get_one(Bill, asked.bill_id, populate_existing=True))


@pytest.mark.any_engine
def test_her_code_alone_settles_a_small_amount_and_her_pin_any(bill_id: int, anna: int) -> None:
    want("above", 11_000)
    pay(bill_id)
    want("always")
    second = bill_of(anna)
    add_to(second, service_for(110))
    pay(second, "pin", ProvenPin(anna))
    assert left(anna) == (30_000, 3_000)


@pytest.mark.any_engine
def test_one_scan_serves_for_one_visit_and_not_for_what_she_owes_weeks_later(
    manager: api.Actor, bill_id: int, anna: int
) -> None:
    with api.acting_as(manager):
        settle(bill_id, [balance(10)], key=new_key())
    settle(bill_id, [balance(20)], key=new_key())
    with later(hours=12):
        with refused("does not count"):
            settle(bill_id, [balance(80)], key=new_key(), agreed_by="code")
        scan_member(bill_id, show_code(anna))
        settle(bill_id, [balance(80)], key=new_key())
    assert left(anna) == (40_000, 4_000)


@pytest.mark.any_engine
def test_a_settlement_that_takes_nothing_proves_no_consent_for_the_next_one(
    manager: api.Actor, bill_id: int, anna: int
) -> None:
    other = bill_of(anna)
    add_to(other, service_for(110))
    with api.acting_as(manager):
        assert settle(other, [cash(10)], key=new_key(), agreed_by="code").agreed_by is None
    with refused("Ask the member for her code"):
        settle(other, [balance(100)], key=new_key())
    assert left(anna) == (50_000, 5_000)


def test_above_the_amount_she_confirms_on_her_phone_and_it_settles_once(
    bill_id: int, anna: int
) -> None:
    want("above", 10_999)
    with refused("has to confirm on her phone"):
        pay(bill_id)
    number = ask(bill_id)
    assert ask(bill_id) == number
    asked = fresh(number)
    assert (asked.value_fen, asked.told["taken"][0]["after_fen"]) == (11_000, 44_000)
    message = api.db.session.query(Message).filter_by(kind="cashier.confirm").one()
    assert message.url == f"/cashier/confirm/{number}"
    with refused("has to confirm on her phone"):
        pay(bill_id, "phone")
    for _ in range(2):
        answer_confirmation(number, anna, confirmed=True)
    settlement = pay(bill_id, "phone")
    assert (fresh(number).settlement_id, how(number)) == (settlement.id, "settled")
    journal = api.db.session.query(Journal).filter_by(code="spend").one()
    assert (journal.agreed_by, left(anna)) == ("phone", (40_000, 4_000))


@pytest.mark.any_engine
def test_a_question_is_answered_once_by_herself_within_five_minutes(
    bill_id: int, anna: int
) -> None:
    want("always")
    number = ask(bill_id)
    with refused("no such question"):
        answer_confirmation(number, anna + 1, confirmed=True)
    answer_confirmation(number, anna, confirmed=False)
    with refused("You refused it"):
        answer_confirmation(number, anna, confirmed=True)
    with refused("has to confirm"):
        pay(bill_id)
    again = ask(bill_id)
    assert [each.id for each in questions_to(anna)] == [again]
    with later(minutes=5):
        assert questions_to(anna) == []
        with refused("within five minutes"):
            answer_confirmation(again, anna, confirmed=True)
        assert ask(bill_id) not in (number, again)


@pytest.mark.any_engine
def test_any_change_of_the_bill_voids_what_she_was_asked_and_what_she_confirmed(
    bill_id: int, anna: int
) -> None:
    want("always")
    asked = ask(bill_id)
    answer_confirmation(asked, anna, confirmed=True)
    add_to(bill_id, service_for(50))
    assert how(asked) == "changed"
    with refused("has to confirm"):
        settle(bill_id, [balance(160)], key=new_key())
    confirmed = ask_on_phone(bill_id, [balance(160)], key=new_key()).id
    answer_confirmation(confirmed, anna, confirmed=True)
    with refused("has to confirm"):
        settle(bill_id, [balance(60)], key=new_key(), agreed_by="phone")


@pytest.mark.any_engine
def test_the_front_desk_withdraws_and_a_manager_settles_without_her_and_says_why(
    bill_id: int, anna: int
) -> None:
    want("always", equal=False)
    number = ask(bill_id)
    withdraw_confirmation(bill_id)
    with refused("withdrew it"):
        answer_confirmation(number, anna, confirmed=True)
    with refused("has to confirm"):
        pay(bill_id, "pin", ProvenPin(anna))
    with refused("may not settle what she did not confirm"):
        override_confirmation(bill_id, TENDERS, "手机没电")
    with api.acting_as(api.Actor()):
        manager = add_person("manager", 1)
    with api.acting_as(api.Actor(manager, "Manager")):
        with refused("Say why"):
            override_confirmation(bill_id, TENDERS, " ")
        decided = override_confirmation(bill_id, TENDERS, "手机没电")
    settlement = pay(bill_id)
    assert fresh(decided.id).settlement_id == settlement.id
    notes = api.db.session.query(AuditEntry).filter_by(act="cashier.settled_unconfirmed")
    assert "手机没电" in notes.one().note


@pytest.mark.any_engine
@pytest.mark.usefixtures("staff_read_english")
def test_the_till_waits_for_her_phone_and_goes_on_when_she_confirmed(
    app: Flask, anna: int, sign_in: SignIn
) -> None:
    want("always")
    desk, phone = sign_in("front_desk", 1), phone_of(app, anna)
    number = bill_of(anna)
    add_to(number, service_for(110, "面部护理"))
    till = f"/console/cashier/till/{number}"
    chosen = {"kind-1": "balance", "amount-1": "110", "key": "s", "due_fen": "11000"}
    assert "Ask on her phone" in words(desk.get(till).text)
    assert post(desk, f"{till}/settle", {**chosen, "agreed_by": "phone"}).status_code == 409
    waiting = post(desk, f"{till}/confirm", chosen)
    assert "Waiting for her phone" in words(waiting.text)
    assert desk.get(f"{till}/waiting?question=1").status_code == 204
    assert [each.url for each in membership_card_asks(anna) or ()] == ["/cashier/confirm/1"]
    page = words(phone.get("/cashier/confirm/1", headers={"Accept-Language": "en"}).text)
    assert "面部护理" in page
    assert "¥440.00" in page
    assert "settles the bill now" in words(phone.post("/cashier/confirm/1/yes").text)
    assert "data-go-on" in desk.get(f"{till}/waiting?question=1").text
    for _ in range(2):
        assert post(desk, f"{till}/settle", {**chosen, "agreed_by": "phone"}).status_code == 302
    assert left(anna) == (40_000, 4_000)
    assert "on her phone" in words(desk.get(f"/console/cashier/bills/{number}/").text)
    assert (
        phone_of(app, int(join("Bea", phone=None).id)).get("/cashier/confirm/1").status_code == 404
    )
