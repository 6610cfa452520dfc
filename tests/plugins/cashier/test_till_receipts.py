"""Receipts: the same rows on paper, on the screen and on her phone."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cashier.api import Bill
from plugins.cashier.desk import Slip, SlipRow
from plugins.cashier.services import escpos
from plugins.cashier.services.printing import ADDRESS, AT_ONCE, DRAWER, PRINTER
from plugins.cashier.services.slips import HEADER, LANGUAGE, check_text, paper_of, slip_of
from plugins.cashier.services.top_up_terms import TERMS
from plugins.membership.models import MemberCard
from plugins.messages.api import Message
from tests.plugins.cashier.test_agreed_prices import give_level
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.salon import add_staff, add_store
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, pay, service_for, top_up

pytestmark = pytest.mark.either_engine

HOME = "/console/cashier/till/"
LOOK = "/console/cashier/receipt_look/"


@pytest.fixture
def store(app: Flask) -> Any:
    return add_store("福田店")


@pytest.fixture
def anna(store: Any) -> int:
    return int(join("安娜").id)


@pytest.fixture
def paid(anna: int, store: Any) -> Bill:
    """A bill of ¥110 that Anna paid from balance."""
    top_up(anna, 500, 50)
    number = bill_of(anna)
    add_to(number, service_for(110, "剪发"), staff_id=add_staff("Ada", store).id)
    pay(number, balance(110))
    return api.db.session.get_one(Bill, number)


class Paper:
    """A receipt printer of sorts: it listens on this machine and keeps what it gets."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.got: list[bytes] = []
        self.came = threading.Condition()
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listening.getsockname()[1]}"

    def _listen(self) -> None:
        while True:
            try:
                line, _where = self.listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as told:
                page = told.read()
            with self.came:
                self.got.append(page)
                self.came.notify_all()

    def wait(self, count: int) -> list[bytes]:
        with self.came:
            self.came.wait_for(lambda: len(self.got) >= count, timeout=60)
            return list(self.got)

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a guest
        self.thread.join()
        self.listening.close()


@pytest.fixture
def paper() -> Iterator[Paper]:
    made = Paper()
    yield made
    made.close()


@api.unit
def put(**values: Any) -> None:
    for setting, value in (
        (PRINTER, values.get("printer", "escpos")),
        (ADDRESS, values.get("address", "")),
        (AT_ONCE, values.get("at_once", False)),
        (DRAWER, values.get("drawer", False)),
    ):
        setting.put(value)


def test_a_receipt_says_what_was_bought_paid_and_left(paid: Bill) -> None:
    rows = [(row.left, row.right) for row in slip_of(paid).rows if row.look != "rule"]
    assert ("剪发 · Ada", "110.00") in rows
    assert ("应收", "¥110.00") in rows or ("Due", "¥110.00") in rows
    assert [right for left, right in rows if right in ("550.00", "440.00")] == ["550.00", "440.00"]
    assert not any("补打" in left or "Reprint" in left for left, _right in rows)
    assert slip_of(paid, again=True).rows[1].look == "title"


@pytest.mark.any_engine
def test_paper_speaks_the_guests_language_and_not_the_cashiers(
    store: Any, anna: int, paid: Bill, sign_in: SignIn
) -> None:
    desk = sign_in("front_desk", store.id)
    with api.speaking("en"):
        assert "应收" in [row.left for row in paper_of(paid).rows]
        assert "应收" in desk.get(f"{HOME}{paid.id}/receipt").text
        read_in(anna, "en")
        assert "Due" in [row.left for row in paper_of(paid).rows]
        speak(store.id, "zh_Hant_TW")
        assert "應收" in [row.left for row in paper_of(paid).rows]


@api.unit
def read_in(member_id: int, locale: str) -> None:
    card = MemberCard(member_id=member_id, bound_at=api.now(), series=0, locale=locale)
    api.db.session.add(card)


@api.unit
def speak(store_id: int, locale: str) -> None:
    LANGUAGE.put(locale, store_id)


@pytest.mark.any_engine
def test_a_receipt_keeps_why_a_benefit_did_not_count(app: Flask, anna: int) -> None:
    with api.speaking("en"):
        give_level((90, "any"), (80, "balance"))
        number = bill_of(anna)
        add_to(number, service_for(100))
        pay(number, cash(90), agreed_by=None)
    kept = api.db.session.get_one(Bill, number).receipt["unused"]
    assert [one["step"] for one in kept] == ["balance"]
    page = words(phone_of(app, anna).get(f"/cashier/receipts/{number}").text)
    assert "80 % of the price when paid from balance" in page
    assert "It counts for what is paid from balance: up to ¥10.00 less." in page


@pytest.mark.any_engine
def test_the_receipts_on_her_phone_begin_with_the_last_one(app: Flask, anna: int) -> None:
    first, second = bill_of(anna), bill_of(anna)
    for number, yuan in ((second, 20), (first, 10)):
        add_to(number, service_for(yuan))
        pay(number, cash(yuan))
    page = phone_of(app, anna).get("/cashier/receipts").text
    assert page.index(f"/cashier/receipts/{first}") < page.index(f"/cashier/receipts/{second}")


@pytest.mark.any_engine
def test_esc_pos_bytes_set_the_right_side_at_the_edge() -> None:
    slip = Slip([SlipRow("晴美沙龙", look="title"), SlipRow("剪发", "110.00")], 58)
    told = escpos.encode(slip, opens_drawer=True)
    assert told.startswith(b"\x1b@\x1c&\x1bp\x00\x19\xfa")
    assert told.endswith(b"\x1dVA\x00")
    line = "剪发" + " " * (32 - 4 - 6) + "110.00"
    assert f"{line}\n".encode("gb18030") in told
    assert "晴美沙龙".encode("gb18030") in told


@pytest.mark.any_engine
def test_paper_leads_a_member_to_the_receipt_on_her_phone(
    app: Flask, anna: int, paid: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "qr" not in [row.look for row in slip_of(paid).rows]
    config = app.extensions["console_config"]
    public = dataclasses.replace(config, base_url="https://salon.example")
    monkeypatch.setitem(app.extensions, "console_config", public)
    slip = slip_of(paid)
    link = f"https://salon.example/cashier/receipts/{paid.id}"
    assert [row.left for row in slip.rows if row.look == "qr"] == [link]
    assert b"1P0" + link.encode() + b"\x1d(k\x03\x001Q0" in escpos.encode(slip)
    assert "<svg" in slip.rows[-2].drawn
    assert "https://" not in phone_of(app, anna).get(f"/cashier/receipts/{paid.id}").text


@pytest.mark.any_engine
def test_names_give_the_printer_no_orders() -> None:
    slip = Slip([SlipRow("a\x1bp\x00\x19\xfab\nc", "1.00")], 80)
    assert b"\x1bp" not in escpos.encode(slip)
    assert escpos.wrap("x" * 100, 48) == ["x" * 48, "x" * 48, "x" * 4]


@pytest.mark.any_engine
@pytest.mark.parametrize("address", ["", "host:0", "host:99999", "http://host", "a b:9100"])
def test_an_address_that_is_none_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(api.Refused):
        escpos.parse_address(address)


def test_settling_prints_and_opens_the_drawer_for_cash(
    store: Any, sign_in: SignIn, paper: Paper
) -> None:
    put(address=paper.address, at_once=True, drawer=True)
    desk = sign_in("front_desk", store.id)
    number = bill_of()
    add_to(number, service_for(128, "洗剪吹"))
    sent = {"kind-1": "cash", "amount-1": "128", "given-1": "150", "key": "k"}
    assert post(desk, f"{HOME}{number}/settle", sent).status_code == 302
    [got] = paper.wait(1)
    assert escpos.KICK in got
    assert "洗剪吹".encode("gb18030") in got
    assert b"22.00" in got


def test_a_printer_that_is_off_does_not_unsettle_a_bill(store: Any, sign_in: SignIn) -> None:
    with socket.socket() as off:
        off.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens
        where = f"127.0.0.1:{off.getsockname()[1]}"
        put(address=where, at_once=True)
        desk = sign_in("front_desk", store.id)
        number = bill_of()
        add_to(number, service_for(128))
        sent = {"kind-1": "wechat", "amount-1": "128", "key": "k"}
        answer = post(desk, f"{HOME}{number}/settle", sent, headers={"X-Till": "1"})
        assert where in answer.text
        api.db.session.rollback()
        assert api.db.session.get_one(Bill, number).state == "settled"
        failed = post(desk, f"{HOME}{number}/print", {}, headers={"X-Till": "1"})
    assert (failed.status_code, failed.get_json()["ok"]) == (422, False)


def test_a_receipt_is_printed_again_and_says_so(
    paid: Bill, store: Any, sign_in: SignIn, paper: Paper
) -> None:
    put(address=paper.address)
    desk = sign_in("front_desk", store.id)
    assert post(desk, f"{HOME}{paid.id}/print", {"again": "1"}).status_code == 302
    [got] = paper.wait(1)
    with api.speaking("zh_Hans_CN"):
        assert escpos.encode(slip_of(paid, again=True)) == got
    assert post(desk, f"{HOME}{paid.id}/drawer", {}).status_code == 302
    assert paper.wait(2)[1] == escpos.encode(None, opens_drawer=True)
    page = desk.get(f"{HOME}{paid.id}/receipt").text
    assert 'class="slip slip-80"' in page
    assert desk.get(f"{HOME}{bill_of()}/receipt").status_code == 404


def test_the_message_leads_to_the_receipt_on_her_phone(app: Flask, paid: Bill, anna: int) -> None:
    url = api.db.session.scalar(
        sa.select(Message.url).where(Message.kind == "cashier.taken", Message.member_id == anna)
    )
    assert url == f"/cashier/receipts/{paid.id}"
    phone = phone_of(app, anna)
    page = words(phone.get(url).text)
    assert "剪发" in page
    assert "440.00" in page
    assert paid.number in words(phone.get("/cashier/receipts").text)
    other = phone_of(app, int(join("别人", phone="13900000009").id))
    assert other.get(url).status_code == 404


def test_the_design_is_seen_before_it_is_kept(paid: Bill, store: Any, sign_in: SignIn) -> None:
    manager: FlaskClient = sign_in("manager", store.id)
    form = {
        "store_id": store.id,
        "header": "{store} 欢迎你",
        "footer": "退换请凭小票",
        "parts": ["people"],
        "paper": "58",
    }
    preview = post(manager, f"{LOOK}preview", form)
    assert "福田店 欢迎你" in preview.text
    assert "slip-58" in preview.text
    assert "440.00" not in preview.text
    assert HEADER.get(store.id) != form["header"]
    assert post(manager, LOOK, form).status_code == 200
    assert HEADER.get(store.id) == form["header"]
    assert "退换请凭小票" in manager.get(f"{HOME}{paid.id}/receipt").text
    assert sign_in("front_desk", store.id).get(LOOK).status_code == 403


def test_a_placeholder_that_nobody_knows_is_refused(store: Any, sign_in: SignIn) -> None:
    manager = sign_in("manager", store.id)
    form = {"store_id": store.id, "header": "{store.__class__}", "footer": "", "paper": "80"}
    answer = post(manager, LOOK, form)
    assert answer.status_code == 422
    assert "{store.__class__}" in words(answer.text)
    with pytest.raises(api.Refused):
        check_text("{0.password}")


def test_change_is_on_the_receipt(store: Any) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    pay(number, cash(128, 150), agreed_by=None)
    rights = [row.right for row in slip_of(api.db.session.get_one(Bill, number)).rows]
    assert "150.00" in rights
    assert "22.00" in rights


def test_who_tops_up_at_the_counter_reads_the_terms_at_the_till_and_on_the_receipt(
    store: Any, anna: int, sign_in: SignIn
) -> None:
    api.unit(TERMS.put)("Good in all stores.\nNo end.")
    bill = bill_of(anna)
    add_to(bill, service_for(30))
    desk = sign_in("front_desk", store.id)
    assert "No end." not in desk.get(f"{HOME}{bill}").text
    add_top_up(bill, 500)
    assert "No end." in desk.get(f"{HOME}{bill}").text
    pay(bill, cash(530))
    api.unit(TERMS.put)("Never back.")
    slip = [row.left for row in paper_of(api.db.session.get_one(Bill, bill)).rows]
    assert "No end." in slip
    assert "Never back." not in slip


def test_what_a_chinese_font_draws_wide_keeps_the_figures_in_one_column() -> None:
    rows = [SlipRow("水光护理 · Amy 林", "¥398.00"), SlipRow("积分", "700 → 1,356")]
    told = escpos.encode(Slip(rows, 58))
    printed = [line for line in told.split(b"\n") if b"398.00" in line or b"1,356" in line]
    # In GBK, which the printer reads, each letter of two bytes is two columns wide.
    assert [len(line.removeprefix(escpos.START)) for line in printed] == [32, 32]
    assert "￥398.00".encode("gbk") in told


def test_a_line_of_paper_ends_at_a_space_where_one_is_near() -> None:
    assert escpos.wrap("晴美沙龙 · 福田店", 16) == ["晴美沙龙 ·", "福田店"]
    assert escpos.wrap("福华一路 88 号 0755-8300 0138", 28) == ["福华一路 88 号 0755-8300", "0138"]
