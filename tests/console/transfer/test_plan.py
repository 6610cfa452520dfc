from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from console.errors import Refused
from console.transfer.cells import Row
from console.transfer.dates import read_birthday
from console.transfer.dry_run import Plan, plan_import, propose, stage_chunks
from console.transfer.fields import Import, ImportField, ImportReason, Vocabulary
from console.transfer.mapping import GUESSES
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.plan import Problem, StagedRow, Stager, mark_taken, reason
from console.transfer.totals import Totals
from console.transfer.workbook import BadFile, open_workbook
from tests.support import spreadsheets as ugly

TODAY = date(2026, 11, 21)
BOATS = Import(
    name="boats",
    title="Boats",
    fields=(
        ImportField(
            name="phone",
            label="Phone",
            kind="phone",
            required=True,
            unique=True,
            looks_like=lambda values: 1.0 if values else 0.0,
            reasons={"missing": ImportReason("no_phone", "No phone number")},
        ),
        ImportField(name="deposit_fen", label="Deposit", kind="money", summed=True),
        ImportField(name="trips", label="Trips", kind="count", summed=True, round_down=True),
        ImportField(name="launched_on", label="Launched", kind="date", strict=False),
        ImportField(name="name", label="Name", longest=10),
        ImportField(name="harbour", label="Harbour", listed=True),
    ),
    vocabulary=Vocabulary(
        headings={
            "phone": ("phone", "mobile"),
            "deposit_fen": ("deposit", "balance"),
            "trips": ("trips",),
            "launched_on": ("launched",),
            "name": ("name", "boat"),
            "harbour": ("harbour",),
        },
        ignored=("colour", "lasttrip"),
    ),
)
HEADINGS = ["Name", "Phone", "Deposit", "Trips", "Launched", "Harbour"]


def sheet(folder: Path, *lines: Sequence[object], headings: Sequence[object] = HEADINGS) -> Path:
    return ugly.save(folder / "boats.xlsx", [headings, *lines])


def plan(path: Path, subject: Import = BOATS) -> Plan:
    return plan_import(open_workbook(path), subject, today=TODAY)


def test_a_row_becomes_values_that_json_can_hold(tmp_path: Path) -> None:
    path = sheet(tmp_path, ["Ida", 13800138000, "¥1,000.50", 7, date(2024, 1, 5), "North"])
    row = plan(path).rows[0]
    assert (row.number, row.status) == (2, "importable")
    assert row.values == {
        "phone": "13800138000",
        "deposit_fen": 100050,
        "trips": 7,
        "launched_on": "2024-01-05",
        "name": "Ida",
        "harbour": "North",
    }
    assert row.raw == ["Ida", "13800138000", "¥1,000.50", "7", "2024-01-05", "North"]


def test_a_staged_row_survives_storage(tmp_path: Path) -> None:
    for row in plan(sheet(tmp_path, ["A", "1"], ["B", "13800138000", "x", "1.5", "?"])).rows:
        assert StagedRow.from_json(json.loads(json.dumps(row.to_json()))) == row


def test_a_rejected_row_names_every_fault_and_counts_by_the_first(tmp_path: Path) -> None:
    done = plan(sheet(tmp_path, ["A boat of too long a name", None, "-5"]))
    row = done.rows[0]
    assert (row.status, row.reason_code) == ("rejected", "no_phone")
    assert [problem.code for problem in row.problems] == [
        "no_phone",
        "deposit_fen_negative",
        "name_too_long",
    ]
    assert [str(reason(BOATS, p.field, p.what).text) for p in row.problems] == [
        "No phone number",
        "Deposit is below zero",
        "Name is too long",
    ]
    assert done.totals.reasons == {"no_phone": 1}


def test_what_may_be_missing_is_left_out_with_a_note(tmp_path: Path) -> None:
    row = plan(sheet(tmp_path, ["A", "13800138000", "1", "2.5", "soon"])).rows[0]
    assert row.status == "importable"
    assert (row.values["trips"], row.values["launched_on"]) == (2, None)
    assert [note.code for note in row.notes] == ["trips_rounded_down", "launched_on_unreadable"]


def test_the_first_of_two_rows_with_one_phone_is_taken_and_the_second_listed(
    tmp_path: Path,
) -> None:
    rows = plan(sheet(tmp_path, ["A", "13800138000"], [], ["B", "+86 138 0013 8000"])).rows
    assert [(row.number, row.status, row.duplicate_of) for row in rows] == [
        (2, "importable", None),
        (4, "duplicate", 2),
    ]


def test_a_row_whose_phone_a_rejected_row_has_is_listed_too(tmp_path: Path) -> None:
    rows = plan(sheet(tmp_path, ["A", "13800138000", "-1"], ["B", "13800138000", "1"])).rows
    assert [row.status for row in rows] == ["rejected", "duplicate"]


def test_known_records_are_asked_for_once_per_chunk(tmp_path: Path) -> None:
    asked: list[Sequence[str]] = []

    def find_taken(field: str, values: Sequence[str]) -> Mapping[str, int]:
        assert field == "phone"
        asked.append(values)
        return {"13800138001": 77}

    book = open_workbook(sheet(tmp_path, *(["A", 13800138000 + n] for n in range(5))))
    stager = Stager(BOATS, propose(book, BOATS, today=TODAY).mapping, TODAY)
    chunks = list(stage_chunks(book, stager, find_taken, size=2))
    assert [len(chunk) for chunk in chunks] == [2, 2, 1]
    assert [len(values) for values in asked] == [2, 2, 1]
    assert [(row.status, row.record) for row in chunks[0]] == [
        ("importable", None),
        ("duplicate", 77),
    ]


def test_a_job_that_was_cut_off_goes_on_with_the_values_it_had_seen(tmp_path: Path) -> None:
    book = open_workbook(sheet(tmp_path, ["A", "13800138000"], ["B", "13800138000"]))
    mapping = propose(book, BOATS, today=TODAY).mapping
    again = Stager(BOATS, mapping, TODAY, {"phone": {"13800138000": 2}})
    rows = list(again.stage_rows(row for row in book.rows() if row.number > 2))
    assert [(row.status, row.duplicate_of) for row in rows] == [("duplicate", 2)]


def test_totals_can_be_counted_again_from_staged_rows(tmp_path: Path) -> None:
    done = plan(
        sheet(
            tmp_path,
            ["A", "13800138000", "10", 1, None, "North"],
            ["B", "13800138000", "20", 2, None, "North"],
            ["C", None, "30.30", 3, None, "South"],
            ["D", "13800138001", "-40", 4, None, "South"],
            ["Total:", None, "20.30", None],
        )
    )
    counted = Totals(BOATS)
    for row in done.rows:
        counted.add(row)
    assert counted == done.totals
    assert counted.summary() == {
        "rows": 4,
        "imported": 1,
        "duplicates": 1,
        "rejected": {"deposit_fen_negative": 1, "no_phone": 1},
        "deposit_fen": 1000,
        "trips": 1,
    }
    assert counted.sum_of("duplicate", "deposit_fen") == 2000
    assert counted.sum_of("rejected", "deposit_fen") == 3030
    assert counted.owing_of("rejected", "deposit_fen") == -4000
    assert counted.claimed == {"deposit_fen": 2030}
    assert counted.differences() == {"deposit_fen": -1030}
    assert counted.listed == {"harbour": {"North": 1}}


def test_headings_that_come_again_on_each_page_are_no_rows(tmp_path: Path) -> None:
    done = plan(sheet(tmp_path, ["A", "13800138000"], HEADINGS, ["B", "13800138001"]))
    assert [row.number for row in done.rows] == [2, 4]


def test_a_mended_row_is_taken_without_what_was_waived(tmp_path: Path) -> None:
    book = open_workbook(sheet(tmp_path, ["A", None, "-5"]))
    stager = Stager(BOATS, propose(book, BOATS, today=TODAY).mapping, TODAY)
    waived = frozenset({"no_phone", "deposit_fen_negative"})
    row = stager.stage(Row(2, ("A", None, "-5")), waived)
    assert (row.status, row.values["phone"], row.values["deposit_fen"]) == (
        "importable",
        None,
        -500,
    )
    mended = stager.stage(Row(2, ("A", "13800138000", "5")))
    assert (mended.status, mended.values["deposit_fen"]) == ("importable", 500)


def test_a_row_without_its_unique_value_is_nobodys_duplicate() -> None:
    row = StagedRow(2, "importable", {"phone": None}, [])
    mark_taken([row], BOATS, lambda field, values: {"": 1})
    assert row.status == "importable"


def test_each_column_is_told_with_the_reason_for_the_guess(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        *(
            ["Ida", f"1380013800{n}", "red", "7", "sunny", None, f"2024-01-0{n}"]
            for n in range(1, 9)
        ),
        headings=["Boat", "Whom to call", "Colour", "Balance", "Deposit", "Trips", "When"],
    )
    guesses = propose(open_workbook(path), BOATS, today=TODAY).guesses
    assert [(guess.field, guess.why) for guess in guesses] == [
        ("name", "heading"),
        ("phone", "values"),
        (None, "ignored"),
        ("deposit_fen", "heading_and_values"),
        (None, "taken"),
        ("trips", "heading"),
        (None, "unknown"),
    ]
    assert guesses[0].samples[0] == "Ida"
    assert all(str(GUESSES[guess.why]) for guess in guesses)


def test_half_a_heading_whose_values_do_not_fit_is_shown_but_not_followed(
    tmp_path: Path,
) -> None:
    lines = [["A", f"1380013800{n}", "soon"] for n in range(9)]
    path = sheet(tmp_path, *lines, headings=["Name", "Phone", "Deposit due"])
    proposal = propose(open_workbook(path), BOATS, today=TODAY)
    assert proposal.guesses[2].why == "heading_not_values"
    assert "deposit_fen" not in proposal.mapping.columns


def test_money_under_its_very_heading_is_never_left_out_in_silence(tmp_path: Path) -> None:
    done = plan(sheet(tmp_path, *(["A", f"1380013800{n}", "ten"] for n in range(9))))
    assert done.totals.reasons == {"deposit_fen_unreadable": 9}


def test_a_sheet_without_headings_is_read_by_its_values(tmp_path: Path) -> None:
    path = ugly.save(tmp_path / "a.xlsx", [["Ida", "13800138000"], ["Eva", "13800138001"]])
    done = plan(path)
    assert done.mapping.headings == ("A", "B")
    assert [row.values["phone"] for row in done.rows] == ["13800138000", "13800138001"]


def test_the_staff_can_correct_a_mapping_and_it_can_be_stored(tmp_path: Path) -> None:
    book = open_workbook(sheet(tmp_path, ["A", "13800138000", "1", "2"]))
    mapping = propose(book, BOATS, today=TODAY).mapping
    corrected = mapping.corrected({"phone": 1, "trips": 2}, BOATS)
    assert corrected == ColumnMapping.from_json(json.loads(json.dumps(corrected.to_json())))
    done = plan_import(book, BOATS, today=TODAY, mapping=corrected)
    assert done.rows[0].values == {"phone": "13800138000", "trips": 1}


@pytest.mark.parametrize("columns", [{"phone": 99}, {"phone": -1}, {"nothing": 1}])
def test_a_stale_mapping_form_is_refused(tmp_path: Path, columns: dict[str, int]) -> None:
    book = open_workbook(sheet(tmp_path, ["A", "13800138000"]))
    mapping = propose(book, BOATS, today=TODAY).mapping
    with pytest.raises(Refused, match="out of date"):
        mapping.corrected(columns, BOATS)
    with pytest.raises(Refused, match="two things"):
        mapping.corrected({"phone": 1, "trips": 1}, BOATS)


def test_sixty_columns_without_a_phone_are_refused_by_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="None of the 60 columns holds “Phone”") as refused:
        plan(ugly.sixty_columns(tmp_path))
    assert refused.value.reason_code == "no_column"


def test_the_sheet_that_can_be_seen_is_chosen(tmp_path: Path) -> None:
    subject = replace(BOATS, vocabulary=Vocabulary(headings={}))
    mapping = propose(open_workbook(ugly.hidden_sheet(tmp_path)), subject, today=TODAY).mapping
    assert mapping.sheet == 1


@pytest.mark.parametrize("table", [[HEADINGS], [], [["Boats of the north"], [], HEADINGS]])
def test_a_sheet_without_rows_is_refused(tmp_path: Path, table: list[list[object]]) -> None:
    with pytest.raises(BadFile, match="no rows of data") as refused:
        plan(ugly.save(tmp_path / "a.xlsx", table))
    assert refused.value.reason_code == "empty"


def test_totals_survive_being_stored_and_tell_what_sits_behind_each_reason() -> None:
    totals = Totals(BOATS)
    for staged in (
        StagedRow(2, "importable", {"deposit_fen": 500, "harbour": "Kiel"}, []),
        StagedRow(
            3, "rejected", {"deposit_fen": 70}, [], [Problem("phone", "missing", "no_phone")]
        ),
        StagedRow(
            4, "rejected", {"deposit_fen": -9}, [], [Problem("phone", "missing", "no_phone")]
        ),
        StagedRow(5, "total_line", {"deposit_fen": 600}, []),
    ):
        totals.add(staged)
    again = Totals.from_json(BOATS, json.loads(json.dumps(totals.to_json())))
    assert again == totals
    assert again.sums_of_reason == {"no_phone": {"deposit_fen": 70}}
    assert again.owing_of_reason == {"no_phone": {"deposit_fen": -9}}
    assert again.differences() == {"deposit_fen": -100}
    assert Totals.from_json(BOATS, {}).rows == 0


def test_a_birthday_of_a_staged_row_is_read_back_as_it_was_written() -> None:
    for text in ("1990-08-15", "--08-15", "lunar --08-15", "lunar leap 1987-06-04"):
        assert str(read_birthday(text)) == text
    with pytest.raises(ValueError, match="August"):
        read_birthday("15 August")
