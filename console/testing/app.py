"""The application as tests use it: built once, on a new database for each test."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask, g, has_app_context
from flask.globals import _cv_app
from flask.testing import FlaskClient
from sqlalchemy.pool import NullPool
from werkzeug.test import TestResponse

from console import clock, unit
from console.app import create_app
from console.config import Config
from console.db import db, engine_options
from console.host import Host
from console.host.discovery import discover
from console.host.states import PluginState
from console.migrate import migrate_database
from console.plugin import Plugin

KEY = "a key that only the tests know, 0123456789"
THREADS = 12
MakeApp = Callable[..., Flask]


class Browser(FlaskClient):
    """A client whose requests share nothing with the test's own context, as in real life.

    Afterwards the test reads everything anew.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        context = copy_context()
        context.run(_cv_app.set, None)  # type: ignore[arg-type]
        # A streamed answer must end in the context that it began in.
        answer: TestResponse = context.run(super().open, *args, **{**kwargs, "buffered": True})
        if has_app_context():
            db.session.rollback()
            g.pop("console_epoch", None)
        return answer


def make_config(url: str, instance: Path, **more: Any) -> Config:
    """Return a configuration for tests, as on the maker's own machine."""
    instance.mkdir(parents=True, exist_ok=True)
    told = {"database_url": url, "secret_key": KEY, "threads": THREADS, "testing": True, **more}
    return Config(instance=instance, **told)


def fill_original(config: Config, tested: Iterable[str]) -> None:
    """Make all tables, and switch on the plugins under test with all that they require.

    Plugins of other distributions start switched off.
    """
    report = migrate_database(config)
    if report.failed:
        name, problem = next(iter(report.failed.items()))
        raise AssertionError(f"the migrations of {name} failed: {problem}") from problem
    engine = sa.create_engine(config.database_url, poolclass=NullPool)
    with engine.connect().execution_options(console_writes=True) as connection:
        for name in sorted(_needed(config, tested)):
            row = {"name": name, "enabled": True, "changed_at": clock.now()}
            connection.execute(sa.insert(PluginState), row)
        connection.commit()


def _needed(config: Config, tested: Iterable[str]) -> set[str]:
    """Return those of the plugins, and of all that they require, that start switched off."""
    found = discover(config.plugin_folder, distributions=config.plugin_distributions)
    needed, left = set[str](), [*tested]
    while left:
        name = left.pop()
        if name in found.manifests and name not in needed:
            needed.add(name)
            left += found.manifests[name].requires
    return needed & found.foreign


def build_shared(config: Config) -> Flask:
    """Build the application that tests share, connected to nothing."""
    app = create_app(config)
    with app.app_context():
        db.engine.dispose()  # nobody may be connected to a database that is copied
    app.test_client_class = Browser
    return app


def check_mounted(app: Flask, names: Iterable[str]) -> None:
    """End the run, with the reason and the place, unless all these plugins were mounted."""
    host: Host = app.extensions["console"]
    left = [name for name in names if name not in host.mounted]
    reasons: dict[str, str] = {}
    while left:
        name = left.pop(0)
        if name in host.mounted or name in reasons:
            continue
        out, manifest = host.quarantined.get(name), host.manifests.get(name)
        reasons[name] = f"there is no plugin {name!r}; is it installed?"
        if out is not None:
            reasons[name] = f"{name} is quarantined: {out.reason}\n{out.trace}"
            left += manifest.requires if manifest else ()
    if reasons:
        pytest.exit("\n".join(reasons.values()), returncode=1)


@contextmanager
def on_database(app: Flask, url: str, instance: Path) -> Iterator[Flask]:
    """Let the shared application work on another database, its context entered."""
    told = app.extensions["console_config"]  # a test may put another one in its place
    config = replace(told, database_url=url, instance=instance)
    config.instance.mkdir(exist_ok=True)
    app.extensions["console_config"] = config
    app.instance_path = str(config.instance)
    with app.app_context():
        engines = cast(dict[str | None, sa.Engine], db.engines)
        former = engines[None]
        engines[None] = engine = _engine_on(url)
        app.extensions["console"].forget()
        yield app
        db.session.remove()
        engine.dispose()
        _spare[engine.name].append(engine)
        engines[None] = former
        app.extensions["console_config"] = told


#: Engines of tests that are over. An engine compiles each statement once; a new one for every
#: test would spend a quarter of the test's time on compiling what the last one compiled.
_spare: defaultdict[str, list[sa.Engine]] = defaultdict(list)


def _engine_on(url: str) -> sa.Engine:
    """Return an engine for a database: one that is spare, led to it, or a new one."""
    told = sa.make_url(url)
    spare = _spare[told.get_backend_name()]
    if spare:
        engine = spare.pop()
        engine.url = told
        return engine
    engine = sa.create_engine(url, **engine_options(url, THREADS))

    @sa.event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> Any:
        args, more = dialect.create_connect_args(engine.url)
        return dialect.connect(*args, **{**options, **more})

    return engine


@contextmanager
def app_maker(url: str, instance: Path) -> Iterator[MakeApp]:
    """Give a function that makes applications of one's own, and close them at the end."""
    made: list[Flask] = []

    def make(
        *,
        plugins: tuple[type[Plugin], ...] = (),
        folder: Path | None = None,
        url: str = url,
        check_schema: bool = True,
        **told: Any,
    ) -> Flask:
        config = make_config(url, instance, plugin_folder=folder, **told)
        app = create_app(config, plugins=plugins, check_schema=check_schema)
        app.test_client_class = Browser
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def forget_locks(url: str) -> None:
    """Close the lock file of a database that goes; a run has more of them than a process may."""
    path = f"{sa.make_url(url).database}.wlock"
    descriptor = unit._lock_files.pop((os.getpid(), path), None)
    if descriptor is not None:
        os.close(descriptor)
