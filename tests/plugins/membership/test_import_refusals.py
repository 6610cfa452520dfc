"""What the import refuses, and that it says why where it was asked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.db import db
from console.i18n import LOCALES
from console.transfer.models import ImportRun
from tests.support import spreadsheets as ugly
from tests.support.importing import HOME, act, page, plain, read, run_of, send, sheet, upload, work
from tests.support.live import choose
from tests.support.people import SignIn, add_person, add_store, post, token_of

ANNA = ("Anna Chen", "13900000001", "1990-08-15", "100.50", "20", 30, "Facial", 4)
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


@pytest.fixture
def store(app: Flask) -> int:
    return add_store()


@pytest.fixture
def client(store: int, sign_in: SignIn) -> FlaskClient:
    """An owner who reads English."""
    owner = add_person("owner")
    choose(owner, locale=LOCALES[2])
    return sign_in(user_id=owner)


def locked(folder: Path) -> Path:
    return ugly.ole(folder, "locked.xlsx", "EncryptedPackage")


def old(folder: Path) -> Path:
    return ugly.ole(folder, "old.xls", "Workbook")


def heavy(folder: Path) -> Path:
    path = folder / "heavy.csv"
    path.write_bytes(b"Phone\r\n" + b"13900000001\r\n" * 1_700_000)
    return path


def nothing(folder: Path) -> Path:
    path = folder / "empty.csv"
    path.touch()
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (ugly.picture, "This file is not a spreadsheet."),
        (ugly.zip_bomb, "would unpack to far more than a spreadsheet holds"),
        (ugly.laughing_sheet, "The file is damaged."),
        (locked, "protected by a password"),
        (old, "This is an old .xls file."),
        (heavy, "The file is larger than 20 MB."),
        (nothing, "The file is empty."),
    ],
)
def test_a_bad_file_is_refused_in_plain_words_where_it_was_chosen(
    client: FlaskClient, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    path = make(tmp_path)
    answer = send(client, path.read_bytes(), path.name)
    assert answer.status_code == 422
    shown = plain(answer.text)
    assert words in shown
    assert "Drop the spreadsheet that your old system gave you" in shown
    assert db.session.query(ImportRun).count() == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_text_in_any_encoding_is_taken(client: FlaskClient, tmp_path: Path, encoding: str) -> None:
    number = read(client, ugly.as_csv(tmp_path, encoding).read_bytes())
    assert run_of(number).state == "ready"
    assert run_of(number).totals["by_status"]["importable"] > 0


def test_a_book_whose_parts_are_named_oddly_is_taken(client: FlaskClient) -> None:
    odd = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sheet(ANNA))) as plain_book,
        zipfile.ZipFile(odd, "w") as book,
    ):
        for name in plain_book.namelist():
            book.writestr(name.replace("/", "\\").upper(), plain_book.read(name))
    assert run_of(read(client, odd.getvalue())).totals["by_status"] == {"importable": 1}


def test_a_bad_file_is_refused_in_the_readers_language(store: int, sign_in: SignIn) -> None:
    answer = send(sign_in("owner"), b"\x89PNG\r\n\x1a\n" * 20, "members.xlsx")
    assert "This file is not a spreadsheet." not in answer.text
    assert answer.status_code == 422


def test_two_hundred_megabytes_are_refused_unread(client: FlaskClient) -> None:
    answer = client.post(
        f"{HOME}upload",
        input_stream=io.BytesIO(b"x" * 1000),
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": token_of(client)},
        environ_overrides={"CONTENT_LENGTH": str(200 << 20)},
    )
    assert answer.status_code == 413
    assert "This file is too large" in answer.text


def test_sixty_columns_without_a_phone_ask_for_the_column(
    client: FlaskClient, tmp_path: Path
) -> None:
    number = upload(client, ugly.sixty_columns(tmp_path).read_bytes())
    assert "None of the 60 columns looks like “Phone”" in page(client, number)
    answer = post(client, f"{HOME}{number}/columns", {"column-7": "name"})
    assert answer.status_code == 422
    assert "None of the 60 columns holds “Phone”." in plain(answer.text)
    assert '<option value="name" selected>' in answer.text
    assert run_of(number).state == "mapping"


def test_no_file_and_no_store_are_said_beside_the_form(client: FlaskClient, store: int) -> None:
    assert "Choose a file." in plain(post(client, f"{HOME}upload").text)
    add_store("Futian")
    answer = send(client, sheet(ANNA))
    assert answer.status_code == 422
    assert "Choose a store." in plain(answer.text)
    assert send(client, sheet(ANNA), store_id="99").status_code == 422


def test_a_file_that_turns_bad_while_it_is_read_leaves_its_columns_and_says_why(
    client: FlaskClient, tmp_path: Path
) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{"Phone" if n == 1 else 13900000000 + n}'
        "</t></is></c></row>"
        for n in range(1, 2_000)
    )
    whole = ugly.sheet_xml(rows)
    path = ugly.with_parts(tmp_path, "cut.xlsx", {"xl/worksheets/sheet1.xml": whole[:-9_000]})
    number = upload(client, path.read_bytes())
    post(client, f"{HOME}{number}/columns", {"column-0": "phone"})
    work(client)
    assert run_of(number).state == "mapping"
    assert "The file is damaged." in page(client, number)


def test_a_shop_without_a_store_is_told_to_add_one(app: Flask, sign_in: SignIn) -> None:
    owner = add_person("owner")
    choose(owner, locale=LOCALES[2])
    assert "No store yet" in plain(sign_in(user_id=owner).get(HOME).text)


def test_only_owners_and_managers_may_import(store: int, sign_in: SignIn) -> None:
    for role in ("front_desk", "technician", "accountant"):
        client = sign_in(role)
        assert client.get(HOME).status_code == 403
        assert send(client, sheet(ANNA)).status_code == 403
    assert sign_in("manager", store=store).get(HOME).status_code == 200


def test_a_manager_sees_the_imports_of_her_store_only(store: int, sign_in: SignIn) -> None:
    other = add_store("Futian")
    hers = read(sign_in("manager", store=store), sheet(ANNA))
    chains = read(sign_in("owner"), sheet(ANNA), store_id=store)
    stranger = sign_in("manager", store=other)
    for number in (hers, chains):
        for rest in ("", "progress", "rows/", "rows/2", "undo", "results.xlsx"):
            assert stranger.get(f"{HOME}{number}/{rest}").status_code == 404
        for step in ("apply", "back", "discard", "names", "columns", "sheet", "stop", "retry"):
            assert post(stranger, f"{HOME}{number}/{step}").status_code == 404
        for step in ("undo", "decide", "rows/2", "rows/2/decide"):
            assert post(stranger, f"{HOME}{number}/{step}").status_code == 404
    colleague = sign_in("manager", store=store)
    assert colleague.get(f"{HOME}{hers}/").status_code == 200
    assert colleague.get(f"{HOME}{chains}/").status_code == 404
    assert f"{HOME}{chains}/" not in colleague.get(HOME).text


def test_a_manager_takes_nobody_into_a_store_that_is_not_hers(store: int, sign_in: SignIn) -> None:
    other = add_store("Futian")
    client = sign_in("manager", store=store)
    headings = ("Phone", "Store")
    number = read(client, sheet(("13900000001", "Futian"), headings=headings))
    assert run_of(number).choices["store"] == {"Futian": ""}
    act(client, number, "names", **{"store/Futian": str(other)})
    assert run_of(number).choices["store"] == {"Futian": ""}


def test_numbers_that_no_import_has_are_not_found(client: FlaskClient) -> None:
    for unknown in ("7", "0", "9" * 30):
        assert client.get(f"{HOME}{unknown}/").status_code == 404
    number = upload(client, sheet(ANNA))
    for sent in ("x", "9" * 20, "-1", ""):
        assert post(client, f"{HOME}{number}/sheet", {"sheet": sent}).status_code == 404
