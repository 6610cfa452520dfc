"""What is measured of the console alone: exports, imports, weights, plugins."""

from __future__ import annotations

import datetime as dt
import random
import re
import threading
import time
from pathlib import Path

from benchmarks.client import Browser
from benchmarks.contestants import Contestant
from benchmarks.people import phone_of, words
from benchmarks.serving import Served, memory_of
from benchmarks.timing import warm_up

PIECE = 1 << 16
LIST, PHONE = "/console/membership/members/", "/membership/card"
LINKED = re.compile(r'(?:<link[^>]*rel="(?:stylesheet|icon)"[^>]*href|<script[^>]*src)="([^"]+)"')
DRAWN = re.compile(r'<use href="([^"#]+)')


def measure_export(contestant: Contestant, browser: Browser, server: Served) -> dict[str, float]:
    """Take the whole list as CSV: first byte, whole time, and memory above what was idle."""
    worker = server.web_worker(lambda: browser.get(LIST))
    idle, most, over = memory_of(worker), [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], memory_of(worker))

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.perf_counter()
    answer = browser.open_stream(contestant.export)
    answer.read(1)
    first = time.perf_counter() - begun
    lines = 0
    while piece := answer.read(PIECE):
        lines += piece.count(b"\n")
    whole = time.perf_counter() - begun
    over.set()
    watcher.join()
    browser.close()
    return {
        "first_byte_s": first,
        "whole_s": whole,
        "rows": lines - 1,
        "memory_over_idle_mb": max(0.0, most[0] - idle),
    }


def weigh(browser: Browser, path: str) -> dict[str, float]:
    """Load a page as a browser does, with an empty cache and with a full one."""
    page = browser.get(path)
    if page.status != 200:
        raise RuntimeError(f"{path} answered {page.status}")
    seen: dict[str, int] = {}
    todo = [*LINKED.findall(page.text), *DRAWN.findall(page.text)]
    while todo:
        address = todo.pop()
        if address in seen or address.startswith("data:"):
            continue
        seen[address] = browser.get(address).size
    return {
        "requests": 1 + len(seen),
        "first_kb": (page.size + sum(seen.values())) / 1024,
        "later_kb": page.size / 1024,
    }


def messy_rows(count: int) -> bytes:
    """Return a spreadsheet as an old system exports it: a tenth of it has something wrong."""
    chance = random.Random(11)
    surnames, given = words()["surnames"], words()["given"]
    lines = ["name,phone,store,balance,points,joined on"]
    for number in range(count):
        name = chance.choice(surnames) + chance.choice(given)
        phone = phone_of(5_000_000 + number)
        phone = f"{phone[:3]}-{phone[3:7]} {phone[7:]}" if chance.random() < 0.3 else phone
        if chance.random() < 0.04:
            phone = phone[:9]
        day = dt.date(2015, 1, 1) + dt.timedelta(days=chance.randrange(3000))
        form = chance.choice(("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"))
        balance = f"{chance.randrange(1_000_000) / 100:,.2f}" if chance.random() < 0.4 else ""
        points = str(chance.randrange(5000)) if chance.random() < 0.4 else ""
        store = chance.choice(words()["stores"])
        lines.append(f'{name},{phone},{store},"{balance}",{points},{day.strftime(form)}')
    return ("\ufeff" + "\r\n".join(lines)).encode()


def page_times(browser: Browser, path: str, turns: int) -> list[float]:
    """Return the milliseconds of some turns of one page."""
    warm_up(browser.get, [path])
    return [_timed(browser, path) for _turn in range(turns)]


def _timed(browser: Browser, path: str) -> float:
    answer = browser.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return browser.spent[-1]


def write_trivial_plugins(folder: Path, count: int) -> None:
    """Write plugins that do as little as a plugin can, but have a page and listen to a hook."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("trivial_plugin.txt").read_text("utf-8")
    for number in range(count):
        (folder / f"trivial{number}.py").write_text(source.replace("NUMBER", str(number)))
