"""Exports: what the list shows, whole or visibly cut, and harmless to open."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from console.admin import sheets
from console.audit import AuditEntry
from console.db import db
from console.inbox import Notice
from console.security.settings import EXPORT_ROWS, EXPORT_ROWS_A_DAY
from console.settings import Setting
from console.unit import unit
from console.words import thaw
from tests.console.admin.conftest import URL, House
from tests.console.admin.test_forms import forbid_phones
from tests.support import teahouse
from tests.support.people import post, token_of

pytestmark = pytest.mark.slow

PAYLOADS = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_csv_opens_in_excel_and_counts_its_rows(house: House, owner: FlaskClient) -> None:
    teahouse.add_guest("Lin", house.here, phone="13800138000", balance_fen=-123450, visits=3)
    answer = owner.get(f"{URL}export/csv/")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=guests-")
    header, row, last = read_csv(answer.data)
    by_label = dict(zip(header, row, strict=True))
    assert "-1234.50" in row
    assert by_label[header[0]] == "Lin"
    assert "2026-01-01 08:00:00" in row
    assert len(last) == 1
    assert "1" in last[0]


def test_an_export_of_many_rows_is_complete(house: House, owner: FlaskClient) -> None:
    teahouse.add_many(house.here, 2500)
    rows = read_csv(owner.get(f"{URL}export/csv/?sort=visits").data)
    names = [row[0] for row in rows[1:-1]]
    assert len(names) == len(set(names)) == 2500
    assert "2500" in rows[-1][0]
    book = openpyxl.load_workbook(io.BytesIO(owner.get(f"{URL}export/xlsx/?sort=visits").data))
    found = [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert found == names


def test_an_export_keeps_filter_sort_and_columns(house: House, owner: FlaskClient) -> None:
    for name, visits in (("A", 1), ("B", 2), ("C", 3)):
        teahouse.add_guest(name, house.here, visits=visits)
    head = {"X-CSRFToken": token_of(owner)}
    owner.post(f"{URL}columns/", json={"columns": ["visits", "name"]}, headers=head)
    rows = read_csv(owner.get(f"{URL}export/csv/?f.visits.ge=2&sort=-visits").data)
    assert rows[1:-1] == [["3", "C"], ["2", "B"]]


def test_no_text_is_computed_when_the_file_is_opened(house: House, owner: FlaskClient) -> None:
    for payload in PAYLOADS:
        teahouse.add_guest(payload, house.here)
    everything = f"{URL}export/{{}}/?sort=name"
    rows = read_csv(owner.get(everything.format("csv")).data)[1:-1]
    assert {row[0] for row in rows} == {f"'{payload}" for payload in PAYLOADS}
    book = openpyxl.load_workbook(io.BytesIO(owner.get(everything.format("xlsx")).data))
    for place in range(2, 2 + len(PAYLOADS)):
        cell = book.worksheets[0].cell(place, 1)
        assert cell.data_type == "s"
        assert str(cell.value).startswith("'")


def test_cells_of_a_workbook_are_typed(house: House, owner: FlaskClient) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    teahouse.add_guest(
        "Lin \x07<b>&",
        house.here,
        phone="13800138000",
        rank_id=rank,
        balance_fen=123450,
        born_on=dt.date(1990, 5, 6),
    )
    answer = owner.get(f"{URL}export/xlsx/")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    row = next(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert row[0] == "Lin <b>&"
    assert "13800138000" in row
    assert "Gold" in row
    assert 1234.5 in row
    assert dt.datetime(1990, 5, 6) in row
    assert dt.datetime(2026, 1, 1, 8, 0) in row


def test_phones_are_masked_in_an_export_as_on_the_screen(house: House) -> None:
    teahouse.add_guest("Lin", house.here, phone="13800138000")
    client = house.enter("manager", house.here)
    assert b"13800138000" in client.get(f"{URL}export/csv/").data
    forbid_phones("manager")
    data = client.get(f"{URL}export/csv/").data
    assert b"13800138000" not in data
    assert b"138****8000" in data


def test_an_export_is_written_down(house: House, owner: FlaskClient) -> None:
    owner.get(f"{URL}export/csv/?q=13800138000&f.visits.ge=2")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "export")).one()
    assert entry.after == {
        "list": "tea_guests",
        "format": "csv",
        "filters": ["f.visits.ge"],
        "searched": True,
        "rows": 0,
    }


@pytest.mark.any_engine
def test_an_export_says_inside_whose_it_is(house: House, owner: FlaskClient) -> None:
    teahouse.add_guest("Lin", house.here)
    answer = owner.get(f"{URL}export/csv/")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "export")).one()
    mark = read_csv(answer.data)[-1][0]
    assert entry.user_name in mark
    assert entry.request_id in mark
    book = openpyxl.load_workbook(io.BytesIO(owner.get(f"{URL}export/xlsx/").data))
    assert entry.user_name in str(book.worksheets[-1].cell(1, 1).value)
    assert entry.user_name in str(book.properties.description)
    foot = book.worksheets[0].oddFooter
    assert foot is not None
    assert entry.user_name in str(foot.left.text)


@pytest.mark.any_engine
def test_the_owner_hears_of_many_rows_at_once_or_in_a_day(house: House) -> None:
    teahouse.add_many(house.here, 6)
    limit(EXPORT_ROWS, 6)
    limit(EXPORT_ROWS_A_DAY, 17)
    client = house.enter("manager", house.here)
    told = sa.select(Notice.body).where(Notice.key.like("console.exports:%"))
    for _time in range(2):
        client.get(f"{URL}export/csv/")
    assert db.session.scalars(told).all() == []
    client.get(f"{URL}export/xlsx/")
    db.session.rollback()
    words = thaw(db.session.scalars(told).one())
    assert re.findall(r"\d+", words)[-2:] == ["6", "18"]


@unit
def limit(setting: Setting[int], most: int) -> None:
    setting.put(most)


def test_there_are_no_other_kinds_of_export(house: House, owner: FlaskClient) -> None:
    for kind in ("json", "xls", "..", "csv%00"):
        assert owner.get(f"{URL}export/{kind}/").status_code == 404
    assert post(owner, f"{URL}export/csv/").status_code == 405


def test_a_long_workbook_goes_on_on_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SHEET_ROWS", 3)
    chunks = [[[1], [2]], [[3], [4]], [[5]]]
    data = b"".join(sheets.write_xlsx(["Number"], chunks))
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = [
        [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
        for sheet in book.worksheets
    ]
    assert found == [[1, 2], [3, 4, 5]] or found == [[1, 2], [3, 4], [5]]


def test_a_workbook_without_rows_opens() -> None:
    data = b"".join(sheets.write_xlsx(["Number"], []))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.worksheets[0]["A1"].value == "Number"


def test_a_workbook_that_was_cut_cannot_be_opened(house: House, owner: FlaskClient) -> None:
    teahouse.add_many(house.here, 300)
    data = owner.get(f"{URL}export/xlsx/").data
    with pytest.raises(Exception, match="zip"):
        openpyxl.load_workbook(io.BytesIO(data[: len(data) * 3 // 4]))
