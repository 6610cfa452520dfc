"""Objections to what was taken from balance and points, signatures, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.inbox import Notice
from plugins.cashier.api import (
    Bill,
    Objection,
    Signature,
    cashier_find_deduction,
    lines_under_objection,
    object_to,
    undo_settlement,
)
from plugins.cashier.services.objecting import answer_objection, find_deduction, is_unchanged
from plugins.cashier.services.reports.performance import performance
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.signing import Signed, keep_signature, read_picture
from plugins.ledger.api import Journal
from plugins.membership.hookspecs import membership_member_erasing, membership_movement_notes
from plugins.membership.services.copying import parts_of
from plugins.messages.api import Message
from tests.support.cards import refused
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, add_person, post
from tests.support.phones import phone_of
from tests.support.refunds import alone_up_to
from tests.support.salon import add_service, add_staff, add_store
from tests.support.till import DRAWN, add_to, balance, bill_of, new_key, pay, service_for, top_up

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]


@pytest.fixture
def anna(app: Flask) -> Iterator[int]:
    store = add_store("福田店")
    alone_up_to(1_000)
    with api.speaking("en"):
        yield int(join(store=store.id).id)


@pytest.fixture
def taken(anna: int) -> str:
    """A facial for 110 that was paid from 500 + 50, by its journal."""
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    ada = add_staff("Ada", api.db.session.get_one(api.Store, 1))
    add_to(bill_id, service_for(110, "面部护理"), staff_id=ada.id)
    pay(bill_id, balance(110))
    return f"journal:{last_journal('spend')}"


def last_journal(code: str) -> int:
    found = sa.select(sa.func.max(Journal.id)).where(Journal.code == code)
    return int(api.db.session.scalar(found) or 0)


def last_bill() -> int:
    return int(api.db.session.scalar(sa.select(sa.func.max(Bill.id))) or 0)


def test_she_objects_to_what_was_taken_from_her_balance_and_gets_it_back(
    app: Flask, anna: int, taken: str, sign_in: SignIn
) -> None:
    phone = phone_of(app, anna)
    history = phone.get("/membership/history").text
    url = f"/cashier/object/{taken.replace(':', '/')}"
    assert history.count("Something is wrong") == 1
    assert url in history
    page = words(phone.get(url).text)
    assert "¥110.00" in page
    assert "agreed by code" in page
    phone.post(url, text="我那天没来")
    assert "You objected" in words(phone.get("/membership/history").text)
    objection = api.db.session.query(Objection).one()
    assert objection.digest in phone.get(url).text
    assert objection.evidence["taken"] == [
        ["bonus", "BONUS", 1_000],
        ["principal", "PRINCIPAL", 10_000],
    ]
    assert lines_under_objection() == frozenset(objection.evidence["lines"])
    receipt = words(phone.get(f"/cashier/receipts/{last_bill()}").text)
    assert "You objected; the store will answer." in receipt
    today = api.today("Asia/Shanghai")
    done = performance(Span(today, today))
    assert [(one.name, one.objected_fen) for one in done] == [("Ada", 11_000)]
    manager = sign_in("manager", 1)
    answer = f"/console/cashier/objections/{objection.id}/answer"
    shown = words(manager.get(f"/console/cashier/objections/{objection.id}/").text)
    assert "+00:00" not in shown
    asked = words(manager.get(answer).text)
    assert "我那天没来" in asked
    assert "The books are as they were" in asked
    sent = {"outcome": "given_back", "answer": "对不起,已退回。"}
    assert post(manager, answer, sent).status_code == 302
    assert post(manager, answer, sent).status_code == 409
    assert left(anna) == (50_000, 5_000)
    assert lines_under_objection() == frozenset()
    assert "已退回" in words(phone.get("/membership/history").text)
    assert "It was given back" in words(phone.get(url).text)
    assert api.db.session.query(Notice).filter_by(todo=True).one().done_at is not None
    assert api.db.session.query(Message).filter_by(kind="cashier.answered").count() == 1


def test_what_she_objects_to_is_named_in_the_language_of_who_reads_it(
    app: Flask, anna: int
) -> None:
    top_up(anna, 500)
    bill_id = bill_of(anna)
    for name, names in (("面部护理", {"en": "Facial"}), ("剪发", {"en": "Haircut"})):
        add_to(bill_id, add_service(name, price_fen=5_000, names=names))
    pay(bill_id, balance(100))
    about = f"journal:{last_journal('spend')}"
    phone = phone_of(app, anna)
    assert "Facial" in words(phone.get(f"/cashier/object/{about.replace(':', '/')}").text)
    objection = object_to(about, anna, "not me")
    for language, read in (("en", "Facial"), ("zh_Hans_CN", "面部护理")):
        with api.speaking(language):
            assert api.thaw(objection.title).startswith(read)


def test_her_history_says_where_she_may_object(anna: int, taken: str) -> None:
    number = int(taken.partition(":")[2])
    notes = api.answers(membership_movement_notes, member_id=anna, journal_ids=[number])
    assert [note.text for answer in notes for note in answer] == ["Something is wrong"]
    deduction = api.first_answer(cashier_find_deduction, about=taken)
    assert deduction is None, "a session would be told of by cards"


def test_above_the_limit_it_is_refunded_by_two_before_it_is_answered(anna: int, taken: str) -> None:
    alone_up_to(100)
    objection = object_to(taken, anna, "?")
    with refused("needs a second person"):
        answer_objection(objection.id, "given_back", "sorry")
    answer_objection(objection.id, "explained", "you came with your sister")
    assert left(anna) == (40_000, 4_000)


def test_an_objection_is_hers_in_time_and_one(anna: int, taken: str) -> None:
    with refused("what is wrong"):
        object_to(taken, anna, " ")
    with api.at_moment(api.now() + dt.timedelta(days=31)), refused("is over"):
        object_to(taken, anna, "?")
    with pytest.raises(api.NotFound):
        object_to(taken, int(join("Bella", phone=None).id), "?")
    assert object_to(taken, anna, "?").id == object_to(taken, anna, "!").id


def test_nobody_objects_to_a_top_up_or_to_what_was_undone(anna: int, taken: str) -> None:
    assert find_deduction(f"journal:{last_journal('top_up')}") is None
    assert find_deduction("journal:999999") is None
    assert find_deduction("nothing:1") is None
    undo_settlement(last_bill(), "wrong")
    with refused("is over"):
        object_to(taken, anna, "?")


def test_evidence_that_somebody_changed_is_seen(anna: int, taken: str) -> None:
    objection = object_to(taken, anna, "?")
    assert is_unchanged(objection)
    objection.evidence = {**objection.evidence, "agreed_by": "pin"}
    assert not is_unchanged(objection)
    api.db.session.rollback()


def test_a_signature_is_kept_with_the_bill_and_serves_once(anna: int) -> None:
    top_up(anna, 500)
    first, second = bill_of(anna), bill_of(anna)
    for bill_id in (first, second):
        add_to(bill_id, service_for(110))
    signed = keep_signature(read_picture(DRAWN), "drawn", member_id=anna, store_id=1)
    with api.acting_as(api.Actor(add_person("front_desk", 1), "desk")):
        with refused("Let her sign"):
            pay(first, balance(110), agreed_by="signature")
        pay(first, balance(110), agreed_by="signature", proof=signed)
        kept = api.db.session.query(Signature).one()
        assert (kept.purpose, kept.digest) == (f"bill:{first}", kept.file.sha256)
        with refused("used before"):
            pay(second, balance(110), agreed_by="signature", proof=signed)
        with refused("Let her sign"):
            pay(second, balance(110), agreed_by="signature", proof=Signed(99))


def test_her_words_and_signature_go_when_she_is_erased(anna: int, taken: str) -> None:
    object_to(taken, anna, "I was not there")
    keep_signature(read_picture(DRAWN), "drawn", member_id=anna, store_id=1)
    parts = {part.key: part.rows for part in parts_of(anna)}
    assert [row["text"] for row in parts["objections"]] == ["I was not there"]
    _erase(anna)
    api.db.session.expire_all()
    assert api.db.session.query(Objection).one().text == ""
    signed = api.db.session.query(Signature).one()
    assert (signed.file.size, signed.way) == (0, "drawn")


@api.unit
def _erase(member_id: int) -> None:
    api.answers(membership_member_erasing, member_id=member_id)


def test_a_drawn_signature_settles_at_the_till(anna: int, sign_in: SignIn) -> None:
    top_up(anna, 500)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(110))
    desk = sign_in("front_desk", 1)
    here = f"/console/cashier/till/{bill_id}"
    form = {"kind-1": "balance", "amount-1": "110.00", "due_fen": "11000", "key": new_key()}
    form |= {"agreed_by": "signature"}
    assert (
        post(desk, f"{here}/settle", {**form, "signature": "data:text/html,x"}).status_code == 422
    )
    assert post(desk, f"{here}/settle", {**form, "signature": DRAWN}).status_code == 302
    assert 'class="signature"' in desk.get(f"/console/cashier/bills/{bill_id}/").text
