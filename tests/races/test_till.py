"""Races at the till: one balance, one held bill, one form; exactly what fits succeeds."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Bill, Settlement, hold_bill, resume_bill
from plugins.cashier.services.byhand import give_free
from plugins.cashier.services.settling import OWING_MOST
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.people import add_person
from tests.support.salon import add_store
from tests.support.till import (
    add_to,
    balance,
    bill_of,
    cash,
    new_key,
    pay,
    service_for,
    top_up,
)

THREADS, FEW = 50, 8


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    member_id = int(join().id)
    top_up(member_id, 200)
    return member_id


def settled() -> int:
    api.db.session.rollback()
    return api.db.session.query(Settlement).count()


def refusals(found: list[Any]) -> list[type[BaseException]]:
    return [type(one) for one in found if isinstance(one, BaseException)]


def test_one_balance_pays_one_of_two_bills(app: Flask, anna: int) -> None:
    bills = [bill_of(anna) for _ in range(2)]
    service = service_for(150)
    for bill_id in bills:
        add_to(bill_id, service)
    keys = [new_key() for _ in range(THREADS)]
    found = at_once(app, THREADS, lambda n: pay(bills[n % 2], balance(150), key=keys[n]).id)
    refused = refusals(found)
    assert len(refused) == THREADS - 1
    assert all(issubclass(each, api.Refused) for each in refused)
    assert left(anna) == (5_000, 0)
    assert verify().findings == {}


def test_a_held_bill_is_resumed_by_one_till(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    hold_bill(bill_id, "12")
    found = at_once(app, THREADS, lambda _n: resume_bill(bill_id).id)
    assert refusals(found) == [api.Conflict] * (THREADS - 1)


def test_a_bill_is_settled_by_one_of_several_tills(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    keys = [new_key() for _ in range(THREADS)]
    found = at_once(app, THREADS, lambda n: pay(bill_id, cash(100), key=keys[n]).id)
    assert refusals(found) == [api.Conflict] * (THREADS - 1)
    assert book(ledger.salon("revenue", 1)) == 10_000


def test_the_same_form_sent_by_many_threads_settles_once_and_answers_all(
    app: Flask, anna: int
) -> None:
    bill_id, key = bill_of(anna), new_key()
    add_to(bill_id, service_for(100))
    found = at_once(app, THREADS, lambda _n: pay(bill_id, cash(100), key=key).id)
    assert refusals(found) == []
    assert len(set(found)) == 1
    assert book(ledger.salon("revenue", 1)) == 10_000


def test_the_same_form_opens_one_bill(app: Flask, anna: int) -> None:
    found = at_once(app, THREADS, lambda _n: bill_of(anna, key="one"))
    assert len(set(found)) == 1


def test_every_bill_of_a_day_has_a_number_of_its_own(app: Flask, anna: int) -> None:
    at_once(app, FEW, lambda n: bill_of(anna, key=f"bill {n}"))
    numbers = [bill.number for bill in api.db.session.query(Bill)]
    assert len(set(numbers)) == len(numbers)


def test_without_the_lock_every_till_would_resume_the_bill(app: Flask, anna: int) -> None:
    """The control: each looks first and acts later, and each believes that the bill is hers."""
    bill_id = bill_of(anna)
    hold_bill(bill_id, "12")
    meeting = threading.Barrier(FEW)

    def act(_number: int) -> bool:
        state = api.db.session.scalar(sa.select(Bill.state).where(Bill.id == bill_id))
        api.db.session.rollback()
        meeting.wait()
        _resume_as_seen(bill_id)
        return state == "held"

    assert at_once(app, FEW, act) == [True] * FEW


def owed(member_id: int) -> int:
    api.db.session.rollback()
    return -int(ledger.standings([member_id], ["owing"])[member_id]["owing"])


def test_fifty_bills_at_once_never_pass_what_a_member_may_owe(app: Flask, anna: int) -> None:
    bills, service = [bill_of(anna) for _ in range(THREADS)], service_for(400)
    for bill_id in bills:
        add_to(bill_id, service)
    found = at_once(app, THREADS, lambda n: pay(bills[n], agreed_by=None).id)
    assert refusals(found) == [api.Refused] * (THREADS - 2)
    assert owed(anna) == 80_000


def test_fifty_gifts_at_once_never_pass_what_one_person_may_give(app: Flask, anna: int) -> None:
    lines, service = [], service_for(200)
    for _ in range(THREADS):
        lines.append(add_to(bill_of(anna), service))
    giver = api.Actor(add_person("manager", 1))

    def act(number: int) -> int:
        with api.acting_as(giver):
            return give_free(lines[number], "for her birthday").id

    assert refusals(at_once(app, THREADS, act)) == [api.Refused] * (THREADS - 2)


def test_without_the_lock_every_bill_would_find_room_below_a_limit(app: Flask, anna: int) -> None:
    """The control of both: each adds up what there is, and each finds room for all she wants."""
    meeting = threading.Barrier(FEW)

    def act(number: int) -> bool:
        fits = owed(anna) + 90_000 <= OWING_MOST.get()
        api.db.session.rollback()
        meeting.wait()
        _owe_as_seen(anna, f"debt {number}")
        return fits

    assert at_once(app, FEW, act) == [True] * FEW
    assert owed(anna) == FEW * 90_000


@api.unit
def _owe_as_seen(member_id: int, key: str) -> None:
    sides = ledger.held("owing", member_id), ledger.salon("revenue", 1)
    entry = ledger.Entry(key=key, code="sale", store_id=1)
    ledger.post(entry, [ledger.Move(*sides, 90_000)])


@api.unit
def _resume_as_seen(bill_id: int) -> None:
    api.db.session.execute(sa.update(Bill).where(Bill.id == bill_id).values(state="open"))
