"""The fixtures that pytest offers wherever the console is installed.

pytest loads this module at every start, also of tests that have nothing to do with the console:
it imports the rest only when a fixture is asked for.
"""

from __future__ import annotations

import gc
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from console.testing.app import MakeApp
    from console.testing.databases import Databases
    from console.testing.listening import Announced, Phone
    from console.testing.live import Live
    from console.testing.people import SignIn

pytest.register_assert_rewrite("console.testing.standards")


class Work(Protocol):
    """What the fixture `work` is."""

    def __call__(self, *, by_the_clock: bool = False) -> None:
        """Do what the worker has to do by now."""


PLUGINS = "console_plugins"
FOLDER = "console_plugin_folder"
#: Bytes that the databases of a run want at the most.
ROOM = 1024**3


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the tests of a plugin are told in setup.cfg and on the command line."""
    parser.addini(PLUGINS, "the plugins under test, by the names in their manifests", "args", [])
    parser.addini(FOLDER, "a folder of plugins that are not installed", "string", "")
    parser.addoption(
        "--console-database",
        metavar="URL",
        help="test the console's plugins on this PostgreSQL, not on SQLite; "
        "its user must be allowed to create databases",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let tests import from the plugin folder before the console has looked into it."""
    told = config.getini(FOLDER)
    if told:
        package = ModuleType("console_folder")
        package.__path__ = [str(config.rootpath / told)]
        sys.modules.setdefault(package.__name__, package)


@pytest.fixture(scope="session")
def tested_plugins(pytestconfig: pytest.Config) -> frozenset[str]:
    """The names of the plugins that the standards are applied to."""
    named = frozenset(pytestconfig.getini(PLUGINS))
    if not named:
        pytest.fail(f"say `{PLUGINS} = NAME` in pytest's section of setup.cfg", pytrace=False)
    return named


@pytest.fixture(scope="session")
def tested_files(pytestconfig: pytest.Config) -> list[Path]:
    """The test modules, in which the standards look for what is tested."""
    root = pytestconfig.rootpath
    found = [file for top in ("test", "tests") for file in (root / top).rglob("*.py")]
    return found + sorted(root.glob("test_*.py"))


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Iterator[Databases]:
    """The maker of new databases, on SQLite unless `--console-database` names a PostgreSQL."""
    from console.testing.databases import PostgresDatabases, SqliteDatabases

    url = pytestconfig.getoption("--console-database")
    if url:
        yield PostgresDatabases(url)
        return
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    with tempfile.TemporaryDirectory(dir=memory if roomy else None) as folder:
        yield SqliteDatabases(Path(folder))


@pytest.fixture(scope="session")
def plugin_folder(pytestconfig: pytest.Config) -> Path | None:
    """The folder of plugins under test that are not installed, if there is one."""
    told = pytestconfig.getini(FOLDER)
    return pytestconfig.rootpath / told if told else None


@pytest.fixture(scope="session")
def original_url(
    databases: Databases,
    pytestconfig: pytest.Config,
    plugin_folder: Path | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The URL of a migrated database, to be copied only."""
    from console.testing.app import fill_original, make_config

    url = databases.create()
    folder = tmp_path_factory.mktemp("original")
    config = make_config(url, folder, plugin_folder=plugin_folder)
    fill_original(config, pytestconfig.getini(PLUGINS))
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def shared_app(
    original_url: str,
    pytestconfig: pytest.Config,
    plugin_folder: Path | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Flask:
    """The application with all plugins, on no test's database; use `app`."""
    from console.testing.app import build_shared, check_mounted, make_config

    folder = tmp_path_factory.mktemp("shared")
    app = build_shared(make_config(original_url, folder, plugin_folder=plugin_folder))
    check_mounted(app, pytestconfig.getini(PLUGINS))
    gc.freeze()  # it stays to the end: no search for garbage need look at it
    return app


@pytest.fixture(scope="session")
def original_demo(
    shared_app: Flask,
    databases: Databases,
    original_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """The URL of a database with the demo of every active plugin, to be copied, and its files."""
    from console import demo
    from console.testing.app import forget_locks, on_database

    url = databases.create(copy_of=original_url)
    instance = tmp_path_factory.mktemp("demo") / "instance"
    with on_database(shared_app, url, instance):
        demo.load(lambda _text: None)
    yield url, instance
    forget_locks(url)
    databases.drop(url)


@pytest.fixture
def migrated_url(
    databases: Databases, original_url: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a new database with all tables, and nothing in them but a demo asked for."""
    from console.testing.app import forget_locks

    original = original_url
    if "with_demo" in request.fixturenames:
        original = request.getfixturevalue("original_demo")[0]
    url = databases.create(copy_of=original)
    yield url
    forget_locks(url)
    databases.drop(url)


@pytest.fixture
def app(shared_app: Flask, migrated_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a new migrated database, with its context entered."""
    from console.testing.app import on_database

    with on_database(shared_app, migrated_url, tmp_path / "instance"):
        yield shared_app


@pytest.fixture
def make_app(migrated_url: str, tmp_path: Path) -> Iterator[MakeApp]:
    """Make an application of one's own: `make_app(plugins=(Mine,), folder=…, base_url=…)`."""
    from console.testing.app import app_maker

    with app_maker(migrated_url, tmp_path / "instance") as make:
        yield make


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of sorts, signed out."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Sign in as a new person with a role: `sign_in("front_desk", store=store_id)`."""
    from console.testing.people import signing_in

    return signing_in(app)


@pytest.fixture
def phone(app: Flask) -> Iterator[Phone]:
    """The browser of a member's phone, signed in as this member: `phone(member_id, name)`."""
    from console.testing.listening import phones

    with phones(app) as phone:
        yield phone


@pytest.fixture
def announced(app: Flask, tested_plugins: frozenset[str]) -> Iterator[Announced]:
    """What was told by an event of the plugins under test: `announced(walkin_guest_called)`."""
    from console.testing.listening import hearing

    with hearing(app, tested_plugins) as announced:
        yield announced


@pytest.fixture
def work(app: Flask) -> Work:
    """Do what the worker has to do by now: deliver events, run jobs.

    `work(by_the_clock=True)` first starts all schedules whose hour has come.
    """
    from console.work import start_schedules
    from console.worker import drain

    def do_work(*, by_the_clock: bool = False) -> None:
        if by_the_clock:
            start_schedules()
        drain(app)

    return do_work


@pytest.fixture
def live(app: Flask) -> Iterator[Live]:
    """Serve `app` on a free port of this machine, for tests with a browser."""
    from console.testing.live import served

    with served(app) as live:
        yield live


@pytest.fixture
def with_demo(app: Flask, original_demo: tuple[str, Path]) -> None:
    """Give the test's database the demo of every active plugin, with its files and its seals."""
    files, here = original_demo[1] / "files", Path(app.instance_path)
    if files.is_dir():
        shutil.copytree(files, here / "files")
    if (key := original_demo[1] / "seal_key").exists():
        shutil.copy(key, here / "seal_key")


@pytest.fixture
def records(app: Flask, tested_plugins: frozenset[str]) -> None:
    """Load the demo of the plugins under test, and add a record to each table it leaves empty.

    Override it in conftest.py when a table takes only rows that your own functions can make.
    """
    from console.testing.records import make_records

    make_records(app, tested_plugins)
