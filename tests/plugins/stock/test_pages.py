"""Stock and gifts as staff and members see them: forms in a browser of sorts."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from console import api
from console.testing.pages import filled
from plugins.cashier.api import Refund
from plugins.cashier.services.asking import goods_of
from plugins.cashier.services.codes import what_is
from plugins.ledger import api as ledger
from plugins.membership.api import points_of, show_code
from plugins.stock.models import Pickup, Product
from tests.support.membership import join
from tests.support.pages import field, words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.refunds import alone_up_to
from tests.support.salon import add_store
from tests.support.stock import add_gift, add_product, left, put_in, sell, stocked
from tests.support.till import bill_of, new_key

pytestmark = pytest.mark.any_engine
TILL, BOOK = "/console/cashier/till/", "/console/stock/booking/"
KEY = "stock:0123456789abcdef01234567"


@pytest.fixture
def store(app: Flask) -> Any:
    return add_store("福田店")


@pytest.fixture
def desk(store: Any, sign_in: SignIn) -> FlaskClient:
    return _in_english(sign_in("front_desk", store.id))


def _in_english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("console_language", "en")
    return client


@pytest.fixture
def anna(store: Any) -> int:
    member_id = int(join().id)
    entry = ledger.Entry(key=new_key(), code="earn_points", store_id=1)
    ledger.earn_points(entry, member_id, 500, expires="2030-12")
    return member_id


def test_the_till_sells_by_tile_name_and_barcode_and_says_what_is_left(desk: FlaskClient) -> None:
    oil = stocked(3, name="护发精油", code="6901234567892")
    stocked(9, name="染膏", yuan=None, purpose="salon")
    assert [one.key for one in goods_of(1)] == [f"goods:{oil}"]
    page = words(desk.get(TILL).text)
    assert "3 left" in page
    assert "染膏" not in page
    assert "护发精油" in desk.get(f"{TILL}find?q=精油").text
    assert what_is("6901234567892").goods == f"goods:{oil}"
    number = bill_of()
    post(desk, f"{TILL}{number}/lines", {"goods": f"goods:{oil}", "quantity": "3"})
    assert "in stock" not in words(desk.get(f"{TILL}{number}").text)
    post(desk, f"{TILL}{number}/lines", {"text": "6901234567892"})
    assert post(desk, f"{TILL}{number}/lines", {"goods": "goods:99"}).status_code == 422
    paid = {"kind-1": "cash", "amount-1": "672", "key": "k2"}
    assert post(desk, f"{TILL}{number}/settle", paid).status_code == 302
    assert left(oil) == -1


def test_a_line_that_asks_for_more_than_is_left_says_so(desk: FlaskClient) -> None:
    oil = stocked(1)
    number = bill_of()
    post(desk, f"{TILL}{number}/lines", {"goods": f"goods:{oil}", "quantity": "2"})
    assert "Only 1 in stock" in words(desk.get(f"{TILL}{number}").text)


def test_a_refund_asks_whether_the_goods_came_back(desk: FlaskClient) -> None:
    alone_up_to(100_000)
    oil = stocked(5)
    bill_id, line_id = sell(oil, 2)
    path = f"/console/cashier/refunds/bill/{bill_id}"
    assert "The goods came back" in words(desk.get(path).text)
    form = {f"back-{line_id}": "1", "reason": "allergic", "key": new_key()}
    assert post(desk, path, form | {f"amount-{line_id}": "100"}).status_code == 422
    assert post(desk, path, form | {f"amount-{line_id}": "336"}).status_code == 302
    assert left(oil) == 5
    assert api.db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 1


def test_stock_is_booked_by_a_form_that_counts_once(desk: FlaskClient, store: Any) -> None:
    oil, mask = stocked(3), add_product()
    form = {"store_id": str(store.id), "key": KEY, f"pieces-{oil}": "10", "note": "DN 7"}
    for _again in range(2):
        assert post(desk, f"{BOOK}delivery", form).status_code == 302
    assert left(oil) == 13
    count = {"store_id": str(store.id), "key": f"{KEY}a", f"pieces-{mask}": "4"}
    assert post(desk, f"{BOOK}count", count | {f"seen-{mask}": "0"}).status_code == 302
    stale = {**count, "key": f"{KEY}b", f"seen-{mask}": "0"}
    assert post(desk, f"{BOOK}count", stale).status_code == 409
    assert post(desk, f"{BOOK}use", form | {f"pieces-{oil}": "1.5"}).status_code == 422
    assert post(desk, f"{BOOK}use", form | {"store_id": "99"}).status_code == 404
    assert "DN 7" in words(desk.get("/console/stock/movements/").text)


def test_a_technician_takes_for_salon_use_and_books_nothing_else(
    store: Any, sign_in: SignIn
) -> None:
    oil = stocked(3)
    technician = sign_in("technician", store.id)
    form = {"store_id": str(store.id), "key": KEY, f"pieces-{oil}": "1"}
    assert post(technician, f"{BOOK}use", form).status_code == 302
    assert post(technician, f"{BOOK}delivery", form).status_code == 403
    assert left(oil) == 2


def test_the_report_keeps_retail_sales_apart_from_salon_use(store: Any, sign_in: SignIn) -> None:
    manager = _in_english(sign_in("manager", store.id))
    oil = stocked(5, name="护发精油", cost_fen=6_000)
    sell(oil)
    page = words(manager.get("/console/stock/report/").text)
    assert "¥168.00" in page
    assert "¥240.00" in page
    sent = manager.get("/console/stock/report/export.csv")
    assert "护发精油" in sent.get_data(as_text=True)
    assert manager.get("/console/stock/report/?from=x").status_code == 422


def test_a_minimum_is_set_in_the_list_of_stock(store: Any, sign_in: SignIn) -> None:
    manager = _in_english(sign_in("manager", store.id))
    stocked(3)
    page = manager.get("/console/stock/levels/1/edit/").text
    form = {"least": "5", "_version": field(page, "_version")}
    assert post(manager, "/console/stock/levels/1/edit/", form).status_code == 302
    assert "Running low" in words(manager.get("/console/stock/levels/").text)


def test_a_member_takes_a_gift_on_her_phone_and_gets_it_at_the_desk(
    app: Flask, anna: int, desk: FlaskClient
) -> None:
    bag = stocked(1, name="帆布袋")
    gift = add_gift(bag, 300)
    phone = phone_of(app, anna)
    phone.client.set_cookie("console_phone_language", "en")
    assert "帆布袋" in words(phone.get("/stock/gifts").text)
    [key] = re.findall(r'name="key" value="([^"]+)"', phone.get(f"/stock/gifts/{gift}").text)
    for _again in range(2):
        page = words(phone.post(f"/stock/gifts/{gift}", store_id="1", key=key).text)
        assert "Show this code at 福田店" in page
    assert (points_of(anna), left(bag)) == (200, 0)
    assert "None of it is left" in words(phone.get(f"/stock/gifts/{gift}").text)
    pickup = api.db.session.query(Pickup).one()
    found = desk.get(f"{TILL}find?q={pickup.code}").text
    assert f"/console/stock/pickups/{pickup.id}/" in found
    assert post(desk, f"/console/stock/pickups/{pickup.id}/hand", {}).status_code == 302
    assert post(desk, f"/console/stock/pickups/{pickup.id}/hand", {}).status_code == 409
    assert "Picked up" in words(phone.get("/stock/mine").text)


def test_staff_exchange_with_her_code_and_cancel_with_a_reason(
    anna: int, desk: FlaskClient
) -> None:
    bag = add_product("帆布袋")
    put_in(bag, 2)
    gift = add_gift(bag, 300)
    path = f"/console/stock/pickups/for/{anna}"
    assert "帆布袋" in words(desk.get(path).text)
    form = {"store_id": "1", "gift_id": str(gift), "key": KEY}
    assert post(desk, path, form).status_code == 422
    made = post(desk, path, form | {"code": show_code(anna)})
    assert made.status_code == 302
    home = made.location.removesuffix("/")
    assert post(desk, f"{home}/cancel", {"reason": ""}).status_code == 422
    assert post(desk, f"{home}/cancel", {"reason": "torn"}).status_code == 302
    assert (points_of(anna), left(bag)) == (500, 2)
    page = desk.get(f"/console/membership/members/{anna}/").text
    assert f'href="{path}"' in page
    assert f'href="{home}/"' in page


def test_a_product_gets_a_picture_and_loses_it(store: Any, sign_in: SignIn) -> None:
    oil, owner, png = stocked(1, name="护发精油"), sign_in("owner"), io.BytesIO()
    url = f"/console/stock/products/{oil}/edit/"
    Image.new("RGB", (40, 30), "#b43c66").save(png, "PNG")
    png.seek(0)
    page = owner.get(url).text
    names = re.findall(r'name="([^"]*picture[^"]*)"', page)
    (picture,) = (name for name in names if name.endswith("picture"))
    (drop,) = (name for name in names if name.endswith("drop"))
    assert post(owner, url, {**filled(page), picture: (png, "oil.png")}).status_code == 302
    assert picture_of(oil) is not None
    assert post(owner, url, {**filled(owner.get(url).text), drop: "y"}).status_code == 302
    assert picture_of(oil) is None


def test_a_picture_is_kept_when_the_unit_runs_again(store: Any, sign_in: SignIn) -> None:
    oil, owner, png = stocked(1, name="护发精油"), sign_in("owner"), io.BytesIO()
    url, tries = f"/console/stock/products/{oil}/edit/", []
    Image.new("RGB", (40, 30), "#b43c66").save(png, "PNG")
    png.seek(0)

    def stumble(_session: object) -> None:
        if api.in_unit():
            tries.append(picture_of_session(oil))
            if len(tries) == 1:
                raise sa.exc.OperationalError("", {}, RuntimeError("database is locked"))

    entered = {**filled(owner.get(url).text), "picture__picture": (png, "oil.png")}
    sa.event.listen(Session, "before_commit", stumble)
    try:
        assert post(owner, url, entered).status_code == 302
    finally:
        sa.event.remove(Session, "before_commit", stumble)
    assert len(tries) == 2
    assert None not in tries
    assert picture_of(oil) == tries[1]


def picture_of_session(product_id: int) -> int | None:
    return api.db.session.get_one(Product, product_id).picture_id


def picture_of(product_id: int) -> int | None:
    api.db.session.rollback()
    return picture_of_session(product_id)
