"""A stranger's eye for a member's phone number: planted once, looked for everywhere."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from console.logs import JsonLines
from tests.support.crawl import addresses
from tests.support.people import SignIn, post

#: The demo's members have phones of one block, 1380013 8000 to 8299.
PHONES = re.compile(r"1\s*3\s*8[\s-]*0\s*0\s*1\s*3[\s-]*8\s*[0-2]\s*\d\s*\d(?!\d)")
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


@pytest.mark.usefixtures("with_demo")
def test_a_technician_meets_no_phone_number_anywhere(
    app: Flask, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in("technician")
    seen = []
    with caplog.at_level(logging.DEBUG):
        for address in addresses(app):
            for query in ("", "?search=13800138000", "?query=1380013", "?q=8000"):
                path = address.path.partition("?")[0] + query if query else address.path
                answer = client.open(path, method=address.method)
                if PHONES.search(said_by(answer, query)):
                    seen.append(f"{address.method} {path}")
    assert seen == []


def said_by(answer: Any, query: str) -> str:
    """Return all that an answer says, also inside a workbook, but for what was asked itself."""
    data = answer.get_data()
    asked = query.partition("=")[2]
    if not data.startswith(b"PK"):
        text = str(data.decode("utf-8", "replace"))
        return text.replace(asked, "") if len(asked) == 11 else text
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


@pytest.mark.usefixtures("with_demo")
def test_the_log_holds_no_phone_number(app: Flask, sign_in: SignIn, tmp_path: Path) -> None:
    log = tmp_path / "log"
    handler = logging.FileHandler(log)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    try:
        client = sign_in("owner")
        client.get("/console/membership/members/?search=13800138000")
        post(client, "/console/membership/members/new/", {"phone": "13800138000"})
        logging.getLogger("plugins").warning("her phone is 13800138000")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "138****8000" in log.read_text()
    assert not PHONES.search(log.read_text())
