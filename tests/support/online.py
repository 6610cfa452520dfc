"""A salon whose members pay by phone: the console on a real port, the sandbox behind it."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

import pytest
from flask import Flask

from console import api, demo
from console.testing.live import Live
from plugins.cashier.api import OnlinePayment, order_online
from plugins.cashier.services.online.advancing import advance
from plugins.sandboxpay import settings
from plugins.sandboxpay.models import SandboxNotice, SandboxOrder
from plugins.sandboxpay.services import notices, orders
from tests.support.salon import add_store

_keys = count(1)


@pytest.fixture
def shop(app: Flask, live: Live) -> Live:
    """A store whose console is served, with the demo's sandbox as provider."""
    add_store("福田店")
    open_sandbox(live.url)
    return live


@api.unit
def open_sandbox(url: str) -> None:
    """Let the console at *url* be its own sandbox."""
    demo.STATE.put("on")
    settings.OWN.put(url)


@api.unit
def fail(**faults: Any) -> None:
    """Switch faults of the sandbox on: `cut="after"`, `copies=50`."""
    known = {fault.key.partition(".")[2]: fault for fault in settings.FAULTS}
    for name, value in faults.items():
        known[name].put(value)


def order(member_id: int, yuan: int = 500, **more: Any) -> int:
    """Order a top-up by phone, and return the number of the payment."""
    more.setdefault("key", f"phone-{next(_keys)}")
    return order_online(member_id, "top_up", {"amount": str(yuan), "agreed": "1"}, **more).id


def prepaid(member_id: int, yuan: int = 500) -> int:
    """Order a top-up and have the provider take the order."""
    number = order(member_id, yuan)
    advance(number)
    return number


def payment(number: int) -> OnlinePayment:
    """Return a payment as it is in the database."""
    api.db.session.rollback()
    return api.db.session.get_one(OnlinePayment, number, populate_existing=True)


def at_bank(number: int) -> SandboxOrder:
    """Return the order of a payment as it is in the sandbox's book."""
    wanted = payment(number).out_trade_no
    return api.db.session.query(SandboxOrder).filter_by(out_trade_no=wanted).one()


def pay(number: int) -> None:
    """Pay as the member does on the provider's page; nobody is notified yet."""
    orders.pay(at_bank(number).prepay_id)


def notify() -> None:
    """Send the notifications that are due, over HTTP."""
    notices.deliver_due()


def later(**time: float) -> Any:
    """Return a context in which it is later."""
    return api.at_moment(api.now() + dt.timedelta(**time))


def waiting_notices() -> int:
    """Return how many notifications nobody has taken."""
    api.db.session.rollback()
    return api.db.session.query(SandboxNotice).filter_by(state="waiting").count()


@api.unit
def change(number: int, **values: Any) -> None:
    """Change a payment as no code does, to stand for time that has passed."""
    row = api.db.session.get_one(OnlinePayment, number)
    for name, value in values.items():
        setattr(row, name, value)
