from __future__ import annotations

import json
import time
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.transfer.cleaning import Unclean, clean_phone
from console.transfer.dates import Birthday as WrittenBirthday
from console.transfer.dates import clean_birthday
from console.transfer.dry_run import Plan, plan_import, propose
from console.transfer.plan import reason
from console.transfer.workbook import BadFile, open_workbook
from plugins.membership.importing.fields import FIELDS, MEMBERS
from plugins.membership.services.birthdays import Birthday, check_birthday
from plugins.membership.services.phones import normalise_phone
from tests.support import spreadsheets as ugly

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 21)


def plan(path: Path) -> Plan:
    return plan_import(open_workbook(path), MEMBERS, today=TODAY)


@pytest.fixture(scope="module")
def legacy() -> Plan:
    sample = files("plugins.membership.importing") / "sample" / "members-legacy.xlsx"
    with as_file(sample) as path:
        return plan(path)


def test_the_sheet_of_the_old_system_gives_what_it_holds(legacy: Plan) -> None:
    assert legacy.totals.summary() == {
        "rows": 5000,
        "imported": 4547,
        "duplicates": 140,
        "rejected": {
            "impossible_birthday": 37,
            "negative_balance": 47,
            "no_phone": 94,
            "phone_too_short": 94,
            "phone_unreadable": 41,
        },
        "principal_fen": 281_991_321,
        "bonus_fen": 14_231_921,
        "points": 31_166_997,
        "card_times": 5_558,
    }


def test_the_money_of_rejected_rows_is_told_and_debts_apart(legacy: Plan) -> None:
    assert legacy.totals.sum_of("rejected", "principal_fen") == 17_490_005
    assert legacy.totals.sum_of("rejected", "bonus_fen") == 970_389
    assert legacy.totals.owing_of("rejected", "principal_fen") == -3_910_694
    assert legacy.totals.sum_of("duplicate", "principal_fen") == 7_199_252


def test_the_total_of_the_old_system_agrees(legacy: Plan) -> None:
    assert legacy.totals.claimed == {"principal_fen": 281_991_321}
    assert legacy.totals.differences() == {}


def test_a_missing_name_is_no_reason_to_reject(legacy: Plan) -> None:
    nameless = [row for row in legacy.rows if row.values.get("name") is None]
    assert sum(row.status == "importable" for row in nameless) > 40


def test_formulas_and_scripts_in_the_notes_stay_words(legacy: Plan) -> None:
    notes = {row.values.get("notes") for row in legacy.rows}
    assert "<script>alert(1)</script>" in notes
    assert any(isinstance(note, str) and note.startswith("=HYPERLINK(") for note in notes)


def test_card_uses_are_kept_under_the_names_of_their_cards(legacy: Plan) -> None:
    named = {bool(row.values["card_name"]) for row in legacy.rows if row.values.get("card_times")}
    assert named == {True}


def test_every_rejected_row_has_plain_words_its_number_and_what_stood_in_it(
    legacy: Plan,
) -> None:
    rejected = [row for row in legacy.rows if row.status == "rejected"]
    words = {str(reason(MEMBERS, p.field, p.what).text) for r in rejected for p in r.problems}
    assert words == {
        "No phone number",
        "The phone number is too short",
        "The phone number cannot be read",
        "The balance is below zero",
        "There is no such birthday",
    }
    assert (rejected[0].number, rejected[0].raw[0]) == (21, "V00020")


def test_staged_members_are_plain_values(legacy: Plan) -> None:
    json.dumps([row.to_json() for row in legacy.rows])


def test_five_thousand_rows_are_judged_in_under_five_seconds() -> None:
    sample = files("plugins.membership.importing") / "sample" / "members-legacy.xlsx"
    with as_file(sample) as path:
        started = time.process_time()
        plan(path)
    assert time.process_time() - started < 5


def test_birthdays_of_importable_members_are_ones_that_a_member_file_takes(
    legacy: Plan,
) -> None:
    lunar = 0
    for row in legacy.rows:
        value = row.values.get("birthday")
        if row.status == "importable" and isinstance(value, str):
            birthday = clean_birthday(value, today=TODAY)
            assert birthday
            check(birthday)
            lunar += birthday.is_lunar
    assert lunar > 300


def check(birthday: WrittenBirthday) -> None:
    month, day, year = birthday.month, birthday.day, birthday.year
    check_birthday(Birthday(month, day, year, birthday.is_lunar, birthday.is_leap), TODAY)


def test_merged_headings_in_two_lines_under_a_title_are_understood(tmp_path: Path) -> None:
    done = plan(ugly.merged_headings(tmp_path))
    assert set(done.mapping.columns) == {
        "name",
        "phone",
        "principal_fen",
        "bonus_fen",
        "card_name",
        "card_times",
        "birthday",
        "notes",
    }
    assert [row.number for row in done.rows] == [4, 5, 6]
    assert [row.values["birthday"] for row in done.rows] == [
        "1990-08-15",
        "--08-15",
        "lunar --08-15",
    ]
    assert done.totals.summary()["principal_fen"] == 128_850
    assert done.totals.summary()["card_times"] == 16


def test_titles_above_the_headings_and_headings_on_each_page_are_passed_over(
    tmp_path: Path,
) -> None:
    done = plan(ugly.title_rows(tmp_path))
    assert [row.number for row in done.rows if row.status != "total_line"] == [6, 7, 9, 10]
    assert done.totals.summary() == {
        "rows": 4,
        "imported": 2,
        "duplicates": 0,
        "rejected": {"negative_balance": 1, "phone_too_short": 1},
        "principal_fen": 2_600_000,
        "bonus_fen": 15_000,
        "points": 332,
        "card_times": 0,
    }
    assert [row.values["joined_on"] for row in done.rows if "joined_on" in row.values] == [
        "2023-05-06",
        "2024-01-09",
        "2024-01-05",
        "2024-01-05",
    ]


def test_headings_of_another_vendor_are_guessed_from_the_values(tmp_path: Path) -> None:
    path = ugly.other_vendor(tmp_path)
    guesses = {
        guess.heading: (guess.field, guess.why)
        for guess in propose(open_workbook(path), MEMBERS, today=TODAY).guesses
    }
    assert guesses["Kontakt"] == ("phone", "values")
    assert guesses["Balance"] == ("principal_fen", "heading_and_values")
    assert guesses["Birthday (lunar)"] == ("lunar_birthday", "heading_and_values")
    assert guesses["Last visit"] == (None, "ignored")
    assert guesses["Prepaid"] == (None, "unknown")
    done = plan(path)
    assert [row.values["phone"] for row in done.rows] == [
        "13700137001",
        "13700137002",
        "+886912345678",
        "075526001234",
        "13700137005",
    ]
    assert [row.values["lunar_birthday"] for row in done.rows] == [
        "lunar --01-01",
        "lunar --12-30",
        "lunar leap --04-04",
        None,
        None,
    ]
    assert done.totals.reasons == {"impossible_birthday": 1}


def test_full_width_digits_are_digits(tmp_path: Path) -> None:
    done = plan(ugly.full_width(tmp_path))
    assert [row.status for row in done.rows] == ["importable", "rejected", "importable"]
    assert [problem.code for problem in done.rows[1].problems] == [
        "negative_balance",
        "impossible_birthday",
    ]
    assert done.totals.summary()["principal_fen"] == 123_460


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_a_list_as_text_gives_the_same_members_in_any_encoding(
    tmp_path: Path, encoding: str
) -> None:
    done = plan(ugly.as_csv(tmp_path, encoding))
    assert done.totals.summary()["imported"] == 3
    assert done.totals.summary()["principal_fen"] == 70_000


def test_a_list_from_taiwan_is_understood(tmp_path: Path) -> None:
    done = plan(ugly.save(tmp_path / "tw.xlsx", ugly.TABLES["traditional"]))
    assert [row.values["phone"] for row in done.rows] == ["0912345678", "0922333444"]
    assert done.totals.summary()["principal_fen"] == 120_000


def test_sixty_columns_without_a_phone_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="Phone"):
        plan(ugly.sixty_columns(tmp_path))


def test_every_field_has_headings_and_every_heading_a_field() -> None:
    assert set(MEMBERS.vocabulary.headings) == {field.name for field in FIELDS}


def test_no_heading_means_two_things() -> None:
    known = [word for words in MEMBERS.vocabulary.headings.values() for word in words]
    known += MEMBERS.vocabulary.ignored
    assert sorted(word for word in set(known) if known.count(word) > 1) == []


@given(st.one_of(st.text("0123456789+- ()", max_size=20), st.text(max_size=20)))
def test_a_phone_of_a_sheet_is_spelled_as_in_the_member_file(text: str) -> None:
    try:
        phone = clean_phone(text)
    except Unclean:
        return
    assert phone is None or normalise_phone(phone) == phone


@given(
    st.integers(0, 13),
    st.integers(0, 32),
    st.none() | st.integers(1890, 2030),
    st.booleans(),
)
def test_a_birthday_of_a_sheet_is_one_that_a_member_file_takes(
    month: int, day: int, year: int | None, lunar: bool
) -> None:
    text = f"{year or '-'}-{month:02}-{day:02}"
    try:
        birthday = clean_birthday(text, today=TODAY, lunar=lunar)
    except Unclean:
        return
    if birthday:
        check(birthday)
