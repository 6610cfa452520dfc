"""Fixtures of all tests: a database on each engine, and a browser."""

from __future__ import annotations

import gc
import zlib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from console import demo
from console.security import cookies
from console.testing.app import (
    Browser,
    fill_original,
    forget_locks,
    make_config,
    on_database,
)
from console.unit import unit
from console.words import speaking
from tests.support import hook_calls, postgres, run_folder
from tests.support.chromium import launched_chromium
from tests.support.databases import ENGINES, Databases, databases_on
from tests.support.deaths import deaths, mortals
from tests.support.people import add_store

#: Folders whose tests take seconds by their nature.
SLOW = ("races", "benchmarks")
__all__ = ["deaths", "mortals"]
#: The store of a demo whose load was killed.
HALF = "Half a store"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, help="test on this database engine only")
    parser.addoption(
        "--every-hook", action="store_true", help="fail when a hook was called by no test"
    )
    parser.addoption(
        "--every-page", action="store_true", help="look at every page that one template draws"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        run_folder.make_run_folder()
    hook_calls.remember_calls()
    gc.set_threshold(50_000, 20, 100)  # what a test leaves is little beside what stays


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or not session.config.getoption("--every-hook"):
        return
    if never := hook_calls.never_called():
        session.config.get_terminal_writer().line(f"\nHooks no test called: {', '.join(never)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.stop_server()
        run_folder.remove_run_folder()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        only = metafunc.config.getoption("--engine")
        engines: tuple[str, ...] = (only,) if only else ENGINES
        if metafunc.definition.get_closest_marker("any_engine"):
            engines = engines[:1]
        elif metafunc.definition.get_closest_marker("either_engine") and not only:
            engines = engines[zlib.crc32(metafunc.definition.nodeid.encode()) % len(engines) :][:1]
        metafunc.parametrize("engine", engines, indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if item.path.parent.name in SLOW or "original_demo" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group_of(item)))
    slow = {group_of(item) for item in items if item.get_closest_marker("slow")}
    # What takes long begins first, so that no worker is left alone with it at the end.
    items.sort(key=lambda item: group_of(item) not in slow)


def group_of(item: pytest.Item) -> str:
    """Name what one worker does: a module, so that what it sets up once is set up by one only.

    A test in parts is done by as many workers as there are.
    """
    module = item.nodeid.partition("::")[0]
    values = getattr(getattr(item, "callspec", None), "params", {})
    return f"{module}-{values['part']}" if "part" in values else module


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the database engine; a test that uses it runs once on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def databases(engine: str) -> Databases:
    """The maker of new databases on the engine at hand."""
    return databases_on(engine)


@pytest.fixture(scope="session")
def tested_plugins() -> frozenset[str]:
    """The host and every plugin of this distribution: the standards look at all of them."""
    points = entry_points(group="console.plugins")
    own = {point.name for point in points if point.dist and point.dist.name == "salon-console"}
    return frozenset({"console", *own})


@pytest.fixture(scope="session")
def original_url(
    engine: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A copy of the database that one of the parallel workers migrated for all of them."""
    told = run_folder.run_folder() / f"original-{engine}"
    with run_folder.one_at_a_time(f"original-{engine}"):
        if not told.exists():
            first = databases.create()
            fill_original(make_config(first, tmp_path_factory.mktemp("original")), ())
            told.write_text(first)
        url = databases.create(copy_of=told.read_text())
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def original_demo(
    engine: str, shared_app: Flask, databases: Databases, original_url: str
) -> tuple[str, Path]:
    """The demo of every plugin, loaded by one of the parallel workers for all of them."""
    folder = run_folder.run_folder() / f"demo-{engine}"
    told = folder / "url"
    with run_folder.one_at_a_time(f"demo-{engine}"):
        if not told.exists():
            folder.mkdir(exist_ok=True)
            url = databases.create(copy_of=original_url)
            with on_database(shared_app, url, folder / "instance"):
                leave_half_a_demo()
                demo.load(lambda _text: None)
            forget_locks(url)
            told.write_text(url)
    return told.read_text(), folder / "instance"


def leave_half_a_demo() -> None:
    """Leave what a load leaves that was killed; the next one has to begin anew."""
    unit(lambda: demo.STATE.put("loading"))()
    add_store(HALF)
    assert demo.is_wanted()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a new, empty database."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def in_english(app: Flask) -> Iterator[None]:
    """What is said to nobody in particular is said in English, as the test quotes it."""
    with speaking("en"):
        yield


class EnglishBrowser(Browser):
    """A browser on which somebody chose English at the door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_cookie(cookies.LANGUAGE, "en")


@pytest.fixture
def staff_read_english(app: Flask) -> Iterator[None]:
    """Whoever signs in reads English, as the test quotes it."""
    app.test_client_class = EnglishBrowser
    yield
    app.test_client_class = Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """One Chromium for all browser tests of a worker."""
    with launched_chromium() as chromium:
        yield chromium


@pytest.fixture
def page(browser: Chromium) -> Iterator[Page]:
    """A page of its own, in Chinese as in the shop, that shares nothing with other tests."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()
