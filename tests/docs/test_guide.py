"""The plugin guide: followed literally in an empty folder, and equal to the examples."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from console.app import create_app
from console.config import load_config
from console.db import db
from tests.support.environments import Environment, make_environment
from tests.support.processes import wait_until
from tests.support.shell import Shell
from tools import guide

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
LANGUAGES = ("python", "html", "po")
SERVE = "console dev\n"
#: What a salon's own template and word look like at last.
OWN = """
from console.app import create_app
from console.i18n import gettext
from console.testing.people import add_store

app = create_app()
with app.app_context():
    add_store()
door = app.test_client().get("/walkin/1").text
with app.test_request_context():
    print(door.partition("<h1>")[2].partition("</h1>")[0], gettext("Member list"))
"""
pytestmark = pytest.mark.any_engine


def test_the_blocks_of_the_guides_are_cut_from_the_examples() -> None:
    for file in guide.GUIDES:
        text = file.read_text()
        assert guide.cut(text) == text, f"{file.name}: python -m tools.guide"


def test_every_block_of_the_guides_names_its_source_or_is_run() -> None:
    for file in guide.GUIDES:
        for language, text in guide.blocks_of(file.read_text()):
            assert language == "sh" or (language in LANGUAGES and guide.HEAD.match(text)), text


def test_both_guides_show_the_same_examples() -> None:
    first, second = (guide.blocks_of(file.read_text()) for file in guide.GUIDES)
    assert first == second


@pytest.mark.slow
def test_a_newcomer_gets_there_with_the_guide_alone(tmp_path: Path) -> None:
    environment = make_environment(tmp_path / "env", DEMO="0")
    folder = tmp_path / "empty"
    folder.mkdir()
    said = follow(environment, folder)
    assert re.search(r"^All \d+ plugins are sound\.$", said, re.M)
    for name in ("walkin", "bell", "daily", "finder", "perks", "waits", "words"):
        assert re.search(rf"^{name} .* active ", said, re.M), said
    made, given = folder / "walkin", EXAMPLES / "walkin"
    for file in files_of(given):
        if file.name != "README.md":
            assert filecmp.cmp(made / file, given / file, shallow=False), file
    assert files_of(made) - files_of(given) == set()
    assert "\u6b22\u8fce\u5149\u4e34 \u8d35\u5bbe\u540d\u518c" in environment.python(
        "-c", OWN, cwd=folder
    )


def files_of(folder: Path) -> set[Path]:
    """Return what somebody wrote in a folder, and not what tools left there."""
    left = re.compile(
        r"\.egg-info|__pycache__|\.pytest_cache|\.ruff_cache|\.mypy_cache|\.mo$|build"
    )
    found = (f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    return {file for file in found if not left.search(str(file))}


def follow(environment: Environment, folder: Path) -> str:
    """Do what the guide says, in its order, in one shell; return what the last block said."""
    environ, here, said = dict(environment.environ), folder, ""
    for language, text in guide.blocks_of(guide.GUIDES[0].read_text()):
        named = guide.HEAD.match(text)
        if language == "sh" and text == SERVE:
            with serving(environ, here) as port:
                assert status_of(port, "/walkin/1") == 404  # there is no store yet
                assert status_of(port, "/") == 302
        elif language == "sh":
            said, environ, here = run(text, environ, here)
            translate(text, folder)
        elif named and named["name"] is None:
            file = folder / named["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text[named.end() :])
    return said


def run(text: str, environ: dict[str, str], here: Path) -> tuple[str, dict[str, str], Path]:
    """Run one block and return what it said, and the environment and folder it ends in."""
    done = subprocess.run(
        ["bash", "-c", f"set -e\n{text}printf '\\036'\nenv -0"],
        cwd=here,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _, told = done.stdout.partition(b"\x1e")
    assert done.returncode == 0, f"{text}\n{said.decode()}"
    kept = dict(each.split("=", 1) for each in told.decode().split("\0") if "=" in each)
    return said.decode(), kept, Path(kept["PWD"])


def translate(text: str, folder: Path) -> None:
    """Fill in the catalogues that a command has just written, as the reader is told to."""
    if "i18n update walkin" not in text:
        return
    place = Path("walkin") / "walkin" / "translations"
    for file in files_of(EXAMPLES / place):
        wanted = (EXAMPLES / place / file).read_text()
        asked = set(re.findall(r'^msgid "(.+)"$', (folder / place / file).read_text(), re.M))
        assert asked == set(re.findall(r'^msgid "(.+)"$', wanted, re.M))
        shutil.copy(EXAMPLES / place / file, folder / place / file)


@contextmanager
def serving(environ: dict[str, str], here: Path) -> Iterator[int]:
    """Run the command that serves until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        ["bash", "-c", SERVE],
        cwd=here,
        env={**environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: answers(port), what="the console answers")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(port: int) -> bool:
    try:
        return status_of(port, "/healthz") == 200
    except OSError:
        return False


def status_of(port: int, path: str) -> int:
    """Return the status of a page of the console that is being served."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status


@pytest.mark.slow
def test_the_ten_lines_of_the_readme_are_a_plugin(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    code = next(text for language, text in guide.blocks_of(readme) if language == "python")
    (tmp_path / "my_plugins").mkdir()
    (tmp_path / "my_plugins" / "hello.py").write_text(code)
    environ = {
        "CONSOLE_INSTANCE": str(tmp_path / "instance"),
        "CONSOLE_PLUGIN_FOLDER": str(tmp_path / "my_plugins"),
        "DEMO": "0",
    }
    shell = Shell(f"sqlite:///{tmp_path}/instance/console.sqlite", tmp_path / "instance", **environ)
    for command in ("init", "migrate"):
        assert shell(command).exit_code == 0
    app = create_app(load_config(shell.environment))
    answer = app.test_client().get("/hello/")
    assert answer.status_code == 200
    assert "stores" in answer.text
    with app.app_context():
        db.engine.dispose()
