from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from console.transfer.cells import Row, column_letter
from console.transfer.workbook import BadFile, Limits, open_workbook
from tests.support import spreadsheets as ugly

pytestmark = pytest.mark.slow


def read(path: Path, limits: Limits | None = None) -> list[Row]:
    return list(open_workbook(path, limits).rows())


def refusal(path: Path, limits: Limits | None = None) -> BadFile:
    with pytest.raises(BadFile) as refused:
        read(path, limits)
    return refused.value


def test_rows_keep_the_numbers_that_the_spreadsheet_program_shows(tmp_path: Path) -> None:
    path = ugly.save(tmp_path / "a.xlsx", [["Name"], [], ["A"], [None, " "], ["B"]])
    assert [(row.number, row.cells) for row in read(path)] == [
        (1, ("Name",)),
        (3, ("A",)),
        (5, ("B",)),
    ]


def test_days_numbers_and_texts_come_as_what_they_are(tmp_path: Path) -> None:
    rows = read(ugly.dated(tmp_path))
    assert rows[1].cells == ("A", 13800138000, date(2024, 1, 5))
    assert rows[2].cells == ("B", "13800138001", datetime(2024, 1, 5, 18, 30))
    assert rows[3].cells == ("C", "13800138002", 45296)


def test_a_formula_gives_its_saved_result_and_else_its_own_words(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c>'
        '<c r="B1" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'
        '<c r="C1"><f>HYPERLINK("http://x","y")</f><v /></c>'
        '<c r="D1" t="str"><f>IF(A1,"","")</f><v></v></c>'
        '<c r="E1" t="e"><v>#REF!</v></c><c r="F1" t="b"><v>1</v></c></row>'
    )
    path = ugly.with_parts(tmp_path, "f.xlsx", {"xl/worksheets/sheet1.xml": ugly.sheet_xml(rows)})
    assert read(path)[0].cells == (2, "ab", '=HYPERLINK("http://x","y")', None, "#REF!", True)


def test_texts_of_all_kinds_of_cells_are_read_without_their_ruby(tmp_path: Path) -> None:
    rows = (
        '<row><c t="inlineStr"><is><r><t>Mi</t></r><r><t>a</t></r>'
        "<rPh><t>ruby</t></rPh></is></c>"
        '<c t="inlineStr"><is><t>a_x000D_b</t></is></c><c t="d"><v>2024-01-05T00:00:00Z</v></c>'
        "</row>"
    )
    path = ugly.with_parts(tmp_path, "t.xlsx", {"xl/worksheets/sheet1.xml": ugly.sheet_xml(rows)})
    assert read(path)[0] == Row(1, ("Mia", "a\rb", datetime(2024, 1, 5)))


def test_a_hidden_sheet_is_told_from_one_that_can_be_seen(tmp_path: Path) -> None:
    book = open_workbook(ugly.hidden_sheet(tmp_path))
    assert [(sheet.title, sheet.hidden) for sheet in book.sheets] == [
        ("old", True),
        ("new", False),
    ]
    assert [sheet.title for sheet in book.visible_sheets()] == ["new"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("gb18030", ","),
        ("gbk", "\t"),
        ("utf-16", "\t"),
        ("utf-16-le", ","),
        ("utf-16-be", ","),
    ],
)
def test_text_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = read(ugly.as_csv(tmp_path, encoding, delimiter))
    assert [list(row.cells) for row in rows] == ugly.TABLES["as_csv"]


def test_text_from_taiwan_is_read_as_big5(tmp_path: Path) -> None:
    table = [[str(cell).replace(",", "") for cell in line] for line in ugly.TABLES["traditional"]]
    rows = read(ugly.as_csv(tmp_path, "big5", table=table))
    assert [list(row.cells) for row in rows] == table


def test_a_csv_may_name_its_delimiter_and_break_lines_within_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sep=;\r\nName;Notes\r\nA;"one, two\r\nthree"\r\n\r\nB;x\r\n', newline="")
    assert [(row.number, row.cells) for row in read(path)] == [
        (2, ("Name", "Notes")),
        (3, ("A", "one, two\r\nthree")),
        (5, ("B", "x")),
    ]


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    path = ugly.save(tmp_path / "long.xlsx", [["Name"], *(["A" * 50] for _ in range(5_000))])
    book = open_workbook(path)
    shares = [book.share_read for _row in book.rows()]
    assert 0 < shares[0] < 0.5
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = ugly.zip_bomb(tmp_path)
    assert path.stat().st_size < 1024**2
    assert refusal(path).reason_code == "unpacks_too_big"


def test_a_small_file_that_swells_beyond_reason_is_not_unpacked(tmp_path: Path) -> None:
    parts = {"xl/worksheets/sheet1.xml": b" " * (20 * 1024**2)}
    path = ugly.with_parts(tmp_path, "swells.xlsx", parts)
    assert refusal(path).reason_code == "unpacks_too_big"


def test_a_file_of_thousands_of_parts_is_not_unpacked(tmp_path: Path) -> None:
    parts = {f"xl/media/{number}.bin": b"" for number in range(2_001)}
    path = ugly.with_parts(tmp_path, "parts.xlsx", parts)
    assert refusal(path).reason_code == "unpacks_too_big"


def test_entities_are_not_followed(tmp_path: Path) -> None:
    assert refusal(ugly.laughing_sheet(tmp_path)).reason_code == "broken"


def test_a_file_over_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2)
    bad = refusal(path)
    assert bad.reason_code == "too_big"
    assert "20 MB" in str(bad)


@pytest.mark.parametrize(
    ("stream", "code", "words"),
    [
        ("EncryptedPackage", "protected", "password"),
        ("Workbook", "old_xls", ".xls file"),
        ("Book", "old_xls", ".xls file"),
        ("WordDocument", "wrong_type", "not a spreadsheet"),
    ],
)
def test_a_file_of_the_old_office_is_refused_by_its_name(
    tmp_path: Path, stream: str, code: str, words: str
) -> None:
    bad = refusal(ugly.ole(tmp_path, "list.xlsx", stream))
    assert (bad.reason_code, bad.status) == (code, 422)
    assert words in str(bad)


def test_a_locked_zip_is_refused_as_protected(tmp_path: Path) -> None:
    path = ugly.with_parts(tmp_path, "locked.xlsx", {})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    assert refusal(path).reason_code == "protected"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n" + b"x" * 100, "wrong_type"),
        (bytes(range(256)), "wrong_type"),
        (b"<html><table><tr><td>Name</td></tr></table></html>", "other_spreadsheet"),
        (b'<?xml version="1.0"?><Workbook/>', "other_spreadsheet"),
        (b"PK\x03\x04 but no zip at all", "broken"),
        (b'Name,Notes\r\nA,"never closed\r\nB,x\r\n', "broken"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_by_what_it_holds(
    tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    assert refusal(path).reason_code == code


def test_a_picture_stays_a_picture_whatever_its_name_says(tmp_path: Path) -> None:
    assert refusal(ugly.picture(tmp_path)).reason_code == "wrong_type"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("word/document.xml", "wrong_type"),
        ("content.xml", "other_spreadsheet"),
        ("xl/workbook.bin", "other_spreadsheet"),
    ],
)
def test_other_zips_are_told_from_spreadsheets(tmp_path: Path, part: str, code: str) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "<x/>")
    assert refusal(path).reason_code == code


def test_a_book_whose_sheets_are_all_hidden_holds_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(ugly.with_parts(tmp_path, "a.xlsx", {})) as archive:
        contents = archive.read("xl/workbook.xml").replace(b'"visible"', b'"veryHidden"')
    path = ugly.with_parts(tmp_path, "b.xlsx", {"xl/workbook.xml": contents})
    assert refusal(path).reason_code == "empty"


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_too_many_rows_or_columns_are_refused_with_the_limit(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("a,b,c\n" * 12)
    else:
        ugly.save(path, [["a", "b", "c"]] * 12)
    rows = refusal(path, Limits(rows=10))
    assert (rows.reason_code, "10" in str(rows)) == ("too_many_rows", True)
    columns = refusal(path, Limits(columns=2))
    assert (columns.reason_code, "2" in str(columns)) == ("too_many_columns", True)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1"><v>one</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="1"><c r="A1" t="d"><v>yesterday</v></c></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_called_damaged(tmp_path: Path, rows: str) -> None:
    parts = {"xl/worksheets/sheet1.xml": ugly.sheet_xml(rows)}
    assert refusal(ugly.with_parts(tmp_path, "a.xlsx", parts)).reason_code == "broken"


def test_a_sheet_of_wide_blank_rows_costs_nothing(tmp_path: Path) -> None:
    blank = "".join(f'<row r="{row}"><c r="XFD{row}"/></row>' for row in range(1, 20_000))
    rows = blank + '<row r="1048576"><c r="A1048576" t="b"><v>1</v></c></row>'
    parts = {"xl/worksheets/sheet1.xml": ugly.sheet_xml(rows)}
    assert read(ugly.with_parts(tmp_path, "a.xlsx", parts)) == [Row(1_048_576, (True,))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    end=st.integers(100, 10_000),
)
def test_damage_anywhere_is_answered_in_words(
    tmp_path: Path, changes: list[tuple[int, int]], end: int
) -> None:
    path = ugly.dated(tmp_path)
    content = bytearray(path.read_bytes())
    for place, byte in changes:
        content[place % len(content)] = byte
    path.write_bytes(content[:end])
    try:
        read(path)
    except BadFile as bad:
        assert str(bad)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.text("<>/rowcvtis= \"'0123456789AZ&;", max_size=200))
def test_any_sheet_is_read_or_refused_in_words(tmp_path: Path, rows: str) -> None:
    parts = {"xl/worksheets/sheet1.xml": ugly.sheet_xml(rows)}
    try:
        read(ugly.with_parts(tmp_path, "a.xlsx", parts))
    except BadFile as bad:
        assert bad.reason_code == "broken"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    try:
        read(path)
    except BadFile as bad:
        assert str(bad)


@pytest.mark.parametrize(("column", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_named_as_the_spreadsheet_program_names_them(column: int, letter: str) -> None:
    assert column_letter(column) == letter


@pytest.mark.parametrize(
    ("code", "is_day"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"\u5e74"m"\u6708"d"\u65e5"', True),
        ("[$-804]d/m/yy;@", True),
        ('"day "0.00', False),
        ("[Red]0.00", False),
        ("0.00\\d", False),
        ('_ "\u00a5"* #,##0.00_ ;_ "\u00a5"* -#,##0.00_ ', False),
        ("General", False),
        ("h:mm:ss", False),
    ],
)
def test_the_format_of_a_cell_tells_days_from_numbers(
    tmp_path: Path, code: str, is_day: bool
) -> None:
    path = ugly.save(tmp_path / "a.xlsx", [[45296]], lambda sheet: set_format(sheet, code))
    assert read(path)[0].cells == ((date(2024, 1, 5) if is_day else 45296),)


def set_format(sheet: Worksheet, code: str) -> None:
    sheet["A1"].number_format = code


def test_a_book_that_counts_from_1904_means_the_same_days(tmp_path: Path) -> None:
    path = ugly.dated(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    contents = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = contents.replace(b"<workbookPr />", b'<workbookPr date1904="1"/>')
    rows = read(ugly.with_parts(tmp_path, "mac.xlsx", parts))
    assert rows[1].cells[2] == date(2028, 1, 6)
