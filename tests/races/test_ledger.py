"""Races for one balance, one session, one coupon, one refund, one key: what fits succeeds.

Each has a control: with the constraint and the lock off all of them win, so the race is real.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.ledger import api as ledger
from plugins.ledger.chart import KINDS
from plugins.ledger.services.verifying import verify
from tests.support.ledger import CASH, balance, entry, journals, left, line, sell_sessions, top_up
from tests.support.parallel import at_once

THREADS = 12
ANNA, BEA = 17, 18
REVENUE = ledger.salon("revenue")
OWING = ledger.held("owing", ANNA)
POINTS = ledger.held("points", ANNA, "never")
CASH_POINTS = ledger.salon("issued", None, ledger.POINTS)
ISSUED = ledger.salon("issued", None, ledger.PRINCIPAL)


@dataclass(frozen=True)
class Race:
    """What many want at once: *winners* is how many can have it.

    *careful* is the ledger's own way. *look* and *take* are what somebody would write who reads
    first and writes later, trusting what she read. *lift* takes the constraint away.
    """

    prepare: Callable[[], Any]
    careful: Callable[[Any, int], Any]
    look: Callable[[Any], bool]
    take: Callable[[Any, int], Any]
    lift: Callable[[pytest.MonkeyPatch, str], None]
    refusal: type[api.Refused]
    winners: int = 1


def without_limit(kind: str) -> Callable[[pytest.MonkeyPatch, str], None]:
    def lift(monkeypatch: pytest.MonkeyPatch, _engine: str) -> None:
        monkeypatch.setitem(KINDS, kind, replace(KINDS[kind], bound="none"))

    return lift


def without_cap(_monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    where = " ON ledger_refund" if engine == "postgresql" else ""
    with api.db.engine.begin() as connection:
        connection.execute(sa.text(f"DROP TRIGGER ledger_refund_bump{where}"))


def issue_coupon() -> str:
    ledger.issue_coupon(entry("issue_coupon"), ANNA, "C1")
    return "C1"


def pay() -> str:
    moves = [ledger.Move(CASH, REVENUE, 100)]
    ledger.post(entry("sale"), moves, payments=[("cash:1", 100)])
    return "cash:1"


def pay_debt() -> ledger.Posted:
    return ledger.post(entry("sale"), [ledger.Move(CASH, OWING, 60)])


def refund(ref: str, _number: int) -> ledger.Posted:
    back = [ledger.Move(REVENUE, CASH, 30)]
    return ledger.post(entry("refund"), back, refunds=[(ref, 30)])


def refunded(ref: str) -> int:
    query = sa.select(ledger.Payment.refunded).where(ledger.Payment.ref == ref)
    return api.db.session.scalars(query).one()


def posted(key: str) -> bool:
    query = sa.select(ledger.Journal.id).where(ledger.Journal.idem_key == key)
    return api.db.session.scalars(query).first() is not None


def sell(key: str) -> ledger.Posted:
    return ledger.post(ledger.Entry(key=key, code="sale"), [ledger.Move(CASH, REVENUE, 5)])


def draw(lot: ledger.LotState, amount: int) -> ledger.Posted:
    name = lot.names[0]
    issued = ledger.salon("issued", None, name.unit)
    return ledger.post(entry("spend"), [ledger.Move(name, issued, amount)])


RACES = {
    "one balance": Race(
        prepare=lambda: top_up(ANNA, 10_000),
        careful=lambda _lot, _n: ledger.spend(entry("spend"), ANNA, [line(6_000)]),
        look=lambda _lot: sum(lot.left for lot in ledger.lots_of(ANNA)) >= 6_000,
        take=lambda lot, _n: draw(lot, 6_000),
        lift=without_limit("principal"),
        refusal=ledger.Insufficient,
    ),
    "one session": Race(
        prepare=lambda: sell_sessions(ANNA, 9_800, paid=1),
        careful=lambda lot, _n: ledger.use_sessions(entry("use_session"), ANNA, lot.id, [line(1)]),
        look=lambda _lot: bool(ledger.lots_of(ANNA, "sessions")),
        take=lambda lot, _n: draw(lot, 1),
        lift=without_limit("sessions"),
        refusal=ledger.Insufficient,
    ),
    "one coupon": Race(
        prepare=issue_coupon,
        careful=lambda coupon, _n: ledger.redeem_coupon(entry("redeem_coupon"), ANNA, coupon),
        look=lambda coupon: balance(ledger.held("coupon", ANNA, coupon)) == 1,
        take=lambda coupon, _n: ledger.redeem_coupon(entry("redeem_coupon"), ANNA, coupon),
        lift=without_limit("coupon"),
        refusal=ledger.Insufficient,
    ),
    "all points": Race(
        prepare=lambda: ledger.earn_points(entry("earn_points"), ANNA, 150),
        careful=lambda _earned, _n: ledger.spend_points(entry("spend_points"), ANNA, 100),
        look=lambda _earned: ledger.standings([ANNA], ["all_points"])[ANNA]["all_points"] >= 100,
        take=lambda _earned, _n: ledger.post(
            entry("spend_points"), [ledger.Move(POINTS, CASH_POINTS, 100)]
        ),
        lift=without_limit("points"),
        refusal=ledger.Insufficient,
    ),
    "one debt": Race(
        prepare=lambda: ledger.post(entry("sale"), [ledger.Move(OWING, REVENUE, 100)]),
        careful=lambda _owed, _n: pay_debt(),
        look=lambda _owed: -balance(OWING) >= 60,
        take=lambda _owed, _n: pay_debt(),
        lift=without_limit("owing"),
        refusal=ledger.Insufficient,
    ),
    "parts of one payment": Race(
        prepare=pay,
        careful=refund,
        look=lambda ref: refunded(ref) + 30 <= 100,
        take=refund,
        lift=without_cap,
        refusal=ledger.RefundTooBig,
        winners=3,
    ),
    "one line": Race(
        prepare=lambda: (top_up(ANNA, 100), ledger.spend(entry(), ANNA, [line(100, "a")]))[1],
        careful=lambda _spent, _n: ledger.restore(entry("refund"), "a", 40),
        look=lambda _spent: refunded("a") + 40 <= 100,
        take=lambda spent, n: refund_line(spent),
        lift=without_cap,
        refusal=ledger.RefundTooBig,
        winners=2,
    ),
}


def refund_line(spent: ledger.Spent) -> ledger.Posted:
    lot = ledger.lots_of(ANNA, spent=True)[0]
    back = [ledger.Move(ISSUED, lot.names[0], 40)]
    return ledger.post(entry("refund"), back, refunds=[(spent.parts[0].line, 40)])


def split(found: list[Any], refusal: type[api.Refused]) -> tuple[int, int]:
    """Return how many won and how many were refused; anything else is an error."""
    errors = [one for one in found if isinstance(one, BaseException)]
    assert [one for one in errors if not isinstance(one, refusal)] == []
    return len(found) - len(errors), len(errors)


def careless(race: Race, thing: Any, meeting: threading.Barrier) -> Callable[[int], Any]:
    """Return what looks, waits until all have looked, and then takes."""

    def act(number: int) -> Any:
        fits = race.look(thing)
        api.db.session.rollback()
        meeting.wait()
        if not fits:
            raise race.refusal
        return race.take(thing, number)

    return act


@pytest.mark.parametrize("name", RACES)
def test_exactly_what_fits_succeeds_and_all_others_are_refused(app: Flask, name: str) -> None:
    race = RACES[name]
    thing = race.prepare()
    found = at_once(app, THREADS, lambda number: race.careful(thing, number))
    assert split(found, race.refusal) == (race.winners, THREADS - race.winners)
    assert verify().findings == {}


@pytest.mark.parametrize("name", RACES)
def test_the_constraint_holds_even_where_somebody_forgot_the_lock(app: Flask, name: str) -> None:
    race = RACES[name]
    act = careless(race, race.prepare(), threading.Barrier(THREADS))
    assert split(at_once(app, THREADS, act), race.refusal)[0] == race.winners


@pytest.mark.parametrize("name", RACES)
def test_without_constraint_and_lock_everybody_wins(
    app: Flask, monkeypatch: pytest.MonkeyPatch, engine: str, name: str
) -> None:
    race = RACES[name]
    race.lift(monkeypatch, engine)
    act = careless(race, race.prepare(), threading.Barrier(THREADS))
    assert split(at_once(app, THREADS, act), race.refusal) == (THREADS, 0)


def test_the_same_form_sent_many_times_is_one_journal(app: Flask) -> None:
    before = journals()
    found = at_once(app, THREADS, lambda _number: sell("form:1"))
    numbers = {one.journal_id for one in found if isinstance(one, ledger.Posted)}
    assert len(numbers) == 1
    assert sum(one.fresh for one in found if isinstance(one, ledger.Posted)) == 1
    assert journals() == before + 1


def test_without_keys_the_same_form_is_as_many_journals_as_it_was_sent(app: Flask) -> None:
    meeting = threading.Barrier(THREADS)

    def look_first(number: int) -> ledger.Posted:
        assert not posted("form:1")
        api.db.session.rollback()
        meeting.wait()
        return sell(f"form:1:{number}")

    before = journals()
    at_once(app, THREADS, look_first)
    assert journals() == before + THREADS


def test_one_journal_is_reversed_by_one_of_many(app: Flask) -> None:
    sale = sell("sale:1")
    found = at_once(app, THREADS, lambda _n: ledger.reverse(entry("reverse"), sale.journal_id))
    assert split(found, ledger.AlreadyReversed) == (1, THREADS - 1)


def test_two_stores_sell_to_one_member_at_once(app: Flask) -> None:
    found = at_once(app, THREADS, lambda _number: top_up(ANNA, 1_000, 100))
    assert split(found, api.Refused) == (THREADS, 0)
    assert left(ANNA) == (THREADS * 1_000, THREADS * 100)
    assert verify().findings == {}


def test_a_transaction_that_locks_in_another_order_is_not_felt(app: Flask) -> None:
    """Two members' points, moved to and fro: without one order each would wait for the other."""
    for member_id in (ANNA, BEA):
        ledger.earn_points(entry("earn_points"), member_id, 10_000)
    anna, bea = (ledger.held("points", member_id, "never") for member_id in (ANNA, BEA))

    def swap(number: int) -> int:
        for _ in range(5):
            first, second = (anna, bea) if number % 2 else (bea, anna)
            moves = [ledger.Move(first, CASH_POINTS, 3), ledger.Move(CASH_POINTS, second, 3)]
            ledger.post(entry("adjust"), moves)
        return number

    assert split(at_once(app, THREADS, swap), api.Refused) == (THREADS, 0)
    assert balance(anna) == balance(bea) == 10_000
    assert verify().findings == {}
