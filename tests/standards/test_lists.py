"""Lists: what stands in a row stands below its heading."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.support.people import SignIn

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


@pytest.mark.usefixtures("with_demo")
def test_each_row_has_a_cell_for_each_heading(app: Flask, sign_in: SignIn) -> None:
    client, looked_at, odd = sign_in("owner"), 0, []
    for view in app.extensions["console_views"].values():
        page = client.get(f"{view.url}/").text
        table = re.search(r'<table class="[^"]*\blist\b.*?</table>', page, re.DOTALL)
        row = table and re.search(r"<tr data-id.*?</tr>", table[0], re.DOTALL)
        if not table or not row:
            continue
        looked_at += 1
        headings = table[0].partition("</thead>")[0].count("<th ")
        cells = len(re.findall(r"<t[dh][ >]", row[0]))
        if headings != cells:
            odd.append(f"{view.endpoint}: {headings} headings, {cells} cells")
    assert odd == []
    assert looked_at > 15
