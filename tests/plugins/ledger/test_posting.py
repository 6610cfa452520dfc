"""Posting and reversing: once for each key, never by halves, never edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, clock
from plugins.ledger import api as ledger
from tests.support.ledger import CASH, balance, entry, journals, left, line, spend, top_up
from tests.support.salon import add_store

ANNA = 17
REVENUE = ledger.salon("revenue")


def sell(fen: int, **more: object) -> ledger.Posted:
    """Sell something for cash."""
    head = entry("sale", **more)
    return ledger.post(head, [ledger.Move(CASH, REVENUE, fen)], payments=[(head.key, fen)])


def test_a_sale_moves_money_from_one_account_to_another(app: Flask) -> None:
    assert sell(9_900).fresh
    assert (balance(CASH), balance(REVENUE)) == (-9_900, 9_900)


def test_the_same_key_posts_once(app: Flask) -> None:
    head = entry()
    moves = [ledger.Move(CASH, REVENUE, 100)]
    first, again = ledger.post(head, moves), ledger.post(head, moves)
    assert (first.fresh, again.fresh) == (True, False)
    assert first.journal_id == again.journal_id
    assert balance(REVENUE) == 100


def test_a_key_with_another_request_is_refused(app: Flask) -> None:
    head = entry()
    ledger.post(head, [ledger.Move(CASH, REVENUE, 100)])
    with pytest.raises(ledger.KeyUsed) as refusal:
        ledger.post(head, [ledger.Move(CASH, REVENUE, 101)])
    assert refusal.value.status == 409


def test_what_was_asked_is_compared_and_not_what_was_computed(app: Flask) -> None:
    head = entry(asked={"bill": 7})
    ledger.post(head, [ledger.Move(CASH, REVENUE, 100)])
    assert not ledger.post(head, [ledger.Move(CASH, REVENUE, 98)]).fresh


def test_a_journal_knows_who_where_when_and_how_she_agreed(app: Flask) -> None:
    store = add_store()
    late = dt.datetime(2026, 4, 30, 17, 30, tzinfo=dt.UTC)
    who = api.Actor(user_id=5, name="小吴", till_id=3)
    with clock.frozen(late), api.acting_as(who):
        posted = ledger.post(
            entry("sale", ref="bill:1", store_id=store.id, agreed_by="code", note="加急"),
            [ledger.Move(CASH, REVENUE, 100)],
        )
    journal = api.db.session.get(ledger.Journal, posted.journal_id)
    assert journal is not None
    assert journal.business_on == dt.date(2026, 5, 1)
    assert (journal.posted_at, journal.actor_id, journal.device) == (late, 5, "till:3")
    assert (journal.ref, journal.agreed_by, journal.note) == ("bill:1", "code", "加急")


def test_an_unknown_way_of_agreeing_or_kind_of_account_is_a_bug(app: Flask) -> None:
    with pytest.raises(ValueError, match="agreeing"):
        entry(agreed_by="nod")
    with pytest.raises(ValueError, match="chart"):
        ledger.open_account(ledger.Name("member", 1, "gold", "CNY"))
    with pytest.raises(ValueError, match="chart"):
        ledger.open_account(ledger.Name("member", 1, "points", "CNY"))


def test_units_do_not_mix(app: Flask) -> None:
    with pytest.raises(ValueError, match="cannot move"):
        ledger.post(entry(), [ledger.Move(CASH, ledger.held("points", 1), 5)])


def test_an_account_is_opened_once(app: Flask) -> None:
    name = ledger.held("points", ANNA, "2027-03")
    assert ledger.open_account(name) == ledger.open_account(name)


def test_nothing_moves_on_a_closed_account(app: Flask) -> None:
    points = ledger.held("points", ANNA, "2027-03")
    ledger.earn_points(entry("earn_points"), ANNA, 5, expires="2027-03")
    with pytest.raises(ledger.AccountClosed):
        ledger.close_account(points)
    ledger.spend_points(entry("spend_points"), ANNA, 5)
    ledger.close_account(points)
    with pytest.raises(ledger.AccountClosed):
        ledger.earn_points(entry("earn_points"), ANNA, 5, expires="2027-03")


def test_partial_refunds_never_pass_what_was_paid(app: Flask) -> None:
    head = entry()
    ledger.post(head, [ledger.Move(CASH, REVENUE, 100)], payments=[("cash:1", 100)])
    back = [ledger.Move(REVENUE, CASH, 60)]
    ledger.post(entry("refund"), back, refunds=[("cash:1", 60)])
    with pytest.raises(ledger.RefundTooBig):
        ledger.post(entry("refund"), back, refunds=[("cash:1", 60)])
    assert balance(REVENUE) == 40


def test_a_payment_of_one_reference_is_taken_once(app: Flask) -> None:
    moves = [ledger.Move(CASH, REVENUE, 100)]
    ledger.post(entry(), moves, payments=[("wx:4200", 100)])
    with pytest.raises(ledger.PaymentUsed):
        ledger.post(entry(), moves, payments=[("wx:4200", 100)])


def test_a_journal_is_reversed_once(app: Flask) -> None:
    sale = sell(100)
    ledger.reverse(entry("reverse"), sale.journal_id)
    assert (balance(CASH), balance(REVENUE)) == (0, 0)
    with pytest.raises(ledger.AlreadyReversed):
        ledger.reverse(entry("reverse"), sale.journal_id)


def test_the_same_reversal_sent_twice_is_one(app: Flask) -> None:
    sale, head = sell(100), entry("reverse")
    first, again = (ledger.reverse(head, sale.journal_id) for _ in range(2))
    assert (first.fresh, again.fresh) == (True, False)


def test_a_reversal_and_a_refund_are_not_reversed(app: Flask) -> None:
    head = entry()
    sale = ledger.post(head, [ledger.Move(CASH, REVENUE, 100)], payments=[("cash:1", 100)])
    refund = ledger.post(
        entry("refund"), [ledger.Move(REVENUE, CASH, 60)], refunds=[("cash:1", 60)]
    )
    other = sell(5)
    reversal = ledger.reverse(entry("reverse"), other.journal_id)
    for journal_id in (refund.journal_id, reversal.journal_id):
        with pytest.raises(ledger.NotReversible):
            ledger.reverse(entry("reverse"), journal_id)
    with pytest.raises(ledger.RefundTooBig):
        ledger.reverse(entry("reverse"), sale.journal_id)
    with pytest.raises(api.NotFound):
        ledger.reverse(entry("reverse"), 999)


def test_a_spent_top_up_is_not_reversed_but_an_unspent_one_is(app: Flask) -> None:
    lot = top_up(ANNA, 50_000, 5_000)
    spent = spend(ANNA, 1_100)
    with pytest.raises(ledger.Insufficient):
        ledger.reverse(entry("reverse"), lot.journal_id)
    ledger.reverse(entry("reverse"), spent.journal_id)
    ledger.reverse(entry("reverse"), lot.journal_id)
    assert left(ANNA) == (0, 0)
    assert (balance(CASH), balance(REVENUE)) == (0, 0)


def test_what_a_reversed_spending_took_earns_the_same_when_it_is_spent_again(app: Flask) -> None:
    top_up(ANNA, 50_000, 5_000)
    spend(ANNA, 333)
    second = spend(ANNA, 334)
    ledger.reverse(entry("reverse"), second.journal_id)
    assert spend(ANNA, 334).income_fen == second.income_fen
    with pytest.raises(ledger.RefundTooBig):
        ledger.restore(entry("refund"), second.parts[0].line, 1)


def test_a_line_that_was_given_back_in_part_is_not_reversed_as_a_whole(app: Flask) -> None:
    top_up(ANNA, 50_000)
    spent = ledger.spend(entry("spend"), ANNA, [line(1_000, "a")])
    ledger.restore(entry("refund"), "a", 1)
    with pytest.raises(ledger.RefundTooBig):
        ledger.reverse(entry("reverse"), spent.journal_id)


def test_a_coupon_is_issued_and_redeemed_once(app: Flask) -> None:
    ledger.issue_coupon(entry("issue_coupon"), ANNA, "C1")
    with pytest.raises(ledger.CouponHeld):
        ledger.issue_coupon(entry("issue_coupon"), ANNA, "C1")
    ledger.redeem_coupon(entry("redeem_coupon"), ANNA, "C1")
    with pytest.raises(ledger.Insufficient):
        ledger.redeem_coupon(entry("redeem_coupon"), ANNA, "C1")


def test_a_refusal_takes_the_whole_unit_with_it(app: Flask) -> None:
    @api.unit
    def sell_and_spend() -> None:
        sell(100)
        spend(ANNA, 1)

    before = journals()
    with pytest.raises(ledger.Insufficient):
        sell_and_spend()
    assert (journals(), balance(REVENUE)) == (before, 0)


APPEND_ONLY = ("journal", "leg", "refund", "lot", "use", "link", "seal")


@pytest.fixture
def busy(app: Flask) -> Callable[[str], None]:
    """A book with a row in every table, and the way to send it raw SQL."""
    from plugins.ledger.services.seals import seal

    top_up(ANNA, 50_000, 5_000)
    ledger.spend(entry("spend"), ANNA, [line(1_000, "a")])
    ledger.restore(entry("refund"), "a", 10)
    seal(b"key")

    @api.unit
    def run(statement: str) -> None:
        api.db.session.execute(sa.text(statement))

    return run


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_refuses_to_edit_or_delete_what_was_posted(
    busy: Callable[[str], None], table: str
) -> None:
    same = {"link": "number"}.get(table, "journal_id" if table in ("leg", "use") else "id")
    for statement in (f"UPDATE ledger_{table} SET {same} = {same}", f"DELETE FROM ledger_{table}"):
        with pytest.raises(sa.exc.IntegrityError, match="append-only"):
            busy(statement)


def test_the_database_refuses_to_replace_what_was_posted(
    busy: Callable[[str], None], engine: str
) -> None:
    if engine != "sqlite":
        return
    for table in ("leg", "refund", "lot", "use", "link", "seal", "payment"):
        with pytest.raises(sa.exc.IntegrityError, match="append-only"):
            busy(f"INSERT OR REPLACE INTO ledger_{table} SELECT * FROM ledger_{table}")
    before = (balance(REVENUE), journals())
    for table in ("account", "journal"):  # passed over, as a key that comes again is
        busy(f"INSERT OR REPLACE INTO ledger_{table} SELECT * FROM ledger_{table}")
    assert (balance(REVENUE), journals()) == before


@pytest.mark.parametrize("change", ["credits = credits - 1", "owner_id = 99", "bound = 'none'"])
def test_the_database_refuses_to_edit_an_account(busy: Callable[[str], None], change: str) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="frozen"):
        busy(f"UPDATE ledger_account SET {change} WHERE credits > 0 AND owner_id <> 99")


def test_the_database_refuses_to_raise_the_cap_of_a_payment(busy: Callable[[str], None]) -> None:
    for change in ("amount = amount + 1", "refunded = 0"):
        with pytest.raises(sa.exc.IntegrityError, match="frozen"):
            busy(f"UPDATE ledger_payment SET {change} WHERE refunded > 0")


def test_a_leg_between_two_units_is_refused_by_the_database(busy: Callable[[str], None]) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        busy(
            "INSERT INTO ledger_leg (journal_id, debit_id, credit_id, unit, amount)"
            " SELECT 1, p.id, c.id, 'CNY', 5 FROM ledger_account p, ledger_account c"
            " WHERE p.kind = 'principal' AND c.kind = 'cash'"
        )
