"""Rosters from spreadsheets: understood either way round, looked at first, safe to open."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook

from console import api
from plugins.booking.models import Shift
from plugins.booking.services.rosters_cells import OFF
from plugins.booking.services.rosters_import import read_file
from plugins.booking.services.rosters_sheet import Known, SheetRoster, read_roster
from tests.support.booking import MONDAY, Salon, add_template
from tests.support.pages import words
from tests.support.people import SignIn, post

pytestmark = pytest.mark.any_engine
IMPORT = "/console/booking/roster-import/"
TUESDAY = MONDAY + dt.timedelta(days=1)
KNOWN = Known(
    people={"amy": 1, "林小美": 2},
    shifts={"早班": "t1", "早": "t1", "early": "t1", "休": "t9"},
    hours={(540, 1080): "t5"},
    off="t9",
)


def codes(roster: SheetRoster) -> dict[tuple[str, dt.date], str | None]:
    return {(line.name, cell.day): cell.code for line in roster.lines for cell in line.cells}


@pytest.mark.parametrize(
    "days",
    [
        ["2026-11-23", "2026-11-24"],
        ["11/23", "11/24"],
        ["11月23日(周一)", "11月24日"],
        ["周一", "星期二"],
        ["Mon", "Tue"],
        ["2026-11-23 00:00:00", "2026-11-24 00:00:00"],
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_days_are_found_however_they_are_written(days: list[str], turned: bool) -> None:
    grid = [
        ["福田店排班表", "", ""],
        ["姓名", *days],
        ["Amy", "早", "休"],
        ["林小美", "9:00-18:00", "OFF"],
    ]
    if turned:
        grid = [list(line) for line in zip(*grid[1:], strict=True)]
    roster = read_roster(grid, KNOWN, MONDAY)
    assert codes(roster) == {
        ("Amy", MONDAY): "t1",
        ("Amy", TUESDAY): "t9",
        ("林小美", MONDAY): "t5",
        ("林小美", TUESDAY): "t9",
    }


def test_a_month_of_numbers_is_read_from_its_title_and_goes_on_after_its_end() -> None:
    numbers = ["29", "30", "31", "1", "2"]
    grid = [["2026年12月"], ["", *numbers], ["Amy", "早", "", "", "", "10点-19点"]]
    roster = read_roster(grid, KNOWN, MONDAY)
    assert [roster.days[0], roster.days[-1]] == [dt.date(2026, 12, 29), dt.date(2027, 1, 2)]
    cell = roster.lines[0].cells[1]
    assert (cell.day, cell.code, bool(cell.problem)) == (dt.date(2027, 1, 2), None, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("９：００～１８：００", "t5"),  # noqa: RUF001
        ("10-19", "600-1140"),
        ("20:00-02:00", "1200-1560"),
        ("EARLY", "t1"),
        ("25:00-26:00", None),
        ("9:75-18:00", None),
        ("maybe", None),
    ],
)
def test_a_cell_is_a_shift_hours_or_a_reason_why_not(text: str, code: str | None) -> None:
    roster = read_roster([["", "11-23", "11-24"], ["Amy", text, "休"]], KNOWN, MONDAY)
    cell = roster.lines[0].cells[0]
    assert (cell.code, cell.problem is None) == (code, code is not None)


def test_names_that_nobody_has_are_asked_about_and_nobody_stands_twice() -> None:
    grid = [["", "11-23", "11-24"], ["Amy", "早", ""], ["小美", "早", ""], ["合计", "2", ""]]
    roster = read_roster(grid, KNOWN, MONDAY)
    assert [(line.name, line.staff_id) for line in roster.lines] == [("Amy", 1), ("小美", None)]
    assert read_roster(grid, KNOWN, MONDAY, {"小美": 2}).lines[1].staff_id == 2
    assert read_roster(grid, KNOWN, MONDAY, {"小美": 1}).lines[1].staff_id is None
    assert read_roster([["a", "b"]], KNOWN, MONDAY).problem


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x03\x04junk", b""])
def test_a_file_that_is_no_spreadsheet_is_refused_with_a_reason(
    app: Flask, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)
    with pytest.raises(api.Refused):
        read_file(path, MONDAY)


def test_a_manager_looks_at_a_sheet_and_takes_it_in(app: Flask, sign_in: SignIn) -> None:
    salon = Salon(technicians=2)
    add_template("早班", 600, 900)
    manager = sign_in("manager", salon.store_id)
    manager.set_cookie("console_language", "en")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (["", MONDAY, TUESDAY], ["Amy", "早班", "11:00-16:00"], ["Co", "??", "早班"]):
        sheet.append(line)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    page = look_at(manager, {"file": (file, "roster.xlsx"), "week": str(MONDAY)})
    assert "2 days can be planned" in words(page)
    assert "Nobody of this name" in words(page)
    assert planned(TUESDAY) == {}
    asked = {"week": str(MONDAY), "grid": grid_of(page), "name": "Co"}
    page = look_at(manager, {**asked, "person": str(salon.staff_ids[1])})
    assert "Neither a shift nor hours" in words(page)
    answer = post(manager, f"{IMPORT}apply", {**asked, "person": str(salon.staff_ids[1])})
    assert answer.status_code == 302
    assert planned(TUESDAY) == {salon.staff_ids[0]: (660, 960), salon.staff_ids[1]: (600, 900)}
    assert post(manager, f"{IMPORT}apply", {"grid": "[[1"}).status_code == 422
    assert post(manager, f"{IMPORT}read", {}).status_code == 422


def look_at(manager: FlaskClient, fields: dict[str, object]) -> str:
    answer = post(manager, f"{IMPORT}read", fields, content_type="multipart/form-data")
    assert answer.status_code == 200
    return str(answer.text)


def grid_of(page: str) -> str:
    found = re.search(r'name="grid" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def planned(day: dt.date) -> dict[int, tuple[int, int] | None]:
    api.db.session.rollback()
    shifts = api.db.session.query(Shift).filter(Shift.day_on == day)
    return {shift.staff_id: shift.span for shift in shifts}


def test_off_is_a_word_of_its_own_where_no_template_says_so() -> None:
    nobody = Known({"amy": 1}, {}, {}, OFF)
    roster = read_roster([["", "11-23", "11-24"], ["Amy", "休息", "rest"]], nobody, MONDAY)
    assert [cell.code for cell in roster.lines[0].cells] == [OFF, OFF]
