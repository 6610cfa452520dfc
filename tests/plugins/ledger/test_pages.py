"""The pages of the books: read-only, for those who may see them, as of any moment."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api, clock
from plugins.ledger import api as ledger
from plugins.ledger.hookspecs import ledger_owner_names
from plugins.membership.api import award_task
from tests.support.ledger import entry, line, top_up
from tests.support.membership import join
from tests.support.pages import ids_of, words
from tests.support.people import SignIn, add_store

ANNA = 17
APRIL = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)
MAY = dt.datetime(2026, 5, 2, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.any_engine


@pytest.fixture
def store(app: Flask) -> int:
    """A store where a member topped up in April and spent in May."""
    number = add_store("福田店")
    terms = ledger.Terms(price_fen=50_000, paid=50_000, gift=5_000)
    cash = ledger.salon("cash", number)
    with clock.frozen(APRIL):
        ledger.issue_lots(
            entry("top_up", store_id=number), ANNA, [terms], [ledger.Tender(cash, 50_000)]
        )
    with clock.frozen(MAY):
        lines = [line(11_000, "bill:1/1", list_fen=12_800, deal_fen=11_000)]
        ledger.spend(entry("spend", store_id=number, ref="bill:1"), ANNA, lines)
    return number


def test_the_accountant_reads_a_journal_with_its_legs_and_what_was_frozen(
    store: int, sign_in: SignIn
) -> None:
    client = sign_in("accountant")
    found = client.get("/console/ledger/journals/")
    assert found.status_code == 200
    assert ids_of(found.text) == [2, 1]
    page = words(client.get("/console/ledger/journals/2/").text)
    for told in ("bill:1", "¥100.00", "¥10.00", "¥128.00", "福田店"):
        assert told in page, told


def test_the_statement_of_an_account_tells_the_balance_after_each_leg(
    store: int, sign_in: SignIn
) -> None:
    client = sign_in("accountant")
    listed = words(client.get("/console/ledger/accounts/?q=17").text)
    assert "¥400.00" in listed
    lot = ledger.lots_of(ANNA)[0]
    page = words(client.get(f"/console/ledger/accounts/{lot.paid_account_id}/").text)
    assert page.index("¥400.00") < page.index("¥500.00")


def test_the_books_name_members_and_say_what_plugins_posted(store: int, sign_in: SignIn) -> None:
    anna = join(store=store)
    assert award_task(anna.id, "first_booking")
    (named,) = api.answers(ledger_owner_names, owner="member", ids=[anna.id, ANNA])
    assert dict(named) == {anna.id: f"{anna.name} {anna.number}"}
    client = sign_in("accountant")
    client.set_cookie("console_language", "en")
    accounts = words(client.get("/console/ledger/accounts/").text)
    assert f"{anna.name} {anna.number}" in accounts
    assert f"Member {ANNA}" in accounts
    journal = words(client.get("/console/ledger/journals/3/").text)
    assert "Points for a task" in journal
    assert "task_points" not in journal


def test_the_trial_balance_balances_now_and_then(store: int, sign_in: SignIn) -> None:
    client = sign_in("accountant")
    now = words(client.get("/console/ledger/trial_balance/").text)
    assert "¥100.00" in now
    then = words(client.get("/console/ledger/trial_balance/?as_of=2026-04-30T23:59").text)
    assert "¥100.00" not in then
    assert "¥500.00" in then
    assert words(client.get("/console/ledger/trial_balance/?as_of=2026-03-31T23:59").text)
    wrong = client.get("/console/ledger/trial_balance/?as_of=yesterday")
    assert wrong.status_code == 200
    assert "2026-03-31 23:59" in wrong.text


def test_nobody_edits_the_books(store: int, sign_in: SignIn) -> None:
    client = sign_in("owner")
    for act in ("new/", "1/edit", "delete/", "ajax/update/"):
        for answer in (
            client.get(f"/console/ledger/journals/{act}"),
            client.post(f"/console/ledger/journals/{act}"),
        ):
            assert answer.status_code in (400, 403, 404, 405), act


def test_the_front_desk_does_not_see_the_books(store: int, sign_in: SignIn) -> None:
    client = sign_in("front_desk", store)
    for noun in ("journals", "accounts", "trial_balance"):
        assert client.get(f"/console/ledger/{noun}/").status_code == 403


def test_an_accountant_of_another_store_sees_only_hers(store: int, sign_in: SignIn) -> None:
    other = add_store("南山店")
    client = sign_in("accountant", other)
    assert ids_of(client.get("/console/ledger/journals/").text) == []
    assert client.get("/console/ledger/journals/1/").status_code == 404
    page = words(client.get("/console/ledger/trial_balance/").text)
    assert "¥500.00" in page  # what members hold belongs to the chain
    cash = ledger.open_account(ledger.salon("cash", store))
    assert client.get(f"/console/ledger/accounts/{cash}/").status_code == 404


def test_a_reversed_journal_says_so(app: Flask, sign_in: SignIn) -> None:
    lot = top_up(ANNA, 100)
    reversal = ledger.reverse(entry("reverse"), lot.journal_id)
    client = sign_in("accountant")
    for number, other in (
        (lot.journal_id, reversal.journal_id),
        (reversal.journal_id, lot.journal_id),
    ):
        page = client.get(f"/console/ledger/journals/{number}/").text
        assert f'href="/console/ledger/journals/{other}/"' in page


def test_the_books_are_exported(store: int, sign_in: SignIn) -> None:
    answer = sign_in("accountant").get("/console/ledger/journals/export/csv/")
    assert answer.status_code == 200
    assert "bill:1" in answer.text


def test_points_and_coupons_are_no_money(app: Flask, sign_in: SignIn) -> None:
    ledger.earn_points(entry("earn_points"), ANNA, 1_234, expires="2027-03")
    ledger.issue_coupon(entry("issue_coupon"), ANNA, "C1")
    page = words(sign_in("accountant").get("/console/ledger/trial_balance/").text)
    assert "1,234" in page
    assert "¥12.34" not in page
