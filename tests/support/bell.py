"""The bell: a plugin that fails on request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from console.migrate import migrate_database
from tests.support.app import MakeApp, forget_locks, make_config
from tests.support.databases import Databases

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(scope="session")
def original_bell(
    databases: Databases, original_url: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The URL of a database that has the bell's tables as well, to be copied only."""
    url = databases.create(copy_of=original_url)
    folder = tmp_path_factory.mktemp("bell")
    report = migrate_database(make_config(url, folder, plugin_folder=PLUGINS))
    assert report.applied == {"bell": ["m0001_rings"]}, report.failed
    forget_locks(url)
    return url


@pytest.fixture
def bell_url(databases: Databases, original_bell: str) -> Iterator[str]:
    """The URL of a new database that has the bell's tables as well."""
    url = databases.create(copy_of=original_bell)
    yield url
    forget_locks(url)
    databases.drop(url)


@pytest.fixture
def bell_app(bell_url: str, make_app: MakeApp) -> Iterator[Flask]:
    """An application with the bell, its context entered."""
    app = make_app(url=bell_url, folder=PLUGINS)
    with app.app_context():
        yield app


@pytest.fixture
def bell(bell_app: Flask) -> ModuleType:
    """The bell's own module."""
    return sys.modules["console_folder.bell"]
