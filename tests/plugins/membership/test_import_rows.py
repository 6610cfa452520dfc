"""Single rows of an import: mended in place, decided on, masked, downloaded."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.db import db
from console.i18n import LOCALES
from console.security.models import Grant, Role, RolePermission
from console.unit import unit
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member, NewMember, add_member, birthday_of
from tests.support.importing import (
    HOME,
    act,
    apply,
    page,
    plain,
    read,
    row_of,
    run_of,
    sheet,
    statuses,
    take_in,
)
from tests.support.ledger import balance, left
from tests.support.live import choose
from tests.support.people import SignIn, add_person, add_store

pytestmark = pytest.mark.either_engine

ANNA = ("Anna Chen", "13900000001", "1990-08-15", "100.50", "20", 30, "Facial", 4)
SHORT = ("Cora Wu", "1390000", "", "12.34")
NO_PHONE = ("Dan Xu", "", "", "8")
DEBTOR = ("Dora Ye", "13900000004", "", "-50", "5")
NEVER_BORN = ("Eva Ma", "13900000005", "1990-02-30", "1")
AGAIN = ("Anna Two", "139-0000-0001", "", "7")


@pytest.fixture
def store(app: Flask) -> int:
    return add_store()


@pytest.fixture
def client(store: int, sign_in: SignIn) -> FlaskClient:
    """An owner who reads English."""
    owner = add_person("owner")
    choose(owner, locale=LOCALES[2])
    return sign_in(user_id=owner)


def member(name: str) -> Member:
    """The one member of a name."""
    db.session.rollback()
    return db.session.query(Member).filter_by(name=name).one()


def test_a_rejected_row_is_mended_where_it_stands(client: FlaskClient) -> None:
    number = read(client, sheet(SHORT))
    said = act(client, number, "rows/2?status=rejected", **{"cell-phone": "1390000000"})
    assert "Row 2: The phone number is too short" in said
    act(client, number, "rows/2?status=rejected", **{"cell-phone": "13900000003"})
    assert statuses(number) == {2: "importable"}
    assert run_of(number).totals["sums"] == {"importable": {"principal_fen": 1234}}
    apply(client, number)
    assert member("Cora Wu").phone == "13900000003"
    assert row_of(number, 2).raw[1] == "1390000"


def test_a_member_may_be_saved_without_phone(client: FlaskClient) -> None:
    number = read(client, sheet(SHORT, NO_PHONE))
    act(client, number, "rows/2", waive="phone_too_short")
    act(client, number, "rows/3", waive="no_phone")
    apply(client, number)
    assert (member("Cora Wu").phone, member("Dan Xu").phone) == (None, None)
    assert left(member("Cora Wu").id) == (1234, 0)


def test_a_member_may_be_saved_without_birthday(client: FlaskClient) -> None:
    number = read(client, sheet(NEVER_BORN))
    act(client, number, "rows/2", waive="impossible_birthday")
    apply(client, number)
    assert birthday_of(member("Eva Ma")) is None
    assert member("Eva Ma").phone == "13900000005"


def test_a_negative_balance_is_taken_in_as_owing(client: FlaskClient) -> None:
    number = read(client, sheet(DEBTOR))
    act(client, number, "rows/2", waive="negative_balance")
    assert "Owing -¥50.00" in page(client, number)
    apply(client, number)
    debtor = member("Dora Ye").id
    assert ledger.standings([debtor], ["owing", "bonus", "principal"])[debtor] == {
        "owing": -5000,
        "bonus": 500,
        "principal": 0,
    }
    assert balance(ledger.salon("opening")) == 5000
    assert verify().findings == {}


def test_one_reason_is_set_aside_for_all_rows_at_once(client: FlaskClient) -> None:
    number = read(client, sheet(NO_PHONE, SHORT, NO_PHONE))
    act(client, number, "decide", waive="no_phone")
    assert statuses(number) == {2: "importable", 3: "rejected", 4: "importable"}


def test_rejected_rows_are_listed_with_their_total(client: FlaskClient) -> None:
    number = read(client, sheet(SHORT, NO_PHONE, DEBTOR, NEVER_BORN))
    assert "Total -¥28.66 ¥5.00 0 0" in page(client, number, "rows/?status=rejected")
    assert "Total ¥8.00 ¥0.00 0 0" in page(client, number, "rows/?status=rejected&reason=no_phone")


def test_what_makes_no_sense_cannot_be_set_aside(client: FlaskClient) -> None:
    number = read(client, sheet(("Anna", "13900000001", "", "twelve")))
    assert "cannot be set aside" in act(client, number, "rows/2", waive="principal_fen_unreadable")
    assert "cannot be set aside" in act(client, number, "rows/2", waive="no_phone")
    assert statuses(number) == {2: "rejected"}


def test_rejected_rows_wait_after_the_others_are_in_and_are_taken_in_later(
    client: FlaskClient,
) -> None:
    number = take_in(client, sheet(ANNA, SHORT))
    assert "1 Taken in 1 Rejected" in page(client, number)
    act(client, number, "rows/3", **{"cell-phone": "13900000003"})
    assert "1 mended rows wait" in page(client, number, "rows/?status=added")
    apply(client, number)
    assert left(member("Cora Wu").id) == (1234, 0)
    assert left(member("Anna Chen").id) == (10_050, 2_000)
    assert "2 rows were taken in" in page(client, number)
    act(client, number, "undo")
    assert db.session.query(Member).count() == 0
    assert verify().findings == {}


def test_a_row_that_was_taken_in_is_changed_no_more(client: FlaskClient) -> None:
    number = take_in(client, sheet(ANNA))
    assert "taken in already" in act(client, number, "rows/2", **{"cell-phone": "13900000009"})
    assert "taken in already" in act(client, number, "rows/2/decide", decision="reopen")


def test_a_mended_phone_that_another_row_has_is_for_a_decision(client: FlaskClient) -> None:
    number = read(client, sheet(ANNA, SHORT))
    said = act(client, number, "rows/3", **{"cell-phone": "13900000001"})
    assert "Row 3 is there already" in said
    assert (row_of(number, 3).status, row_of(number, 3).duplicate_of) == ("duplicate", 2)


def test_duplicates_are_left_out_or_added_without_phone_and_never_merged(
    client: FlaskClient,
) -> None:
    number = read(client, sheet(ANNA, AGAIN, AGAIN, AGAIN))
    shown = page(client, number, "rows/?status=duplicate")
    assert "Same as row 2" in shown
    assert "Open row 2" in shown
    act(client, number, "rows/3/decide", decision="skip")
    act(client, number, "rows/4/decide", decision="alone")
    assert list(statuses(number).values()) == ["importable", "skipped", "importable", "duplicate"]
    apply(client, number)
    assert left(member("Anna Chen").id) == (10_050, 2_000)
    assert member("Anna Two").phone is None
    assert left(member("Anna Two").id) == (700, 0)


def test_a_decision_can_be_taken_back(client: FlaskClient) -> None:
    number = read(client, sheet(ANNA, AGAIN))
    for decision in ("skip", "alone"):
        act(client, number, "rows/3/decide", decision=decision)
        act(client, number, "rows/3/decide", decision="reopen")
        assert statuses(number) == {2: "importable", 3: "duplicate"}
    assert "waits for no decision" in act(client, number, "rows/2/decide", decision="skip")
    assert "no such decision" in act(client, number, "rows/3/decide", decision="merge")


def test_all_duplicates_are_left_out_at_once(client: FlaskClient) -> None:
    number = read(client, sheet(ANNA, AGAIN, AGAIN))
    act(client, number, "decide", decision="skip")
    assert list(statuses(number).values()) == ["importable", "skipped", "skipped"]


def test_whoever_is_a_member_already_is_shown_with_a_link_to_her_file(
    client: FlaskClient, store: int
) -> None:
    old = add_member(NewMember("Anna Old", store, "13900000001"))
    number = read(client, sheet(ANNA))
    answer = client.get(f"{HOME}{number}/rows/?status=duplicate")
    assert f'href="/console/membership/members/{old.id}/"' in answer.text
    assert "Anna Old" in plain(answer.text)


def test_a_phone_that_is_given_away_meanwhile_makes_the_row_wait(
    client: FlaskClient, store: int
) -> None:
    number = read(client, sheet(ANNA, ("Bea", "13900000002")))
    add_member(NewMember("Anna Old", store, "13900000001"))
    apply(client, number)
    assert statuses(number) == {2: "duplicate", 3: "importable"}
    assert left(member("Anna Old").id) == (0, 0)
    assert member("Bea").phone == "13900000002"


@pytest.mark.any_engine
def test_pages_of_rows_lead_on_and_back(client: FlaskClient) -> None:
    rows = [(f"N{n}", "", "", "1") for n in range(120)]
    number = read(client, sheet(*rows))
    first = client.get(f"{HOME}{number}/rows/?status=rejected").text
    assert "after=51" in first
    second = client.get(f"{HOME}{number}/rows/?status=rejected&after=51").text
    assert ('id="row-52"' in second, 'id="row-51"' in second) == (True, False)
    assert "before=52" in second
    back = client.get(f"{HOME}{number}/rows/?status=rejected&before=52").text
    assert 'id="row-2"' in back
    assert "before=" not in back
    for query in ("after=99999999999999999999", "after=-1", "after=abc", "reason=nonsense"):
        assert client.get(f"{HOME}{number}/rows/?{query}").status_code == 200
    assert client.get(f"{HOME}{number}/rows/?status=all").status_code == 404
    for row in ("1", "99999999999999999999", "500"):
        assert client.get(f"{HOME}{number}/rows/{row}").status_code == 404


@unit
def importer_without_phones() -> int:
    """Somebody who may import, and may not see phone numbers."""
    person = add_person(None)
    role = Role(name="importer")
    db.session.add(role)
    db.session.flush()
    for verb in ("import_members", "adjust_value", "adjust_points"):
        key = f"membership.{verb}"
        db.session.add(RolePermission(role_id=role.id, key=key, decision="allow"))
    db.session.add(Grant(user_id=person, role_id=role.id, store_id=None))
    return person


def test_phone_numbers_are_masked_for_whoever_may_not_see_them(
    client: FlaskClient, sign_in: SignIn
) -> None:
    masked = sign_in(user_id=importer_without_phones())
    noted = (*DEBTOR, "", "", "", "call 13911112222")
    headings = ("Name", "Phone", "Birthday", "Balance", "Bonus", "Points", "Card", "Left", "Notes")
    content = sheet(ANNA, noted, headings=headings)
    number = read(masked, content)
    seen = [
        masked.get(f"{HOME}{number}/{rest}").get_data(as_text=True)
        for rest in (
            "",
            "rows/?status=importable",
            "rows/?status=rejected",
            "rows/2",
            "rows/3",
            "results.csv",
        )
    ]
    act(masked, number, "back")
    seen.append(masked.get(f"{HOME}{number}/").get_data(as_text=True))
    joined = "\n".join(seen)
    for phone in ("13900000001", "13900000004", "13911112222"):
        assert phone not in joined
    assert "139****0001" in joined


def test_a_masked_phone_that_comes_back_leaves_the_number_as_it_was(
    client: FlaskClient, sign_in: SignIn
) -> None:
    masked = sign_in(user_id=importer_without_phones())
    number = read(masked, sheet(DEBTOR))
    sent = {"cell-phone": "139****0004", "cell-principal_fen": "50"}
    act(masked, number, "rows/2", **sent)
    assert row_of(number, 2).values["phone"] == "13900000004"
    assert row_of(number, 2).values["principal_fen"] == 5000


def test_the_result_of_each_row_is_downloaded_with_formulas_defused(client: FlaskClient) -> None:
    evil = ("=1+1", "13900000007", "", "3")
    number = take_in(client, sheet(ANNA, SHORT, AGAIN, evil))
    text = client.get(f"{HOME}{number}/results.csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:6] == ["Row", "Result", "Reason", "Record", "Name", "Phone"]
    results = [row[:3] for row in rows[1:5]]
    assert results == [
        ["2", "Taken in", ""],
        ["3", "Rejected", "The phone number is too short"],
        ["4", "There already", "Same as row 2"],
        ["5", "Taken in", ""],
    ]
    assert rows[1][3] == f"Anna Chen ({member('Anna Chen').number})"
    assert rows[4][4] == "'=1+1"
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"{HOME}{number}/results.xlsx?status=rejected").data)
    )
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [row[0] for row in cells[1:]] == [3]
    assert client.get(f"{HOME}{number}/results.pdf").status_code == 404
