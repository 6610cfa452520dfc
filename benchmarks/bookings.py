"""`make bench ARGS=--bookings`: what free times and bookings cost, beside a peer."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from benchmarks import our_bookings
from benchmarks.choosing import compare_rules
from benchmarks.client import Browser
from benchmarks.contestants import contestants
from benchmarks.our_bookings import FIRST_STORE, VARIANT, Chain, starts_between, today
from benchmarks.our_members import OWNER, PASSWORD, token_of
from benchmarks.peers_venv import BOOKING, prepare_peers
from benchmarks.running import Databases
from benchmarks.serving import Served, served
from console.app import create_app
from console.config import Config
from console.db import db
from plugins.booking.api import Wish, free_times

MEMBERS = 900
STAFF, FEW = 50, 10
A_DAY = dt.timedelta(days=1)


class BookingBench:
    """Measures bookings on one engine."""

    def __init__(self, engine: str, places: Databases, *, turns: int, stores: int = 1000) -> None:
        self.engine, self.places, self.turns, self.stores = engine, places, turns, stores
        self.ours = contestants(Path(sys.executable), 50)[0]

    def run(self) -> dict[str, Any]:
        """Return all figures."""
        urls = {
            "large": self._fill("large", Chain(1, STAFF, MEMBERS)),
            "one": self._fill("one", Chain(1, FEW, MEMBERS, full_days=0)),
            "many": self._fill("many", Chain(self.stores, FEW, MEMBERS, full_days=0)),
        }
        run: dict[str, Any] = {
            "engine": self.engine,
            "on": date.today().isoformat(),
            "load": os.getloadavg()[0],
            "stores": self.stores,
        }
        run["service"] = self._service(urls["large"])
        run["peer"] = self._peer()
        run["http"] = self._http(urls["large"])
        run["growth"] = self._growth(urls["many"], urls["one"])
        run["choosing"] = compare_rules()
        return run

    def _fill(self, name: str, chain: Chain) -> str:
        url = self.places.make(f"booking_{name}")
        our_bookings.make_and_fill(url, self.places.folder / "instance", chain)
        print(f"{self.engine}: {name} is filled", flush=True)
        return url

    def _service(self, url: str) -> dict[str, Any]:
        """Ask for free times inside this process, and note CPU and queries."""
        config = Config(
            instance=self.places.folder / "instance", database_url=url, secret_key="measuring" * 5
        )
        app = create_app(config)
        first, full = today() + 2 * A_DAY, today() + our_bookings.FREE_DAYS * A_DAY
        asked = {
            "day": (first, first),
            "free_month": (today() + A_DAY, today() + 30 * A_DAY),
            "full_month": (full, full + 30 * A_DAY),
        }
        with app.app_context():
            found = {
                name: self._ask(partial(free_times, FIRST_STORE, [Wish(VARIANT)], *days))
                for name, days in asked.items()
            }
            db.session.remove()
            db.engine.dispose()
        return found

    def _ask(self, ask: Callable[[], Any]) -> dict[str, float]:
        """Return the least and the median CPU of an act that reads, and its queries."""
        taken, asked = [], [0]

        def count(*_args: Any) -> None:
            asked[0] += 1

        ask()
        for _turn in range(self.turns):
            db.session.rollback()
            begun = time.process_time()
            ask()
            taken.append((time.process_time() - begun) * 1000)
        sa.event.listen(db.engine, "before_cursor_execute", count)
        ask()  # in the transaction of the last turn, so that its BEGIN is not counted
        sa.event.remove(db.engine, "before_cursor_execute", count)
        return {"ms": min(taken), "median_ms": median(taken), "queries": asked[0]}

    def _peer(self) -> dict[str, Any]:
        python = prepare_peers(BOOKING)
        done = subprocess.run(
            [python, "-m", "peers.appointments", str(STAFF), str(max(20, self.turns))],
            cwd=Path(__file__).parent,
            env={**os.environ, "BENCH_URL": self.places.make("booking_peer")},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-2000:])
        told: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
        return told

    # -- over HTTP ---------------------------------------------------------------------------

    def _http(self, url: str) -> dict[str, Any]:
        with served(self.ours, url, self.places.folder, workers=2) as server:
            server.settle()
            guests = Guests(server, STAFF)
            keep, send = guests.keep_and_send(300)
            desk = Desk(server).book(300)
        return {"desk": desk, "keep": keep, "send": send}

    def _growth(self, many: str, one: str) -> dict[str, float]:
        """Compare a store among many with a store alone, in turns."""
        with self._both(many, one) as (large, small):
            guests = [Guests(each, FEW) for each in (large, small)]
            pages: tuple[list[float], list[float]] = ([], [])
            keeps: tuple[list[float], list[float]] = ([], [])
            for turn in range(self.turns + 3):
                for guest, page, keep in zip(guests, pages, keeps, strict=True):
                    taken = guest.look(20), guest.keep(30)
                    if turn >= 3:
                        page.append(taken[0])
                        keep.append(taken[1])
        return {
            "page": sum(pages[0]) / sum(pages[1]),
            "page_ms": sum(pages[1]) / len(pages[1]),
            "keep": sum(keeps[0]) / sum(keeps[1]),
        }

    @contextmanager
    def _both(self, many: str, one: str) -> Iterator[tuple[Served, Served]]:
        folder = self.places.folder
        with served(self.ours, many, folder) as large, served(self.ours, one, folder) as small:
            large.settle()
            small.settle()
            yield large, small


def timed(server: Served, count: int, act: Callable[[int], None]) -> float:
    """Return the milliseconds of CPU that each of *count* acts took of the web processes."""
    begun = server.web_cpu()
    for number in range(count):
        act(number)
    return (server.web_cpu() - begun) * 1000 / count


class Guests:
    """Members with their phones, each with a session of her own."""

    def __init__(self, server: Served, staff: int) -> None:
        self.server, self.browser = server, Browser(server.port)
        self.times = free_starts(staff)
        self._next = 0
        self.browser.cookies["member_card"] = token_of(1)
        page = self.browser.get(self._path("/booking/confirm", self.times[0]))
        self.token = self.browser.token_of(page.text)
        if not self.token:
            raise RuntimeError(f"no form: {page.status}")
        self._before = dict(self.browser.cookies)

    def _sign_in(self, member: int) -> None:
        """Be another member, who has read what she was told last.

        Nobody here follows a redirect, whose page shows what was done and so takes it out of
        the session's cookie; without this it would grow with each booking.
        """
        self.browser.cookies = {**self._before, "member_card": token_of(member)}

    def _path(self, path: str, at: dt.datetime) -> str:
        told = {"store": FIRST_STORE, "variant": VARIANT, "at": at.isoformat()}
        return f"{path}?{urlencode(told)}"

    def look(self, count: int) -> float:
        """Open the page of the free times so often, and return the CPU of each."""
        path = f"/booking/when?store={FIRST_STORE}&variant={VARIANT}"

        def ask(_number: int) -> None:
            answer = self.browser.get(path)
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")

        return timed(self.server, count, ask)

    def keep(self, count: int) -> float:
        """Keep a time for each of so many members, and return the CPU of each."""
        self.kept: list[tuple[int, str, dt.datetime]] = []
        return timed(self.server, count, self._keep)

    def _keep(self, _number: int) -> None:
        self._next += 1
        member, at = self._next % MEMBERS + 1, self.times[self._next % len(self.times)]
        self._sign_in(member)
        fields = {"store": str(FIRST_STORE), "variant": str(VARIANT), "at": at.isoformat()}
        answer = self.browser.post("/booking/keep", {**self.token, **fields})
        key = re.search(r"[?&]key=([^&]+)", answer.location)
        if answer.status != 302 or key is None:
            raise RuntimeError(f"not kept: {answer.status}")
        self.kept.append((member, key[1].replace("%3A", ":"), at))

    def keep_and_send(self, count: int) -> tuple[float, float]:
        """Let so many members keep a time and then send their booking."""
        self.keep(30)
        keep = self.keep(count)
        kept = self.kept

        def send(number: int) -> None:
            member, key, at = kept[number]
            self._sign_in(member)
            fields = {"store": str(FIRST_STORE), "variant": str(VARIANT), "at": at.isoformat()}
            answer = self.browser.post("/booking/confirm", {**self.token, **fields, "key": key})
            if answer.status != 302 or "/booking/mine/" not in answer.location:
                raise RuntimeError(f"not booked: {answer.status} {answer.location}")

        return keep, timed(self.server, count, send)


class Desk:
    """Somebody at the front desk who books for guests on the phone, one form for each."""

    def __init__(self, server: Served) -> None:
        self.server, self.browser = server, Browser(server.port)
        token = self.browser.token_of(self.browser.get("/").text)
        self.browser.post("/", {**token, "login": OWNER, "password": PASSWORD})
        self.token = self.browser.token_of(self.browser.get("/console/booking/new/").text)
        self.times = free_starts(STAFF)[::-1]
        self._before = dict(self.browser.cookies)

    def book(self, count: int) -> float:
        """Book so often, and return the CPU of each."""

        def send(number: int) -> None:
            fields = {
                "store_id": str(FIRST_STORE),
                "variant_id": str(VARIANT),
                "guest": f"Guest {number}",
                "starts_at": self.times[number].isoformat(),
                "key": f"booking:front-desk-{number:012}",
            }
            self.browser.cookies = dict(self._before)  # she has read what she was told last
            answer = self.browser.post("/console/booking/new/", {**self.token, **fields})
            if answer.status != 302 or "/booking/board/" not in answer.location:
                raise RuntimeError(f"not booked: {answer.status} {answer.location}")

        send(count)
        return timed(self.server, count, send)


def free_starts(staff: int) -> list[dt.datetime]:
    """Return times to book, in disorder, each as often as there are technicians."""
    found = starts_between(today() + A_DAY, today() + (our_bookings.FREE_DAYS - 2) * A_DAY)
    found = found * max(1, staff // 3)
    random.Random(5).shuffle(found)
    return found
