"""One run on one engine: databases are filled, servers started, and everything is measured."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import orders, our_members, ours_alone, peer_members
from benchmarks.big_book import write_journals
from benchmarks.client import Browser
from benchmarks.contestants import DESK, KEY, OURS, Contestant, contestants, environment
from benchmarks.our_members import token_of
from benchmarks.people import often_found, people
from benchmarks.serving import Served, memory_of, served
from benchmarks.timing import Timings, compare, per_second
from tests.support import postgres

HERE = Path(__file__).parent
FEW = 10_000
#: Members where orders are measured alone: few, so that each has a long history.
FEW_OF_ORDERS = 300
ROWS_TO_IMPORT = 5000
BY_WORDS = ("name", "pinyin initials")


class Databases:
    """Places for databases on one engine."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def make(self, name: str) -> str:
        """Return the address of a new, empty database."""
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite"
        with postgres.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return postgres.server_url(name)

    def read(self) -> None:
        """Read all files once, as they were by the end of a day's work: no disk is measured."""
        folder = self.folder
        if self.engine == "postgresql":
            with postgres.connect() as connection:
                [(told,)] = connection.execute("SHOW data_directory").fetchall()
            folder = Path(told) / "base"
        for file in folder.rglob("*"):
            if file.is_file():
                with file.open("rb", buffering=0) as opened:
                    while opened.read(1 << 22):
                        pass


class Bench:
    """Measures everything on one engine."""

    def __init__(
        self,
        engine: str,
        members: int,
        python: Path,
        places: Databases,
        *,
        turns: int,
        journals: int,
    ) -> None:
        self.engine, self.members, self.turns = engine, members, turns
        self.journals = journals
        self.python, self.places = python, places
        self._few = min(FEW, members)
        self.all = contestants(python, members)
        self.ours = self.all[0]

    def run(self) -> dict[str, Any]:
        """Return all figures."""
        ours = self._timed("fill the console", lambda: self._fill_ours("ours", self.members))
        peers = self._timed("fill the peers", lambda: self._fill_peers("peers", self.members))
        few = self._fill_ours("few", self._few, self.members)
        urls = {each.name: ours if each.is_ours else peers for each in self.all}
        run: dict[str, Any] = {
            "engine": self.engine,
            "members": self.members,
            "on": date.today().isoformat(),
        }
        run |= self._timed("operations", lambda: self._operations(urls))
        run |= self._timed("ten thousand", lambda: self._growth(ours, few))
        run |= self._timed("requests a second", lambda: self._throughput(urls))
        run |= self._timed("plugins", lambda: self._plugins(few))
        run |= self._timed("import", lambda: self._import(ours))
        run |= self._timed("orders", lambda: self._orders(few, FEW))
        return run

    def run_orders(self) -> dict[str, Any]:
        """Return the figures of orders alone; no peer has any."""
        few = self._timed("fill the console", lambda: self._fill_ours("few", FEW_OF_ORDERS))
        run: dict[str, Any] = {
            "engine": self.engine,
            "members": FEW_OF_ORDERS,
            "journals": self.journals,
            "on": date.today().isoformat(),
            "load": os.getloadavg()[0],
        }
        run |= self._timed("orders", lambda: self._orders(few, FEW_OF_ORDERS))
        return run

    def _timed(self, title: str, act: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        done = act()
        print(f"{self.engine}: {title} ({time.monotonic() - begun:.0f} s)", flush=True)
        return done

    # -- data --------------------------------------------------------------------------------

    def _fill_ours(self, name: str, count: int, of: int | None = None) -> str:
        url = self.places.make(name)
        our_members.make_and_fill(url, self.places.folder / "instance", count, of)
        return url

    def _fill_peers(self, name: str, count: int) -> str:
        url = self.places.make(name)
        peer_members.fill(url, count)
        subprocess.run(
            [self.python, "-m", "peers.stock_django", "prepare"],
            cwd=HERE,
            env={**os.environ, "BENCH_URL": url},
            check=True,
        )
        return url

    # -- measuring -----------------------------------------------------------------------------

    def _operations(self, urls: dict[str, str]) -> dict[str, Any]:
        with ExitStack() as stack:
            servers = {
                each.name: stack.enter_context(served(each, urls[each.name], self.places.folder))
                for each in self.all
                if each.name != DESK  # the same server as ours
            }
            servers[DESK] = servers[OURS]
            browsers = {each.name: self._enter(each, servers[each.name]) for each in self.all}
            for server in servers.values():
                server.settle()
            known = list(islice(people(self.members), 2000))
            timings = compare(
                browsers, self.all, known, turns=self.turns, before_turn=self.places.read
            )
            memory = {
                each.name: self._memory(each, browsers[each.name], servers[each.name])
                for each in self.all
                if each.name != DESK
            }
            export = ours_alone.measure_export(self.ours, browsers[OURS], servers[OURS])
            weight = ours_alone.weigh(self._enter(self.ours, servers[OURS]), ours_alone.LIST)
            hers = Browser(servers[OURS].port)
            hers.cookies["member_card"] = token_of(1)
            phone = ours_alone.weigh(hers, ours_alone.PHONE)
        starts = self._starts(urls)
        return {
            "operations": _tell(timings),
            "start_s": starts,
            "memory_mb": memory,
            "export": export,
            "list_weight": weight,
            "phone_weight": phone,
        }

    def _starts(self, urls: dict[str, str]) -> dict[str, float]:
        """Start each of them three times, one at a time."""
        taken: dict[str, list[float]] = {}
        for each in [each for each in self.all if each.name != DESK] * 3:
            with served(each, urls[each.name], self.places.folder) as server:
                taken.setdefault(each.name, []).append(server.start)
        return {name: median(times) for name, times in taken.items()}

    def _memory(self, contestant: Contestant, browser: Browser, server: Served) -> float:
        path = contestant.paths["list page 1"](next(iter(people(1))))
        return memory_of(server.web_worker(lambda: browser.get(path)))

    def _enter(self, contestant: Contestant, server: Served) -> Browser:
        browser = Browser(server.port)
        contestant.enter(browser)
        return browser

    def _growth(self, many: str, few: str) -> dict[str, Any]:
        """Compare the console with itself on ten thousand members, in turns."""
        folder = self.places.folder
        with served(self.ours, many, folder) as large, served(self.ours, few, folder) as small:
            browsers = [self._enter(self.ours, each) for each in (large, small)]
            large.settle()
            small.settle()
            self.places.read()
            first, often = next(iter(people(1))), often_found(self._few, self.members)
            found = {}
            for operation, path in self.ours.paths.items():
                # Answers of one size are compared: names and initials fill a page of both.
                person = often if operation in BY_WORDS else first
                taken: tuple[list[float], list[float]] = ([], [])
                for _turn in range(self.turns):
                    for browser, kept in zip(browsers, taken, strict=True):
                        kept += ours_alone.page_times(browser, path(person), 1)
                found[operation] = median(taken[0]) / median(taken[1])
        return {"growth": found}

    def _throughput(self, urls: dict[str, str]) -> dict[str, Any]:
        rates = {}
        for each in self.all:
            if each.name == DESK:
                continue
            with served(each, urls[each.name], self.places.folder, workers=2) as server:
                browser = self._enter(each, server)
                server.settle()
                rates[each.name] = per_second(each, browser, 8.0)
        return {"per_second": rates}

    def _plugins(self, url: str) -> dict[str, Any]:
        """Compare page times with 50 trivial plugins and with 5, and switch one under load."""
        folders = {}
        for count in (5, 50):
            folders[count] = self.places.folder / f"plugins{count}"
            ours_alone.write_trivial_plugins(folders[count], count)
        with ExitStack() as stack:
            browsers = {}
            for count, folder in folders.items():
                contestant = with_plugins(self.ours, folder)
                server = stack.enter_context(served(contestant, url, self.places.folder))
                browsers[count] = self._enter(self.ours, server)
                server.settle()
            taken: dict[int, list[float]] = {5: [], 50: []}
            for _turn in range(self.turns):
                for count, browser in browsers.items():
                    taken[count] += ours_alone.page_times(browser, ours_alone.LIST, 1)
        switching = self._switching(url, folders[5])
        return {"plugins_ratio": median(taken[50]) / median(taken[5]), "switching": switching}

    def _switching(self, url: str, folder: Path) -> dict[str, float]:
        contestant = with_plugins(self.ours, folder)
        with served(contestant, url, self.places.folder, workers=2) as server:
            browser = self._enter(self.ours, server)
            over, failed = threading.Event(), [0]

            def load() -> None:
                own = Browser(server.port)
                own.cookies.update(browser.cookies)
                while not over.is_set():
                    failed[0] += own.get(ours_alone.LIST).status != 200

            threads = [threading.Thread(target=load) for _ in range(3)]
            for thread in threads:
                thread.start()
            told = environment({"DATABASE_URL": url, "SECRET_KEY": KEY}, self._instance())
            told["CONSOLE_PLUGIN_FOLDER"] = str(folder)
            seen = [
                switch(told, act, server.port, wanted)
                for act, wanted in (("disable", 404), ("enable", 200))
            ]
            over.set()
            for thread in threads:
                thread.join()
        return {"dropped": failed[0], "seen_s": max(seen)}

    def _orders(self, few: str, members: int) -> dict[str, Any]:
        """Measure orders in an empty book, and compare them with those in a large one."""
        folder = self.places.folder
        large = self._fill_ours("large", members)
        self._timed("write journals", lambda: write_journals(large, self.journals))
        self.places.read()
        found = orders.compare_books(self.ours, large, few, folder, self.turns)
        return found | orders.measure_orders(self.ours, few, folder, self.turns * 4)

    def _instance(self) -> Path:
        return self.places.folder / "instance"

    def _import(self, url: str) -> dict[str, Any]:
        file = self.places.folder / "messy.csv"
        file.write_bytes(ours_alone.messy_rows(ROWS_TO_IMPORT))
        told = environment({"DATABASE_URL": url, "SECRET_KEY": KEY}, self._instance())
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "console", "import", "members", str(file), "--json"],
            env=told,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-2000:])
        return {"import_s": time.monotonic() - begun, "import_totals": done.stdout.decode().strip()}


def with_plugins(contestant: Contestant, folder: Path) -> Contestant:
    """Return the console with a folder of further plugins."""

    def command(url: str, port: int, workers: int) -> tuple[list[str], dict[str, str]]:
        line, told = contestant.command(url, port, workers)
        return line, {**told, "CONSOLE_PLUGIN_FOLDER": str(folder)}

    return replace(contestant, command=command)


def switch(told: dict[str, str], act: str, port: int, wanted: int) -> float:
    """Switch a plugin, and return the seconds until twenty answers in a row know of it."""
    line = [sys.executable, "-m", "console", "plugins", act, "trivial0"]
    subprocess.run(line, env=told, check=True)
    begun, agreed = time.monotonic(), 0
    last_other = begun
    while agreed < 20:
        answer = Browser(port).get("/trivial0/")
        agreed = agreed + 1 if answer.status == wanted else 0
        if answer.status != wanted:
            last_other = time.monotonic()
        if time.monotonic() - begun > 10:
            return 10.0
    return last_other - begun


def _tell(timings: Timings) -> dict[str, Any]:
    return {
        operation: {
            "n": timings.turns(operation),
            "ms": {name: round(timings.median(operation, name), 2) for name in by_name},
        }
        for operation, by_name in timings.taken.items()
    }
