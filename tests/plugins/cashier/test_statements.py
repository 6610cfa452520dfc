"""Statements of channels: read whatever they look like, matched in three lists, fees booked."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import Workbook

from console import api
from console.inbox import Notice
from plugins.cashier.api import Bill, OnlinePayment, PaymentKind, Tender, seed_payment_kinds
from plugins.cashier.models import Deal, Statement, StatementLine
from plugins.cashier.online import Traded
from plugins.cashier.services.statements.reading import read_statement
from plugins.cashier.services.statements.standing import standings_of
from plugins.cashier.services.statements.taking import (
    channels,
    compare,
    fetch_statements,
    resolve,
    take_in,
)
from plugins.cashier.services.statements.waiting import drop_old_files
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.cashier.services.vouchers import put_voucher, voucher_tender
from plugins.ledger.api import Name, platform, salon
from plugins.ledger.services.verifying import verify
from plugins.sandboxpay.models import SandboxOrder
from tests.plugins.cashier.test_online_kills import bring_to_an_end
from tests.support.cards import refused
from tests.support.ledger import balance as book
from tests.support.live import Live
from tests.support.membership import join
from tests.support.online import fail, pay, payment, prepaid, shop
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, service_for
from tests.support.till import pay as settle

__all__ = ["shop"]
pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.usefixtures("staff_read_english"),
    pytest.mark.slow,
]

WECHAT = """微信支付账单明细列表,,,
起始时间:[2026-03-01 00:00:00],,,
交易时间,微信订单号,商户订单号,交易状态,应结订单金额,手续费
`2026-03-01 10:00:00,`4200001,`B1,`SUCCESS,`128.00,`0.77
`2026-03-01 11:00:00,`4200002,`B2,`REFUND,`50.00,`-0.30
总交易单数,2,,
"""


def test_a_statement_of_wechat_is_read_as_it_is_downloaded() -> None:
    day = dt.date(2026, 3, 1)
    assert read_statement(WECHAT.encode("utf-8-sig")) == [
        Traded("payment", "4200001", 12_800, 77, day, order_no="B1"),
        Traded("refund", "4200002", -5_000, -30, day, order_no="B2"),
    ]
    assert len(read_statement(WECHAT.encode("gb18030"))) == 2


def test_a_workbook_with_vouchers_and_net_sums_is_read() -> None:
    file = Workbook()
    sheet = file.create_sheet("一", 0)
    sheet.append(["券码", "售价", "商家实收", "核销时间"])
    sheet.append(["812345678901", 99, 89.1, dt.datetime(2026, 3, 1, 12)])
    stream = io.BytesIO()
    file.save(stream)
    (one,) = read_statement(stream.getvalue())
    assert (one.trade_no, one.voucher_code) == ("812345678901", "812345678901")
    assert (one.amount_fen, one.fee_fen) == (9_900, 990)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"PK\x03\x04 nothing", b"\x00\x01\xff"])
def test_what_is_no_statement_is_refused_in_words(app: Flask, content: bytes) -> None:
    with pytest.raises(api.Refused):
        read_statement(content)


@pytest.fixture
def wechat(app: Flask) -> int:
    add_store("福田店")
    seed_payment_kinds()
    return int(api.db.session.query(PaymentKind.id).filter_by(code="wechat").scalar())


def sell(yuan: int, trade_no: str = "", kind: str = "wechat") -> int:
    bill_id = bill_of()
    add_to(bill_id, service_for(yuan))
    settle(bill_id, Tender(kind, yuan * 100, trade_no=trade_no), agreed_by=None)
    return bill_id


def told(number: str, yuan: float, fee_fen: int = 0, **more: Any) -> Traded:
    return Traded("payment", number, round(yuan * 100), fee_fen, today(), **more)


def today() -> dt.date:
    return api.db.session.scalars(sa.select(Bill.booked_on)).all()[0]


def lists(kind_id: int) -> dict[str, int]:
    (one,) = [each for each in standings_of(channels()) if each.kind.id == kind_id]
    return {"matched": one.matched, **one.open}


def agrees() -> None:
    assert verify().findings == {}
    assert [one.words() for one in tie_out(whole_book()).differences] == []


def test_three_lists_and_the_fees_of_what_agrees(wechat: int) -> None:
    sell(128, "42001")
    sell(60)
    sell(70, "42003")
    sell(80, "42004")
    made = take_in(
        wechat,
        [told("42001", 128, 77), told("77", 60, 36), told("42004", 81), told("99", 10)],
        "wechat.csv",
    )
    assert lists(wechat) == {"matched": 2, "ours": 1, "amount": 1, "theirs": 1}
    assert (made.trades, made.amount_fen, made.fee_fen) == (4, 27_900, 113)
    assert -book(salon("fee", 1)) == 113
    assert -book(salon("bank", 1)) == 18_800 - 113
    assert -book(platform("wechat")) == 33_800 - 18_800
    notice = api.db.session.query(Notice).filter(Notice.todo).one()
    assert notice.url.endswith(f"f.kind_id.eq={wechat}")
    agrees()


def test_the_same_statement_counts_once_and_a_later_one_brings_what_was_missing(
    wechat: int,
) -> None:
    sell(128, "42001")
    sell(70, "42003")
    first = [told("42001", 128, 77)]
    take_in(wechat, first, "a.csv")
    take_in(wechat, first, "again.csv")
    assert api.db.session.query(Statement).count() == 1
    assert lists(wechat) == {"matched": 1, "ours": 1}
    take_in(wechat, [*first, told("42003", 70, 42)], "b.csv")
    assert lists(wechat) == {"matched": 2}
    assert -book(salon("fee", 1)) == 119
    assert book(platform("wechat")) == 0
    assert not api.db.session.query(Notice).filter(Notice.todo, Notice.done_at.is_(None)).count()


def test_what_is_entered_late_is_found_when_it_is_compared_again(wechat: int) -> None:
    sell(50, "42000")
    take_in(wechat, [told("42000", 50), told("42009", 30)], "a.csv")
    assert lists(wechat) == {"matched": 1, "theirs": 1}
    sell(30, "42009")
    assert compare(api.db.session.get_one(PaymentKind, wechat)) == 0
    assert lists(wechat) == {"matched": 2}


def test_a_difference_is_explained_once_and_with_a_note(wechat: int) -> None:
    sell(80, "42004")
    take_in(wechat, [told("42004", 81, 48)], "a.csv")
    line = api.db.session.query(StatementLine).one()
    with refused("Say why"):
        resolve(line.id, " ")
    resolve(line.id, "the guest tipped")
    with refused("Nothing is open"):
        resolve(line.id, "again")
    assert lists(wechat) == {"matched": 0}
    assert -book(salon("bank", 1)) == 8_100 - 48
    assert -book(platform("wechat")) == -100
    agrees()


def test_a_voucher_is_matched_by_its_code_and_only_a_further_fee_is_booked(wechat: int) -> None:
    kind = api.db.session.query(PaymentKind).filter_by(code="meituan").one()
    deal = _deal(kind.id)
    bill_id = bill_of()
    settle(bill_id, voucher_tender(put_voucher(bill_id, deal, "812345678901")), agreed_by=None)
    row = told("MT1", 99, 1_190, voucher_code="812345678901")
    take_in(kind.id, [row], "meituan.xlsx")
    assert lists(kind.id) == {"matched": 1}
    assert (-book(salon("fee", 1)), -book(salon("bank", 1))) == (1_190, 8_710)
    assert book(platform("meituan")) == 0
    agrees()


@api.unit
def _deal(kind_id: int) -> int:
    variant = service_for(198).variants[0].id
    deal = Deal(kind_id=kind_id, name="双人头疗", gives=f"service:{variant}", price_fen=9_900)
    deal.fee_percent = 10
    api.db.session.add(deal)
    api.db.session.flush()
    return deal.id


def test_a_provider_gives_its_statement_at_night(app: Flask, shop: Live) -> None:
    anna = int(join().id)
    fail(silent=False)
    number = prepaid(anna, 100)
    pay(number)
    bring_to_an_end(number)
    assert payment(number).state == "paid"
    _put_back_a_day()
    fetch_statements()
    fetch_statements()
    made = api.db.session.query(Statement).one()
    assert (made.source, made.amount_fen, made.fee_fen) == ("provider", 10_000, 60)
    assert lists(made.kind_id) == {"matched": 1}
    assert book(Name("sandboxpay", 1, "receivable", "CNY")) == 0
    agrees()


@api.unit
def _put_back_a_day() -> None:
    yesterday = api.now() - dt.timedelta(days=1)
    for model in (OnlinePayment, SandboxOrder):
        api.db.session.execute(sa.update(model).values(paid_at=yesterday))


def test_columns_that_nobody_knows_are_named_by_staff(wechat: int, sign_in: SignIn) -> None:
    client = sign_in("accountant")
    text = "statement of March\nNr,Kasse,Wann\n4200001,128.00,2026-03-01\n"
    sent = {"kind_id": wechat, "file": (io.BytesIO(text.encode()), "bank.csv")}
    kept = post(client, "/console/cashier/statements/reconcile", sent).location
    here = kept.partition("?")[0]
    assert "Say which column is the trade number" in words(client.get(kept).text)
    told = {"kind_id": wechat, "heading": 2, "was": 2, "column-trade_no": 0}
    assert post(client, here, told).status_code == 422
    told |= {"column-amount_fen": 1, "column-traded_on": 2}
    assert "Trades: 1 · ¥128.00" in words(post(client, here, {**told, "act": "again"}).text)
    assert api.db.session.query(Statement).count() == 0
    assert post(client, here, told).status_code == 302
    made = api.db.session.query(Statement).one()
    assert (made.title, made.trades, made.amount_fen) == ("bank.csv", 1, 12_800)
    assert client.get(kept).status_code == 404


def test_rows_that_cannot_be_read_are_named_before_a_file_is_taken_in(
    wechat: int, sign_in: SignIn
) -> None:
    client = sign_in("accountant")
    rows = (
        "time,transaction id,amount",
        "2026-03-01,4200001,128.00",
        "2026-13-45,4200002,9.00",
        f"2026-03-01,4200003,{'9' * 30}",
        "2026-03-01,4200004,(5.00)",
        "2026-03-01,4200005,0.00",
        "2026-03-01,4200006,5.005",
        "2026-03-01,4200007,7.000",
        "total,5,",
    )
    file = (io.BytesIO("\n".join(rows).encode()), "wechat.csv")
    kept = post(
        client, "/console/cashier/statements/reconcile", {"kind_id": wechat, "file": file}
    ).location
    page = words(client.get(kept).text)
    assert "Rows that cannot be read: 3" in page
    assert "Their amount or day is none, so they are left out: 3, 4, 7" in page
    assert "Trades: 3 · ¥130.00" in page


def test_a_row_with_part_of_a_fen_is_left_out_whatever_else_it_says() -> None:
    rows = [
        *("time,transaction id,amount,fee,net", "2026-03-01,1,5.005,0.00,5.00"),
        *("2026-03-01,2,5.00,0.005,4.99", "2026-03-01,3,6.00,0.01000,5.99"),
    ]
    read = read_statement("\n".join(rows).encode())
    assert [(one.trade_no, one.amount_fen, one.fee_fen) for one in read] == [("3", 600, 1)]


def test_the_accountant_takes_a_file_in_and_explains(wechat: int, sign_in: SignIn) -> None:
    sell(128, "4200001")
    client = sign_in("accountant")
    home = "/console/cashier/statements/reconcile"
    day = today()
    text = f"time,transaction id,amount,fee\n{day},4200001,128.00,0.77\n{day},4200002,9.00,0\n"
    file = (io.BytesIO(text.encode()), "wechat.csv")
    kept = post(client, home, {"kind_id": wechat, "file": file})
    page = client.get(kept.location).text
    assert "Trades: 2 · ¥137.00" in words(page)
    assert api.db.session.query(Statement).count() == 0
    read = dict(re.findall(r'name="(column-\w+)".*?value="(\d+)" selected', page))
    sent = post(client, kept.location.partition("?")[0], {"kind_id": wechat, **read})
    assert sent.status_code == 302
    assert "Open trades: 1" in words(client.get(home).get_data(as_text=True))
    line = api.db.session.query(StatementLine).filter_by(state="theirs").one()
    where = f"/console/cashier/statement_lines/{line.id}/resolve"
    assert "The till does not know of it" in words(client.get(where).get_data(as_text=True))
    assert post(client, where, {"note": ""}).status_code == 422
    assert post(client, where, {"note": "a deposit of the landlord"}).status_code == 302
    assert "Channels and till agree" in words(client.get(home).get_data(as_text=True))
    assert post(client, home, {"kind_id": wechat}).status_code == 422


def test_a_file_that_nobody_took_in_waits_is_discarded_and_is_gone_after_thirty_days(
    wechat: int, sign_in: SignIn
) -> None:
    client, home = sign_in("accountant"), "/console/cashier/statements/reconcile"
    for name in ("march.csv", "april.csv"):
        sent = {"kind_id": wechat, "file": (io.BytesIO(f"{name},1\n".encode()), name)}
        kept = post(client, home, sent).location
    assert "march.csv" in words(client.get(home).text)
    assert "march.csv" not in words(sign_in("accountant").get(home).text)
    assert post(client, f"{kept.partition('?')[0]}/discard").location == home
    page = words(client.get(home).text)
    assert ("march.csv" in page, "april.csv" in page) == (True, False)
    drop_old_files()
    assert [file.name for file in _files() if file.size] == ["march.csv"]
    with api.at_moment(api.now() + dt.timedelta(days=31)):
        drop_old_files()
    assert not any(file.size or file.place.exists() for file in _files())


def _files() -> list[api.StoredFile]:
    return api.db.session.query(api.StoredFile).all()
