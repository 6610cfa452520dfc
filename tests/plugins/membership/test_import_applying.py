"""What a row becomes: the member, her records by name, her opening balances; and the way back."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.db import db
from console.i18n import LOCALES
from console.search.declared import kind_of_table
from console.search.models import SearchRecord
from console.stores import Store
from plugins.ledger import api as ledger
from plugins.ledger.models import Journal
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    Birthday,
    Member,
    birthday_of,
    find_by_number,
    receive_member,
)
from tests.support import ledger as money
from tests.support.importing import act, page, plain, read, run_of, sheet, take_in
from tests.support.levels import build_ladder
from tests.support.live import choose
from tests.support.people import SignIn, add_person
from tests.support.salon import add_staff, add_store

WHOLE = (
    "Name", "Phone", "Lunar birthday", "Gender", "Level", "Store", "Joined", "Member number",
    "Tags", "Consultant", "Notes", "Balance", "Sessions",
)  # fmt: skip
ANNA = ("Anna", "13900000001", "", "100.50", "20", 30, "Facial", 4)
BEA = ("Bea", "13900000002", "", "7")


@pytest.fixture
def nanshan(app: Flask) -> Store:
    return add_store("Nanshan")


@pytest.fixture
def futian(nanshan: Store) -> Store:
    return add_store("Futian")


@pytest.fixture
def client(nanshan: Store, sign_in: SignIn) -> FlaskClient:
    """An owner who reads English."""
    owner = add_person("owner")
    choose(owner, locale=LOCALES[2])
    return sign_in(user_id=owner)


def member(name: str) -> Member:
    """The one member of a name."""
    db.session.rollback()
    return db.session.query(Member).filter_by(name=name).one()


def test_all_that_a_row_says_of_a_member_is_in_her_file(
    client: FlaskClient, nanshan: Store, futian: Store
) -> None:
    staff, store_id = add_staff("Wang Fang", futian), futian.id
    row = (
        "Anna", "+86 139-0000-0001", "1990-08-15", "female", "Gold", "futian", "2024-05-06",
        "V0001", "VIP, quiet", "wang fang", "likes tea", "10", 2,
    )  # fmt: skip
    number = take_in(client, sheet(row, headings=WHOLE), store_id=nanshan.id)
    anna = member("Anna")
    assert anna.phone == "13900000001"
    assert birthday_of(anna) == Birthday(8, 15, 1990, lunar=True)
    assert (anna.gender, anna.home_store_id, anna.consultant_id) == ("f", store_id, staff.id)
    assert (anna.joined_on, anna.notes) == (dt.date(2024, 5, 6), "likes tea")
    assert {tag.name for tag in anna.tags} == {"VIP", "quiet", "Gold"}
    assert (anna.source, anna.source_store_id) == ("import", store_id)
    assert find_by_number("V0001") == [anna]
    journal = db.session.query(Journal).one()
    assert (journal.ref, journal.store_id, journal.code) == (
        f"import:{number}",
        store_id,
        "opening",
    )
    (nameless,) = ledger.lots_of(anna.id, "sessions")
    assert (bool(nameless.product), nameless.left) == (True, 2)


def test_names_in_the_sheet_are_shown_and_can_mean_other_records(
    client: FlaskClient, nanshan: Store, futian: Store
) -> None:
    headings = ("Name", "Phone", "Store", "Level")
    rows = [("Anna", "13900000001", "Old town", "Gold"), ("Bea", "13900000002", "Nanshan", "Gold")]
    number = read(client, sheet(*rows, headings=headings), store_id=nanshan.id)
    assert run_of(number).choices == {
        "store": {"Old town": "", "Nanshan": str(nanshan.id)},
        "consultant": {},
        "level": {"Gold": "tag"},
    }
    assert "Store Old town 1 The store chosen for this import" in page(client, number)
    act(client, number, "names", **{"level/Gold": ""})
    assert "no longer there" in act(client, number, "names", **{"store/Old town": "999"})
    chosen = {"store/Old town": str(futian.id)}
    act(client, number, "apply", version=run_of(number).version, **chosen)
    assert member("Anna").home_store_id == futian.id
    assert member("Bea").home_store_id == nanshan.id
    assert member("Anna").tags == []


def test_a_level_of_that_name_is_hers_and_others_become_tags(
    client: FlaskClient, nanshan: Store
) -> None:
    build_ladder()
    headings = ("Name", "Phone", "Level")
    rows = [("Anna", "13900000001", " gold "), ("Bea", "13900000002", "Platinum")]
    take_in(client, sheet(*rows, headings=headings), store_id=nanshan.id)
    anna = member("Anna")
    assert (anna.level and anna.level.name, anna.level_cause, anna.tags) == ("Gold", "import", [])
    assert anna.level_since_on is not None
    assert anna.level_until_on == anna.level_since_on + dt.timedelta(days=365)
    bea = member("Bea")
    assert bea.level is not None
    assert (bea.level.name, [tag.name for tag in bea.tags]) == ("Plain", ["Platinum"])


def test_a_member_without_a_name_is_called_by_her_number(client: FlaskClient) -> None:
    take_in(client, sheet(("", "13900000001")))
    anna = db.session.query(Member).one()
    assert anna.name == anna.number


def test_opening_balances_are_lots_from_an_opening_account_and_no_income(
    client: FlaskClient,
) -> None:
    take_in(client, sheet(ANNA))
    anna = member("Anna").id
    (lot,) = ledger.lots_of(anna)
    assert (lot.paid, lot.gift, lot.price_fen, lot.unearned_left) == (10_050, 2_000, 10_050, 10_050)
    assert ledger.standings([anna], ["points"])[anna] == {"points": 30}
    (card,) = ledger.lots_of(anna, "sessions")
    assert (card.product, card.unit, card.left) == ("Facial", "SESSION:Facial", 4)
    assert money.balance(ledger.salon("revenue")) == 0
    assert money.balance(ledger.salon("opening")) == -10_050
    assert verify().findings == {}


def test_an_import_is_rolled_back_to_the_last_row_and_can_be_repeated(
    client: FlaskClient,
) -> None:
    before = _rows_of_all_tables()
    number = take_in(client, sheet(ANNA, BEA, headings=HEAD_WITH_TAGS))
    assert "2 records are removed" in page(client, number, "undo")
    act(client, number, "undo")
    after = _rows_of_all_tables()
    grown = {table for table in after if after[table] != before.get(table, 0)}
    assert grown - {"console_search_record", "console_search_word", "console_row_seal"} <= KEPT
    mine = SearchRecord.kind == kind_of_table("membership_member")
    assert db.session.query(SearchRecord).where(mine).count() == 0  # the tags stay, with words
    again = take_in(client, sheet(ANNA, BEA))
    assert money.left(member("Anna").id) == (10_050, 2_000)
    act(client, again, "undo")
    assert run_of(again).state == "undone"
    assert db.session.query(Member).count() == 0
    assert verify().findings == {}


HEAD_WITH_TAGS = (
    "Name", "Phone", "Birthday", "Balance", "Bonus", "Points", "Tags", "Sessions",
)  # fmt: skip
#: What an import that was rolled back leaves: its traces, and what others may use by now.
KEPT = {
    "console_audit",
    "console_epoch",
    "console_file",
    "console_import",
    "console_import_row",
    "console_job",
    "console_session",
    "ledger_account",
    "ledger_journal",
    "ledger_leg",
    "ledger_link",
    "ledger_lot",
    "ledger_standing",
    "membership_series",
    "membership_tag",
}


def test_an_import_that_somebody_used_of_is_not_rolled_back(client: FlaskClient) -> None:
    number = take_in(client, sheet(ANNA, BEA))
    money.spend(member("Anna").id, 100)
    shown = page(client, number, "undo")
    assert "cannot be rolled back" in shown
    assert "1 members have used of what was taken in" in shown
    assert f"Anna ({member('Anna').number})" in shown
    act(client, number, "undo")
    assert "cannot be rolled back: Anna" in page(client, number)
    assert run_of(number).state == "applied"
    assert money.left(member("Bea").id) == (700, 0)
    assert verify().findings == {}


def test_members_with_later_business_stay_without_what_the_import_gave_them(
    client: FlaskClient, nanshan: Store, futian: Store
) -> None:
    rows = (ANNA, BEA, ("Cora", "13900000003"))
    number = take_in(client, sheet(*rows), store_id=nanshan.id)
    money.top_up(member("Anna").id, 5_000)
    receive_member(member("Bea").id, futian.id)
    shown = page(client, number, "undo")
    assert "1 records are removed" in shown
    assert "2 records stay" in shown
    act(client, number, "undo")
    assert "2 records stayed, because of later business." in page(client, number)
    assert {one.name for one in db.session.query(Member)} == {"Anna", "Bea"}
    assert money.left(member("Anna").id) == (5_000, 0)
    assert money.left(member("Bea").id) == (0, 0)
    assert verify().findings == {}


def test_an_id_is_never_given_to_a_second_member(client: FlaskClient) -> None:
    number = take_in(client, sheet(ANNA))
    first = member("Anna").id
    act(client, number, "undo")
    take_in(client, sheet(ANNA))
    assert member("Anna").id > first


def test_who_took_in_and_who_rolled_back_is_in_the_audit_trail(client: FlaskClient) -> None:
    number = take_in(client, sheet(ANNA))
    act(client, number, "undo")
    trail = plain(client.get("/console/system/audit/").text)
    assert "A spreadsheet was taken in" in trail
    assert "An import was rolled back" in trail


def _rows_of_all_tables() -> dict[str, int]:
    db.session.rollback()
    there = set(db.inspect(db.engine).get_table_names())  # other tests have models of their own
    return {
        table.name: db.session.execute(db.select(db.func.count()).select_from(table)).scalar_one()
        for table in Member.metadata.sorted_tables
        if table.name in there
    }
