"""What a settled order costs: at the till over HTTP, a session used, and a bare journal beside."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.client import Browser
from benchmarks.contestants import KEY, Contestant
from benchmarks.serving import Served, served
from benchmarks.timing import times_a_second
from console import api
from console.app import create_app
from console.config import Config
from plugins.ledger import api as ledger
from plugins.membership.api import Member
from tests.support.cards import Shop, add_product, item, sell
from tests.support.salon import add_service

TILL = "/console/cashier/till/"
PRICE_FEN, SESSIONS = 12_800, 100_000
#: Sends a form as the till's script does, so that one answer brings the screen.
BY_SCRIPT = {"X-Till": "1"}
BILL = re.compile(r"/console/cashier/till/(\d+)")
_keys = count(1)


class Salon:
    """A database in which a service is sold, and a member has sessions of it."""

    def __init__(self, url: str, instance: Path) -> None:
        config = Config(instance=instance, database_url=url, secret_key=KEY)
        self.app = create_app(config)
        with self.app.app_context(), api.speaking("en"):
            store = api.db.session.get_one(api.Store, 1)
            self.service = add_service(f"Scalp care {next(_keys)}", price_fen=PRICE_FEN)
            self.variant = self.service.variants[0].id
            member = api.db.session.query(Member).order_by(Member.id).first()
            if member is None:
                raise RuntimeError("nobody is a member")
            product = add_product(f"Sessions {next(_keys)}", 98_000, item(self.service, SESSIONS))
            self.member = member.id
            card = sell(Shop(store, member, self.service), product)
            self.part = card.parts[0].id
            api.db.session.rollback()

    def floor(self, times: int) -> float:
        """Return the milliseconds of computing that one bare journal of the ledger takes."""
        cash, revenue = ledger.salon("cash", 1), ledger.salon("revenue", 1)
        with self.app.app_context():
            move = ledger.Move(cash, revenue, PRICE_FEN)
            self._post(move)
            begun = time.process_time()
            for _turn in range(times):
                self._post(move)
            return (time.process_time() - begun) * 1000 / times

    def _post(self, move: ledger.Move) -> None:
        ledger.post(ledger.Entry(key=f"floor:{next(_keys)}", code="sale", store_id=1), [move])

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            api.db.session.remove()
            api.db.engine.dispose()


class Desk:
    """Somebody at the till of a server."""

    def __init__(self, browser: Browser, salon: Salon) -> None:
        self.browser, self.salon = browser, salon
        self.token = browser.token_of(browser.get(TILL).text)

    def sell(self) -> float:
        """Sell a service for cash, and return the milliseconds of both requests."""
        return self._settle({"variant_id": str(self.salon.variant)}, cash=True)

    def use_session(self) -> float:
        """Use a session of the member's card."""
        facts = f'{{"part_id":{self.salon.part},"variant_id":{self.salon.variant}}}'
        offer = f'["session",{facts}]'
        return self._settle({"member_id": str(self.salon.member), "offer": offer}, cash=False)

    def _settle(self, fields: dict[str, str], *, cash: bool) -> float:
        before = len(self.browser.spent)
        key = f"bench:{self.browser.port}:{id(self)}:{next(_keys)}"
        opened = self._post("open", {"store_id": "1", "key": key, **fields})
        number = BILL.search(opened)
        if number is None:
            raise RuntimeError(f"no bill was opened: {opened[:500]}")
        paid = {"kind-1": "cash", "amount-1": "128.00", "due_fen": str(PRICE_FEN)}
        free = {"agreed_by": "staff_only", "due_fen": "0"}
        settled = self._post(f"{number[1]}/settle", {"key": f"{key}:s", **(paid if cash else free)})
        if 'data-open="till-reopen"' not in settled:
            raise RuntimeError(f"the bill was not settled: {settled[:2000]}")
        return sum(self.browser.spent[before:])

    def _post(self, path: str, fields: dict[str, str]) -> str:
        answer = self.browser.post(f"{TILL}{path}", {**self.token, **fields}, BY_SCRIPT)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {answer.text[:500]}")
        return answer.text


def measure_orders(ours: Contestant, url: str, folder: Path, turns: int) -> dict[str, Any]:
    """Return what an order and a session cost the server, orders a second, and the floor."""
    salon = Salon(url, folder / "instance")
    found: dict[str, Any] = {"floor_ms": salon.floor(turns * 4)}
    with served(ours, url, folder) as server:
        desk = _desk(ours, server, salon)
        server.settle()
        for name, act in (("order", desk.sell), ("session", desk.use_session)):
            found |= _cost(name, act, server, turns)
    with served(ours, url, folder, workers=2) as server:
        desk = _desk(ours, server, salon)
        server.settle()
        found["orders_per_second"] = _rate(desk, 8.0)
    salon.close()
    return {"orders": found}


def _desk(ours: Contestant, server: Served, salon: Salon) -> Desk:
    browser = Browser(server.port)
    ours.enter(browser)
    return Desk(browser, salon)


def _cost(name: str, act: Callable[[], float], server: Served, turns: int) -> dict[str, float]:
    """Return what one act computes, and how long it takes.

    What those compute who answer is told apart from what the worker does for it afterwards.
    """
    for _turn in range(5):
        act()
    server.settle()
    begun, begun_all = server.web_cpu(), server.all_cpu()
    spent = [act() for _turn in range(turns)]
    cpu = server.web_cpu() - begun
    server.settle()
    later = server.all_cpu() - begun_all - cpu
    return {
        f"{name}_cpu_ms": cpu * 1000 / turns,
        f"{name}_later_ms": later * 1000 / turns,
        f"{name}_ms": median(spent),
    }


def _rate(desk: Desk, seconds: float) -> float:
    """Return how many orders a second some tills settle at once."""
    return times_a_second(desk.browser, lambda own: Desk(own, desk.salon).sell, seconds)


def compare_books(
    ours: Contestant, large_url: str, small_url: str, folder: Path, turns: int
) -> dict[str, Any]:
    """Compare sales and a member's page in a large book with those in an empty one, in turns."""
    salons = [Salon(url, folder / "instance") for url in (large_url, small_url)]
    with ExitStack() as stack:
        servers = [stack.enter_context(served(ours, url, folder)) for url in (large_url, small_url)]
        desks = [_desk(ours, *both) for both in zip(servers, salons, strict=True)]
        for server in servers:
            server.settle()
        acts: dict[str, Callable[[Desk], float]] = {
            "sale": Desk.sell,
            "session used": Desk.use_session,
            "member's page": _member_page,
        }
        found = {}
        for name, act in acts.items():
            taken: tuple[list[float], list[float]] = ([], [])
            for turn in range(turns + 3):
                for desk, kept in zip(desks, taken, strict=True):
                    spent = act(desk)
                    if turn >= 3:
                        kept.append(spent)
            found[name] = median(taken[0]) / median(taken[1])
    for salon in salons:
        salon.close()
    return {"book_growth": found}


def _member_page(desk: Desk) -> float:
    path = f"/console/membership/members/{desk.salon.member}/"
    answer = desk.browser.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return desk.browser.spent[-1]
