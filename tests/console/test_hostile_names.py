"""Names that are code: whatever somebody typed is shown, and never run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser

from console.db import db, registries
from plugins.membership.api import find_by_phone
from tests.support.crawl import addresses
from tests.support.live import Live
from tests.support.people import SignIn
from tests.support.phones import phone_of

#: Leaves a text, an attribute or a script that takes it for code.
HOSTILE = "</script>\"'><script>window.taken=1</script><img src=x onerror='window.taken=1'>{{7*7}}"
TYPED = {
    *("name", "title", "note", "notes", "reason", "text", "guest_name", "allergies", "address"),
    *("label", "remark", "content", "body", "comment", "staff_note", "reply"),
}
#: Pages that scripts draw from data.
DRAWN = (
    "/console/booking/board/",
    "/console/booking/board/?view=week",
    "/console/booking/new/?store_id=1",
    "/console/booking/roster/?store_id=1",
    "/console/cashier/till/1",
    "/console/membership/members/",
    "/console/membership/members/1/",
)
pytestmark = [pytest.mark.any_engine, pytest.mark.slow, pytest.mark.usefixtures("with_demo")]


@pytest.fixture
def taken_over(app: Flask) -> int:
    """A demo in which all that can be typed is hostile; how many columns that are."""
    changed, names = 0, ("console", *app.extensions["console"].mounted)
    with db.engine.connect().execution_options(console_writes=True) as connection:
        for column in typed_columns(names):
            table = column.table
            key = next(iter(table.primary_key.columns))
            told = sa.literal(HOSTILE) + sa.cast(key, sa.String)
            try:
                with connection.begin_nested():
                    connection.execute(sa.update(table).values({column: told}))
                changed += 1
            except sa.exc.IntegrityError:
                continue  # what is booked can be changed by nobody
        connection.commit()
    app.extensions["console"].forget()
    return changed


def typed_columns(names: Sequence[str]) -> Iterator[Any]:
    for name in names:
        for mapper in registries[name].mappers if name in registries else ():
            for column in mapper.local_table.columns:
                if column.name in TYPED and type(column.type) in (sa.String, sa.Text):
                    yield column


def test_no_page_takes_a_name_for_code(app: Flask, sign_in: SignIn, taken_over: int) -> None:
    assert taken_over > 30
    heroine = find_by_phone("13800138000")
    assert heroine is not None
    owner, hers = sign_in("owner"), phone_of(app, heroine.id).client
    fooled, showing = [], 0
    for each in addresses(app):
        if each.method != "GET" or each.path == "/readyz":
            continue
        answer = (hers if each.audience == "visitor" else owner).get(each.path)
        if answer.mimetype != "text/html":
            continue
        showing += "window.taken" in answer.text
        if any(code in answer.text for code in ("<script>window", "<img src=x", "49}}")):
            fooled.append(str(each))
    assert not fooled, "\n".join(fooled)
    assert showing > 100


def test_no_script_takes_a_name_for_code(
    app: Flask, live: Live, browser: Browser, sign_in: SignIn, taken_over: int
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    live.let_in(context, sign_in("owner"))
    page = context.new_page()
    for path in DRAWN:
        live.open(page, path)
        assert "window.taken" in page.locator("body").inner_text(), path
        assert page.evaluate("window.taken") is None, path
        assert page.locator("img[src=x]").count() == 0, path
    page.keyboard.press("Control+k")
    page.keyboard.type("window")
    page.locator(".palette [role=option]").first.wait_for()
    assert page.evaluate("window.taken") is None
    context.close()
