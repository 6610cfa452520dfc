"""The lists of bills and orders, by who served or sold and how it was paid; and who owes."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from plugins.cashier.api import Share
from plugins.cashier.services.performers import put_performers, put_sellers
from plugins.cashier.services.tendering import all_kinds
from tests.support.membership import join
from tests.support.people import SignIn
from tests.support.salon import add_staff, add_store
from tests.support.till import add_to, add_top_up, bill_of, cash, pay, service_for

pytestmark = pytest.mark.either_engine

ROW = re.compile(r'<tr data-id="(\d+)"')


def test_bills_and_orders_are_found_by_staff_and_by_how_they_were_paid(
    app: Flask, sign_in: SignIn
) -> None:
    store = add_store("Futian")
    member, service = join("Lin", store.id).id, service_for(100)
    ada, bea = add_staff("Ada", store), add_staff("Bea", store)
    first, second = bill_of(member, store.id), bill_of(member, store.id)
    put_performers(add_to(first, service), [Share(ada.id, 1000)])
    put_sellers(add_top_up(first, 500), [Share(bea.id, 1000)])
    put_performers(add_to(second, service), [Share(bea.id, 1000)])
    pay(first, cash(600))
    kinds = {kind.code: kind.id for kind in all_kinds()}
    owner = sign_in("owner")

    def found(query: str) -> list[int]:
        page = owner.get(f"/console/cashier/{query}")
        assert page.status_code == 200
        return sorted(int(one) for one in ROW.findall(page.text))

    assert found(f"bills/?f.staff.eq={ada.id}") == [first]
    assert found(f"bills/?f.staff.eq={bea.id}") == [first, second]
    assert found(f"bills/?f.paid_by.eq={kinds['cash']}") == [first]
    assert found(f"bills/?f.paid_by.eq={kinds['balance']}") == []
    assert len(found("orders/")) == 3
    assert len(found(f"orders/?f.staff.eq={ada.id}")) == 1
    assert len(found(f"orders/?f.staff.eq={bea.id}")) == 2
    assert len(found(f"orders/?f.kind.eq=service&f.paid_by.eq={kinds['cash']}")) == 1
    assert found(f"orders/?f.paid_by.eq={kinds['balance']}") == []


def test_who_owes_is_found_and_shown_in_red(app: Flask, sign_in: SignIn) -> None:
    store = add_store("Futian")
    debtor, _other = join("Lin", store.id), join("Mei", store.id, phone="13900139000")
    owner = sign_in("owner")
    owner.set_cookie("console_language", "en")
    bill = bill_of(debtor.id, store.id)
    add_to(bill, service_for(100))
    pay(bill, cash(60))
    red = '<span class="pill pill-bad">¥40.00</span>'
    members = "/console/membership/members/?cols=name,owing&sort=-owing"
    for query, rows in (("", 2), ("&f.owing.ge=0.01", 1), ("&f.owing.ge=40.01", 0)):
        page = owner.get(members + query).text
        assert (len(ROW.findall(page)), red in page) == (rows, rows > 0)
    assert red in owner.get("/console/cashier/bills/?f.owing_fen.ge=0.01").text
