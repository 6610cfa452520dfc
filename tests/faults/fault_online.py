"""Faults 11 to 14: a provider that fails in every way, and a console that is killed meanwhile.

Two installations talk over HTTP: the salon, whose web and worker are killed, and the provider.
`FAULT_ONLINE_SECONDS` (60) is how long that goes on.
"""

from __future__ import annotations

import os
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, demo
from console.audit import AuditEntry
from console.testing.app import MakeApp
from console.testing.live import Live
from plugins.cashier.api import OnlinePayment, Settlement
from plugins.cashier.models import ONLINE_LIVE, OnlineNote
from plugins.cashier.services.online.advancing import advance, cancel, look_again
from plugins.ledger.services.verifying import verify
from plugins.membership.services.visitors import start_session
from plugins.sandboxpay import settings
from plugins.sandboxpay.models import SandboxOrder
from tests.plugins.cashier.test_online_kills import bring_to_an_end
from tests.support.databases import Databases
from tests.support.deaths import Deaths
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import change, fail, order, pay, payment, prepaid, shop
from tests.support.processes import (
    console_environment,
    kill_all,
    members_of,
    started_console,
    wait_until,
)
from tests.support.salon import add_store

__all__ = ["shop"]

SECONDS = float(os.environ.get("FAULT_ONLINE_SECONDS", "60"))
DRIVERS, YUAN = 3, 100
pytestmark = pytest.mark.timeout(0)

#: What the provider does wrong, one after the other.
WEATHER: tuple[dict[str, Any], ...] = (
    {},
    {"silent": True},
    {"cut": "before"},
    {"cut": "after"},
    {"cut": "down"},
    {"copies": 50},
    {"tampered": "signature"},
    {"tampered": "amount"},
    {"late": 3},
    {"reordered": True},
    {"slow": 6},
)
FINE: dict[str, Any] = {
    "silent": False,
    "cut": "no",
    "copies": 1,
    "tampered": "no",
    "late": 0,
    "reordered": False,
    "slow": 0,
}
ORDERING = ("before_provider", "after_provider", "before_commit:2", "after_commit:2")
BOOKING = (
    "before_provider",
    "after_provider",
    "before_commit:2",
    "after_commit:2",
    "before_online_booking",
    "before_settling",
    "after_legs:1",
    "after_settling",
    "before_commit:3",
    "after_commit:3",
)


def show(engine: str, row: str, figures: str) -> None:
    """Print a row of figures."""
    print(f"\n[{engine}] {row}: {figures}")


@pytest.fixture
def anna(shop: Live) -> int:
    return int(join().id)


def test_a_worker_that_dies_at_every_point(
    app: Flask, anna: int, deaths: Deaths, engine: str
) -> None:
    covered = 0
    for point in ORDERING:
        number = order(anna, YUAN)
        assert deaths.dies(point, advance, number), point
        bring_to_an_end(number)
        assert payment(number).state == "prepaid"
        cancel(number)
        bring_to_an_end(number)
        covered += 1
    fail(silent=True)
    for point in BOOKING:
        number = prepaid(anna, YUAN)
        pay(number)
        change(number, due_at=api.now())
        assert deaths.dies(point, advance, number), point
        if payment(number).state != "paid":
            bring_to_an_end(number)
        assert payment(number).state == "paid"
        covered += 1
    whole = len(ORDERING) + len(BOOKING)
    figures = f"{covered} of {whole} points, {len(BOOKING)} paid, {left(anna)[0] // 100} yuan"
    show(engine, "4: death at every point of an online payment", figures)
    assert left(anna) == (YUAN * 100 * len(BOOKING), 0)
    assert verify().findings == {}


@dataclass
class Storm:
    """What is going on, and what was counted."""

    salon: str
    bank: str
    over: threading.Event = field(default_factory=threading.Event)
    dice: random.Random = field(default_factory=lambda: random.Random(int(time.time())))
    kills: Counter[str] = field(default_factory=Counter)
    pages: list[float] = field(default_factory=list)
    away: int = 0


def test_a_provider_that_fails_while_the_console_is_killed(
    app: Flask,
    migrated_url: str,
    databases: Databases,
    original_url: str,
    make_app: MakeApp,
    engine: str,
    tmp_path: Path,
) -> None:
    bank_url = databases.create(copy_of=original_url)
    storm = Storm(f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}")
    add_store("福田店")
    members = [int(join(f"会员{n}", phone=f"1390000000{n}").id) for n in range(DRIVERS)]
    tokens = [start_session(member_id) for member_id in members]
    open_salon(storm)
    bank = make_app(url=bank_url)
    with bank.app_context():
        api.unit(lambda: demo.STATE.put("on"))()
    salon_env = environment_of(migrated_url, tmp_path / "salon", storm.salon)
    bank_env = environment_of(bank_url, tmp_path / "bank", storm.bank)
    begun = time.monotonic()
    with started_console(bank_env, "run"):
        wait_until(lambda: answers(storm.bank), what="the provider answers")
        drive(app, bank, storm, salon_env, members, tokens)
        with bank.app_context():
            fail(**FINE)
        with started_console(salon_env, "run"):
            wait_until(lambda: answers(storm.salon), what="the salon answers")
            settle_all(app)
    with bank.app_context():
        booked_there = {row.out_trade_no: row.state for row in api.db.session.query(SandboxOrder)}
    report(engine, storm, members, booked_there, time.monotonic() - begun)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment_of(url: str, folder: Path, address: str) -> dict[str, str]:
    """Return the environment of an installation at an address."""
    return console_environment(url, folder, PORT=address.rpartition(":")[2], HOST="127.0.0.1")


@api.unit
def open_salon(storm: Storm) -> None:
    """Let the salon pay through the other installation."""
    demo.STATE.put("on")
    settings.OWN.put(storm.salon)
    settings.ADDRESS.put(storm.bank)


def browser() -> Any:
    """Return something that opens pages and keeps cookies."""
    return build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))


def answers(address: str) -> bool:
    """Tell whether an installation is up."""
    try:
        with browser().open(f"{address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def drive(
    app: Flask,
    bank: Flask,
    storm: Storm,
    environment: dict[str, str],
    members: list[int],
    tokens: list[str],
) -> None:
    """Let members pay while the weather changes and processes are killed."""
    threads = [
        threading.Thread(target=pay_on, args=(app, storm, member_id), daemon=True)
        for member_id in members
    ]
    threads.append(threading.Thread(target=change_weather, args=(bank, storm), daemon=True))
    threads.append(threading.Thread(target=look, args=(app, storm, members[0], tokens[0])))
    for thread in threads:
        thread.start()
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            with started_console(environment, "run") as console:
                strike(storm, console.pid, min(end, time.monotonic() + 15))
                storm.kills["all"] += 1
    finally:
        storm.over.set()
    for thread in threads:
        thread.join(60)


def strike(storm: Storm, session: int, until: float) -> None:
    """Kill single processes of a console for a while; its end is everybody's."""
    while time.monotonic() < until and not storm.over.wait(storm.dice.uniform(2, 5)):
        children = [one for one in members_of(session) if one != session]
        if children:
            kill_all([storm.dice.choice(children)])
            storm.kills["one"] += 1


def change_weather(bank: Flask, storm: Storm) -> None:
    """Let the provider do one thing wrong after the other."""
    while not storm.over.wait(storm.dice.uniform(1.0, 2.5)):
        with bank.app_context():
            fail(**{**FINE, **storm.dice.choice(WEATHER)})


def pay_on(app: Flask, storm: Storm, member_id: int) -> None:
    """Order, and pay as soon as there is a page to pay on; now and then cancel instead."""
    number = 0
    while not storm.over.is_set():
        with app.app_context():
            try:
                number = order(member_id, YUAN)
            except api.Refused:
                storm.over.wait(1)
                continue
            where = wait_for_page(storm, number)
        if where and storm.dice.random() < 0.9:
            pay_at(where)


def wait_for_page(storm: Storm, number: int) -> str:
    """Return where to pay, or "" when it took too long; then the order is cancelled."""
    for _turn in range(80):
        row = payment(number)
        if row.state == "prepaid":
            return str(row.prepaid["url"])
        if row.state not in ("created", "unknown") or storm.over.wait(0.1):
            return ""
    try:
        cancel(number)
    except api.Refused:
        return ""
    return ""


def pay_at(where: str) -> None:
    """Press "pay" on the provider's page."""
    phone = browser()
    try:
        with phone.open(where, timeout=20) as page:
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
        sent = urlencode({"csrf_token": found[1] if found else "", "act": "pay"}).encode()
        with phone.open(where, sent, timeout=20):
            pass
    except (OSError, HTTPException):
        return  # she is led back to the salon, which may be away


def look(app: Flask, storm: Storm, member_id: int, token: str) -> None:
    """Measure how long her list of payments takes, while the console is there."""
    while not storm.over.wait(0.3):
        phone = build_opener(ProxyHandler({}))
        phone.addheaders = [("Cookie", f"member_card={token}")]
        begun = time.monotonic()
        try:
            with phone.open(f"{storm.salon}/cashier/payments", timeout=20) as page:
                page.read()
                storm.pages.append(time.monotonic() - begun)
        except (OSError, HTTPException):
            storm.away += 1


def settle_all(app: Flask) -> None:
    """Have the worker ask about all that is open, now instead of after the pauses."""

    def is_done() -> bool:
        api.db.session.rollback()
        live = sa.select(OnlinePayment.id, OnlinePayment.state).where(
            OnlinePayment.state.in_(ONLINE_LIVE)
        )
        rows = api.db.session.execute(live).all()
        for number, state in rows:
            with calm():
                if state in ("created", "prepaid", "unknown"):
                    cancel(number)
                else:
                    look_again(number, at_once=True)
        time.sleep(2)
        return not rows

    wait_until(is_done, what="every payment is settled or closed")


@contextmanager
def calm() -> Iterator[None]:
    """Let pass what somebody else has done meanwhile."""
    try:
        yield
    except api.Refused:
        api.db.session.rollback()


def report(
    engine: str, storm: Storm, members: list[int], there: dict[str, str], seconds: float
) -> None:
    """Compare the two books, and print the figures."""
    api.db.session.rollback()
    rows = api.db.session.query(OnlinePayment).all()
    states = Counter(row.state for row in rows)
    paid = [row for row in rows if row.state == "paid"]
    lost = sum(1 for row in rows if there.get(row.out_trade_no) == "SUCCESS") - len(
        [row for row in paid if there.get(row.out_trade_no) == "SUCCESS"]
    )
    unpaid = sum(1 for row in paid if there.get(row.out_trade_no) != "SUCCESS")
    twice = api.db.session.query(Settlement).count() - len(paid)
    notes = Counter(what for (what,) in api.db.session.query(OnlineNote.what))
    forged = api.db.session.query(AuditEntry).filter_by(act="cashier.forged").count()
    balance = sum(left(member_id)[0] for member_id in members)
    pages = sorted(storm.pages) or [0.0]
    p99 = pages[min(len(pages) - 1, int(len(pages) * 0.99))]
    figures = (
        f"{seconds:.0f} s, {len(rows)} orders, {len(paid)} paid, {states['closed']} closed, "
        f"{storm.kills['all']} kills of all and {storm.kills['one']} of one process, "
        f"{notes['notified']} by notification, {notes['queried']} by query, "
        f"{notes['unknown']} unknown, {notes['late']} late, {forged} forged refused, "
        f"lost {lost}, twice {twice}, without payment {unpaid}, "
        f"pages p99 {p99 * 1000:.0f} ms of {len(pages)}, {storm.away} while it was down"
    )
    show(engine, "11-14: a provider that fails while web and worker are killed", figures)
    assert (lost, twice, unpaid) == (0, 0, 0)
    assert balance == sum(row.amount_fen for row in paid)
    assert verify().findings == {}
    assert len(paid) > 0
