"""A stranger's eye for a phone number: planted once, looked for everywhere."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from typing import Any

import pytest
from flask import Flask

from console.logs import JsonLines
from console.testing.crawl import shown_by
from console.testing.people import SignIn, add_store
from console.testing.standards.access import person_with

#: The demo's members have phones of one block, 1380013 8000 to 8299; made-up records as well.
PHONES = re.compile(r"1\s*3\s*8[\s-]*0\s*0\s*1\s*3[\s-]*8\s*[0-2]\s*\d\s*\d(?!\d)")
QUERIES = ("", "?search=13800138000", "?query=1380013", "?q=8000")


@pytest.mark.usefixtures("records")
def test_a_technician_meets_no_phone_number_anywhere(
    app: Flask,
    sign_in: SignIn,
    tested_plugins: frozenset[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A column with a phone number says `sensitive="phone"`; pages show it by `api.draw_masked`.

    The technician is given the permissions of foreign plugins under test besides, so that she
    comes to see their pages at all.
    """
    mounted = app.extensions["console"].mounted
    foreign = {} if "console" in tested_plugins else mounted
    own = [p.key for n, m in foreign.items() if n in tested_plugins for p in m.permissions]
    client = sign_in(user_id=person_with(own, add_store(), role="technician"))
    addresses = list(shown_by(app, tested_plugins))
    seen = []
    with caplog.at_level(logging.DEBUG):
        for address in addresses:
            for query in QUERIES:
                path = address.path.partition("?")[0] + query if query else address.path
                answer = client.open(path, method=address.method)
                if PHONES.search(said_by(answer, query)):
                    seen.append(f"{address.method} {path}")
    assert seen == []
    written = JsonLines()
    assert [r.name for r in caplog.records if PHONES.search(written.format(r))] == []


def said_by(answer: Any, query: str) -> str:
    """Return all that an answer says, also inside a workbook, but for what was asked itself."""
    data = answer.get_data()
    asked = query.partition("=")[2]
    if not data.startswith(b"PK"):
        text = str(data.decode("utf-8", "replace"))
        return text.replace(asked, "") if len(asked) == 11 else text
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
