"""Races for a bill that waits for the member's phone: one answer, one settlement of it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import Bill, Confirmation, Settlement, settle
from plugins.cashier.services.confirm_asking import answer_confirmation, ask_on_phone, state_of
from plugins.cashier.services.confirming import CONFIRM
from plugins.ledger.services.verifying import verify
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, new_key, service_for, top_up

CROWD, FEW = 50, 8
TENDERS = [balance(150)]


@pytest.fixture
def anna(app: Flask) -> int:
    store = add_store("福田店")
    api.unit(lambda: CONFIRM.put("always", store.id))()
    number = int(join().id)
    top_up(number, 500)
    return number


@pytest.fixture
def bill_id(anna: int) -> int:
    number = bill_of(anna)
    add_to(number, service_for(150))
    return number


@pytest.fixture
def question(bill_id: int) -> int:
    return ask_on_phone(bill_id, TENDERS, key=new_key()).id


def refusals(found: list[Any]) -> list[BaseException]:
    return [one for one in found if isinstance(one, BaseException)]


def answer_of(question: int) -> Confirmation:
    api.db.session.rollback()
    return api.db.session.get_one(Confirmation, question, populate_existing=True)


def settlements() -> list[int]:
    api.db.session.rollback()
    return list(api.db.session.scalars(sa.select(Settlement.bill_id)))


def test_fifty_confirmations_at_once_settle_a_bill_once(
    app: Flask, anna: int, bill_id: int, question: int
) -> None:
    """Each tap is followed by a till that goes on; whoever comes late hears that it is settled."""

    def confirm_and_go_on(number: int) -> int:
        answer_confirmation(question, anna, confirmed=True)
        return settle(bill_id, TENDERS, key=f"go on {number}", agreed_by="phone").id

    before = settlements()
    found = at_once(app, CROWD, confirm_and_go_on)
    assert [type(one) for one in refusals(found)] == [api.Conflict] * (CROWD - 1)
    assert settlements() == [*before, bill_id]
    assert answer_of(question).settlement_id in found
    assert left(anna) == (35_000, 0)
    assert verify().findings == {}


def test_of_fifty_who_confirm_and_refuse_at_once_the_first_answer_stands(
    app: Flask, anna: int, bill_id: int, question: int
) -> None:
    def answer_and_go_on(number: int) -> int:
        answer_confirmation(question, anna, confirmed=number % 2 == 0)
        return settle(bill_id, TENDERS, key=f"go on {number}", agreed_by="phone").id

    before = settlements()
    found = at_once(app, CROWD, answer_and_go_on)
    confirmed = answer_of(question).state == "confirmed"
    assert all(isinstance(one, api.Refused) and one.status == 409 for one in refusals(found))
    assert settlements() == [*before, *([bill_id] if confirmed else [])]
    assert left(anna) == ((35_000, 0) if confirmed else (50_000, 0))
    assert verify().findings == {}


def test_without_the_lock_every_confirmation_would_settle_the_bill(
    app: Flask, anna: int, bill_id: int, question: int
) -> None:
    """The control: each looks first and acts later, and each finds a bill that waits for her."""
    meeting = threading.Barrier(FEW)

    def act(_number: int) -> bool:
        asked = api.db.session.get_one(Confirmation, question)
        waits = state_of(asked, api.db.session.get_one(Bill, bill_id)) == "asked"
        api.db.session.rollback()
        meeting.wait()
        _confirm_as_seen(question, bill_id)
        return waits

    before = settlements()
    assert at_once(app, FEW, act) == [True] * FEW
    assert len(settlements()) == len(before) + FEW


@api.unit
def _confirm_as_seen(question: int, bill_id: int) -> None:
    change = sa.update(Confirmation).where(Confirmation.id == question)
    api.db.session.execute(change.values(state="confirmed", answered_at=api.now()))
    last = sa.select(sa.func.max(Settlement.number)).where(Settlement.bill_id == bill_id)
    number = (api.db.session.scalar(last) or 0) + 1
    api.db.session.add(
        Settlement(
            bill_id=bill_id,
            number=number,
            key=new_key(),
            request_hash="",
            booked_on=api.today("Asia/Shanghai"),
            settled_at=api.now(),
            paid_fen=15_000,
            owing_fen=0,
        )
    )
