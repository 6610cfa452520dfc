"""One fresh environment, and the checks that an author runs in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.environments import Environment, make_environment

Check = Callable[[Path], str]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A fresh environment, for the tests of one module."""
    return make_environment(tmp_path_factory.mktemp("fresh") / "env")


@pytest.fixture(scope="session")
def check_types(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Environment, Path], None]:
    """Check the types of a distribution, remembering what was found out about the console."""
    cache = tmp_path_factory.getbasetemp() / "mypy"

    def check(environment: Environment, folder: Path) -> None:
        environment.python("-m", "mypy", "--cache-dir", cache, cwd=folder)

    return check


@pytest.fixture(scope="session")
def check_style() -> Callable[[Environment, Path], None]:
    """Check the style of a distribution by its own rules."""

    def check(environment: Environment, folder: Path) -> None:
        environment.run("ruff", "check", "--no-cache", ".", cwd=folder)
        environment.run("ruff", "format", "--no-cache", "--check", ".", cwd=folder)

    return check
