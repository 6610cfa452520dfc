"""Acts that die at a fail point, each in a process forked from one that loaded the program once.

`python -m tests.support.deaths URL FOLDER` is that one. It reads what to do from its standard
input and answers with an exit code, a line of JSON each.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import IO, Any

import pytest
from flask import Flask, current_app

from console import failpoints, worker
from console.db import db
from console.testing.app import build_shared, make_config, on_database

KILLED = 9
#: What runs deaths runs in one worker, so that the program is loaded once for all of them.
together = pytest.mark.xdist_group("deaths")


class Mortals:
    """The process from which those that die are forked, as a test talks to it."""

    def __init__(self, asks: IO[str], answers: IO[str], errors: Path) -> None:
        self._asks, self._answers, self._errors = asks, answers, errors

    def live(self, act: Callable[..., object], *args: int, **told: str) -> int:
        """Let another process do an act, a function of a module; return its exit code."""
        name = f"{act.__module__}:{act.__qualname__}"
        print(json.dumps({"act": name, "args": args, **told}), file=self._asks, flush=True)
        code = int(json.loads(self._answers.readline()))
        assert code in (0, KILLED), self._errors.read_text()[-3000:]
        return code


class Deaths:
    """Deaths in the database of one test."""

    def __init__(self, mortals: Mortals, app: Flask) -> None:
        self._mortals, self._app = mortals, app

    def dies(self, point: str, act: Callable[..., object], *args: int) -> bool:
        """Do an act in another process; tell whether it died at the fail point `NAME:n`."""
        db.session.rollback()
        config = self._app.extensions["console_config"]
        told = {"url": config.database_url, "folder": str(config.instance), "point": point}
        return self._mortals.live(act, *args, **told) == KILLED


@pytest.fixture(scope="session")
def mortals(original_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    """The process from which those that die are forked."""
    with started(original_url, tmp_path_factory.mktemp("mortals")) as found:
        yield found


@pytest.fixture
def deaths(app: Flask, mortals: Mortals) -> Deaths:
    """Deaths in the database of the test."""
    return Deaths(mortals, app)


@contextmanager
def started(url: str, folder: Path) -> Iterator[Mortals]:
    """Start the process, and end it."""
    errors = folder / "errors"
    command = [sys.executable, "-m", __name__, url, str(folder / "instance")]
    pipe = subprocess.PIPE
    with (
        errors.open("w") as log,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True) as process,
    ):
        assert process.stdin
        assert process.stdout
        yield Mortals(process.stdin, process.stdout, errors)
        process.kill()  # it has nothing to put in order


def do_what_is_due() -> None:
    """Do what a worker does."""
    worker.drain(current_app._get_current_object())  # type: ignore[attr-defined]


def serve(app: Flask) -> None:
    """Fork a process for each line that is asked, until there are no more."""
    for line in sys.stdin:
        told = json.loads(line)
        act = resolve_name(told["act"])
        child = os.fork()
        if child == 0:
            os._exit(run(app, act, told))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run(app: Flask, act: Callable[..., object], told: dict[str, Any]) -> int:
    """Do an act on a database, with its fail point set; return an exit code unless it dies."""
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ["CONSOLE_FAILPOINT"] = told["point"]
    importlib.reload(failpoints)  # it reads the environment once, when it is loaded
    try:
        with on_database(app, told["url"], Path(told["folder"])):
            act(*told["args"])
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve(build_shared(make_config(sys.argv[1], Path(sys.argv[2]))))
