"""Taking spreadsheets in as tests do it: through the pages, with the worker's part done here."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from console import worker
from console.db import db
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.models import ImportRow, ImportRun
from tests.support.people import post, token_of

HOME = "/console/membership/import/"
LEGACY = Path(str(files("plugins.membership.importing") / "sample" / "members-legacy.xlsx"))
HEADINGS = ("Name", "Phone", "Birthday", "Balance", "Bonus", "Points", "Session card", "Sessions")


def sheet(
    *rows: Sequence[object],
    headings: Sequence[str] = HEADINGS,
    others: Mapping[str, Sequence[Sequence[object]]] | None = None,
) -> bytes:
    """Write a spreadsheet of members; short rows leave their last columns empty."""
    book = Workbook()
    for row in (headings, *rows):
        book.worksheets[0].append(list(row))
    for title, lines in (others or {}).items():
        other = book.create_sheet(title)
        for line in lines:
            other.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(client: FlaskClient, content: bytes, name: str = "members.xlsx", **form: Any) -> Any:
    """Send a file from the upload page; return the answer."""
    file = FileStorage(io.BytesIO(content), name)
    fields = {"csrf_token": token_of(client), "file": file, **form}
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"{HOME}upload", data=body, content_type=kind)


def upload(client: FlaskClient, content: bytes, **form: Any) -> int:
    """Upload a good file; return the import's number."""
    answer = send(client, content, **form)
    assert answer.status_code == 302, answer.text
    found = re.search(r"(\d+)/$", answer.location)
    assert found
    return int(found[1])


def read(client: FlaskClient, content: bytes, **form: Any) -> int:
    """Upload a file, follow the guesses and have the rows read."""
    number = upload(client, content, **form)
    columns = {f"column-{column}": name for name, column in mapping_of(number).columns.items()}
    answer = post(client, f"{HOME}{number}/columns", columns)
    assert answer.status_code == 302, answer.text
    work(client)
    return number


def take_in(client: FlaskClient, content: bytes, **form: Any) -> int:
    """Upload a file, read it, and have what can be taken in taken in."""
    number = read(client, content, **form)
    apply(client, number)
    return number


def apply(client: FlaskClient, number: int) -> None:
    """Press the button that takes the waiting rows in."""
    act(client, number, "apply", version=run_of(number).version)


def act(client: FlaskClient, number: int, step: str, **form: Any) -> str:
    """Press a button of an import, let the worker work, and return the page she then sees."""
    answer = post(client, f"{HOME}{number}/{step}", form, follow_redirects=True)
    work(client)
    return plain(answer.get_data(as_text=True))


def work(client: FlaskClient) -> None:
    """Do what the worker would do."""
    db.session.rollback()
    worker.drain(client.application)
    db.session.rollback()


def page(client: FlaskClient, number: int, rest: str = "") -> str:
    """Open a page of an import and return what stands there, without the markup."""
    answer = client.get(f"{HOME}{number}/{rest}")
    assert answer.status_code == 200, answer.status_code
    return plain(answer.get_data(as_text=True))


def plain(html: str) -> str:
    """Return the words of a page, with single blanks."""
    main = html.partition("<main")[2] or html
    return " ".join(re.sub(r"<[^>]*>", " ", main.partition("</main>")[0]).split())


def run_of(number: int) -> ImportRun:
    """Return an import as it is now."""
    db.session.rollback()
    return db.session.get_one(ImportRun, number)


def mapping_of(number: int) -> ColumnMapping:
    """Return what the columns of an import mean."""
    return ColumnMapping.from_json(run_of(number).mapping)


def row_of(number: int, row: int) -> ImportRow:
    """Return a row of an import as it is now."""
    db.session.rollback()
    return db.session.get_one(ImportRow, (number, row))


def statuses(number: int) -> Mapping[int, str]:
    """Return the status of every row, by its number in the sheet."""
    db.session.rollback()
    rows = db.session.query(ImportRow).filter_by(import_id=number).order_by(ImportRow.number)
    return {row.number: row.status for row in rows}
