"""One scan when she arrives is her consent for that visit: what it serves for, and what not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import (
    Arrival,
    Bill,
    Settlement,
    arrive,
    find_arrival,
    settle,
    undo_settlement,
)
from plugins.cashier.objection_listeners import membership_card_asks
from plugins.cashier.services.arrivals import SCAN_STANDS, end_arrival
from plugins.cashier.services.confirming import CONFIRM, NotConfirmed
from plugins.cashier.services.objecting import evidence_of, find_deduction, object_to
from plugins.cashier.services.tendering import plan
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger.api import Journal
from plugins.ledger.services.verifying import verify
from plugins.membership.api import keep_shown, merge_members, show_code, undo_merge
from plugins.membership.services.freezing import freeze_member, unfreeze_member
from plugins.membership.services.holding import freeze_value, unfreeze_value
from plugins.membership.services.member_codes import BadCode, CodeUsed
from tests.support.cards import refused
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import later
from tests.support.people import add_person
from tests.support.salon import add_store
from tests.support.till import (
    add_to,
    add_top_up,
    balance,
    bill_of,
    cash,
    new_key,
    service_for,
    top_up,
)

TENDERS = [balance(110)]
ASK_HER = "Ask the member for her code"


@pytest.fixture
def anna(app: Flask) -> int:
    """A member of the first of two stores, with ¥500 + ¥50 on balance."""
    add_store("福田店")
    add_store("南山店")
    number = int(join().id)
    top_up(number, 500, 50)
    return number


@pytest.fixture
def manager(anna: int) -> api.Actor:
    """Somebody who may let a member owe and reopen a bill; to be asked for before the desk."""
    return api.Actor(add_person("manager", 1), "Manager")


@pytest.fixture
def colleague(anna: int) -> api.Actor:
    """Somebody at the desk of the other store; to be asked for before the desk of this one."""
    return api.Actor(add_person("front_desk", 2), "Another")


@pytest.fixture
def desk(anna: int) -> Iterator[api.Actor]:
    """The front desk of the first store acts, in English."""
    person = add_person("front_desk", 1)
    who = api.Actor(person, "Desk")
    with api.speaking("en"), api.acting_as(who):
        yield who


def scan(member_id: int, store_id: int = 1) -> Arrival:
    return arrive(store_id, show_code(member_id), key=new_key())


def served(member_id: int, store_id: int = 1) -> int:
    """Open her bill of a service of ¥110."""
    number = bill_of(member_id, store_id)
    add_to(number, service_for(110))
    return number


def pay(bill_id: int) -> Settlement:
    """Settle from balance without any other act of hers."""
    return settle(bill_id, TENDERS, key=new_key())


def ties() -> list[str]:
    api.db.session.rollback()
    return [one.words() for one in tie_out(whole_book()).differences]


def test_one_scan_at_arrival_pays_the_bill_from_balance_and_the_books_name_it(
    desk: api.Actor, anna: int
) -> None:
    arrival = scan(anna)
    number = bill_of(anna)
    add_top_up(number, 100)
    add_to(number, service_for(110))
    settlement = settle(number, [cash(100), *TENDERS], key=new_key())
    assert settlement.agreed_by == "code"
    spent = api.db.session.query(Journal).filter_by(code="spend").one()
    assert spent.agreed_by == "code"
    assert f"(no. {arrival.id})" in spent.note
    told = api.db.session.get_one(Arrival, arrival.id)
    assert (told.settlement_id, told.ended_as) == (settlement.id, "settled")
    evidence = evidence_of(found) if (found := find_deduction(f"journal:{spent.id}")) else {}
    assert evidence["arrival"]["at"] == arrival.at.isoformat()
    assert evidence["arrival"]["by"]
    assert (verify().findings, ties()) == ({}, [])


@pytest.mark.any_engine
def test_the_till_asks_for_no_code_while_she_is_here(desk: api.Actor, anna: int) -> None:
    number = served(anna)
    bill = api.db.session.get_one(Bill, number)
    assert not plan(bill).scanned
    scan(anna)
    api.db.session.rollback()
    shown = plan(api.db.session.get_one(Bill, number))
    assert shown.scanned
    assert shown.arrival is not None


def test_it_serves_neither_another_member_nor_another_store(
    colleague: api.Actor, desk: api.Actor, anna: int
) -> None:
    other = int(join("林晓", phone="13900139000").id)
    top_up(other, 500)
    scan(anna)
    with refused(ASK_HER):
        pay(served(other))
    with api.acting_as(colleague), refused(ASK_HER):
        pay(served(anna, 2))
    assert left(anna) == (50_000, 5_000)


@pytest.mark.any_engine
def test_it_stands_for_twelve_hours_of_the_day_at_most(desk: api.Actor, anna: int) -> None:
    morning = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
    with api.at_moment(morning):
        scan(anna)
    with api.at_moment(morning + SCAN_STANDS - dt.timedelta(minutes=1)):
        assert find_arrival(anna, 1) is not None
    with api.at_moment(morning + SCAN_STANDS), refused(ASK_HER):
        pay(served(anna))
    with api.at_moment(morning + dt.timedelta(hours=10)):
        scan(anna)
    with api.at_moment(morning + dt.timedelta(hours=20)), refused(ASK_HER):
        pay(served(anna))


@pytest.mark.any_engine
def test_it_ends_with_the_visit_and_takes_nothing_that_is_owing_later(
    manager: api.Actor, desk: api.Actor, anna: int
) -> None:
    scan(anna)
    number = served(anna)
    with api.acting_as(manager):
        settle(number, [balance(10)], key=new_key())
    with refused("does not count"):
        settle(number, [balance(20)], key=new_key())
    with refused(ASK_HER):
        pay(served(anna))


@pytest.mark.any_engine
def test_a_bill_that_she_pays_in_cash_ends_her_visit_and_a_top_up_does_not(
    desk: api.Actor, anna: int
) -> None:
    scan(anna)
    top_up(anna, 100)
    assert find_arrival(anna, 1) is not None
    settle(served(anna), [cash(110)], key=new_key())
    with refused(ASK_HER):
        pay(served(anna))


@pytest.mark.any_engine
def test_a_reopened_bill_asks_for_her_again(manager: api.Actor, desk: api.Actor, anna: int) -> None:
    scan(anna)
    number = served(anna)
    pay(number)
    with api.acting_as(manager):
        undo_settlement(number, "Wrong service")
    with refused(ASK_HER):
        pay(number)
    assert ties() == []


@pytest.mark.any_engine
def test_a_code_serves_one_arrival_and_the_same_form_answers_the_same(
    desk: api.Actor, anna: int
) -> None:
    code, key = show_code(anna), new_key()
    first = arrive(1, code, key=key)
    assert arrive(1, code, key=key).id == first.id
    for store in (1, 2):
        with pytest.raises(CodeUsed):
            arrive(store, code, key=new_key())
    with refused("does not count"):
        arrive(1, "9" * 20, key=new_key())


@pytest.mark.any_engine
def test_the_code_of_somebody_else_is_refused_and_stays_good(desk: api.Actor, anna: int) -> None:
    other = int(join("林晓", phone="13900139000").id)
    code = show_code(other)
    with refused("another member's"):
        arrive(1, code, key=new_key(), member_id=anna)
    assert arrive(1, code, key=new_key()).member_id == other


@pytest.mark.any_engine
def test_a_ticket_for_a_shown_code_serves_whoever_scanned_it_once_and_soon(
    colleague: api.Actor, desk: api.Actor, anna: int
) -> None:
    ticket = keep_shown(show_code(anna))
    with api.acting_as(colleague), pytest.raises(BadCode):
        arrive(1, ticket=ticket, key=new_key())
    for forged in (ticket[:-1] + "x", ticket.replace(f"{anna}.", f"{anna + 1}.", 1), "1.2.é", "x"):
        with pytest.raises(BadCode):
            arrive(1, ticket=forged, key=new_key())
    with later(minutes=7), pytest.raises(BadCode):
        arrive(1, ticket=ticket, key=new_key())
    arrive(1, ticket=ticket, key=new_key())
    with pytest.raises(CodeUsed):
        arrive(1, ticket=ticket, key=new_key())


@pytest.mark.any_engine
def test_a_lost_card_or_a_frozen_file_ends_it(desk: api.Actor, anna: int) -> None:
    for freeze, thaw in ((freeze_value, unfreeze_value), (freeze_member, unfreeze_member)):
        with later(minutes=2 if freeze is freeze_value else 4):
            scan(anna)
        with later(minutes=5):
            freeze(anna, "Card lost")
            thaw(anna)
            with refused(ASK_HER):
                pay(served(anna))
    with later(minutes=9):
        freeze_member(anna, "Card lost")
        with refused("is frozen"):
            scan(anna)


@pytest.mark.any_engine
def test_it_moves_with_her_file_when_two_are_merged_and_back(desk: api.Actor, anna: int) -> None:
    double = int(join("陈诗雅", phone="13900139000").id)
    scan(double)
    merge = merge_members(anna, double)
    number = served(anna)
    pay(number)
    assert ties() == []
    undo_merge(merge.id)
    assert ties() == []
    assert left(anna) != (50_000, 5_000)


@pytest.mark.any_engine
def test_the_store_may_still_want_her_confirmation_on_her_phone(desk: api.Actor, anna: int) -> None:
    api.unit(lambda: CONFIRM.put("always", 1))()
    scan(anna)
    number = served(anna)
    with pytest.raises(NotConfirmed):
        pay(number)
    assert find_arrival(anna, 1) is not None


@pytest.mark.any_engine
def test_whoever_has_left_agrees_to_nothing_any_more(desk: api.Actor, anna: int) -> None:
    arrival = scan(anna)
    asks = membership_card_asks(anna) or ()
    assert [one.url for one in asks] == [""]
    assert "福田店" in asks[0].words
    end_arrival(arrival.id, "left")
    assert membership_card_asks(anna) is None
    with refused(ASK_HER):
        pay(served(anna))


@pytest.mark.any_engine
def test_what_is_objected_to_keeps_the_scan_as_evidence(desk: api.Actor, anna: int) -> None:
    scan(anna)
    pay(served(anna))
    spent = api.db.session.query(Journal).filter_by(code="spend").one()
    objection = object_to(f"journal:{spent.id}", anna, "I was not there")
    assert objection.evidence["arrival"]["by"]


@pytest.mark.parametrize(
    "change", ["store_id = 2", "until_at = at", "at = '2020-01-01 00:00:00+00'"]
)
@pytest.mark.any_engine
def test_a_scan_that_is_changed_afterwards_is_found_by_the_tie_out(
    desk: api.Actor, anna: int, change: str
) -> None:
    scan(anna)
    pay(served(anna))
    assert ties() == []
    api.db.session.rollback()
    with api.db.engine.begin() as raw:
        raw.execute(sa.text(f"UPDATE cashier_arrival SET {change}"))
    assert ties()
