"""The plugin guide: its files are written, its commands run, its pages opened."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from console import worker
from console.app import create_app
from console.config import load_config
from console.db import db
from console.unit import unit
from plugins.messages.services.settings import SERVICE_CHANNEL
from tests.support.membership import join
from tests.support.people import add_person, add_store, enter, login_of, post
from tests.support.phones import phone_of

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("plugin-guide.md", "plugin-guide.zh.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"^(?:# |<!-- )(\w+/[\w./]+)(?: -->)?\n")
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


def blocks(guide: str) -> Iterator[tuple[str, str]]:
    """Return the language and the text of every example."""
    yield from BLOCK.findall((DOCS / guide).read_text())


def files_of(guide: str) -> dict[str, str]:
    """Return the files that the guide builds, each from its blocks in order."""
    files: dict[str, str] = defaultdict(str)
    for _language, text in blocks(guide):
        named = FILE.match(text)
        if named:
            files[named.group(1)] += text[named.end() :] + "\n\n"
    return files


@pytest.fixture
def guided(tmp_path: Path) -> Iterator[Flask]:
    """A console of its own, with what the guide builds, by the guide's commands."""
    folder = tmp_path / "my_plugins"
    for name, text in files_of(GUIDES[0]).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    environ = {
        "CONSOLE_INSTANCE": str(tmp_path / "instance"),
        "CONSOLE_PLUGIN_FOLDER": str(folder),
        "DEMO": "0",
    }
    run(environ, "init")
    for command in ("migrations new walkin initial", "migrate"):
        assert any(f"console {command}\n" in text for _, text in blocks(GUIDES[0])), command
        run(environ, *command.split())
    translate(environ, folder)
    app = create_app(load_config(environ))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def translate(environ: dict[str, str], folder: Path) -> None:
    """Fill in one word of the plugin's own, as a translator would."""
    run(environ, "i18n", "update", "walkin")
    file = folder / "walkin" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
    empty = 'msgid "Take a number"\nmsgstr ""'
    assert empty in file.read_text()
    file.write_text(file.read_text().replace(empty, empty[:-1] + '\u53d6\u53f7"'))
    run(environ, "i18n", "compile", "--folder", str(folder))


def run(environ: dict[str, str], *arguments: str) -> None:
    """Run the command line."""
    done = subprocess.run(
        [sys.executable, "-m", "console", *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guide_leads_to_a_plugin_that_works(guided: Flask) -> None:
    host = guided.extensions["console"]
    assert {"walkin", "bell"} <= set(host.mounted), host.quarantined
    store, owner = add_store(), add_person("owner")
    guest, staff = guided.test_client(), guided.test_client()

    assert "\u53d6\u53f7" in guest.get(f"/walkin/{store}").text
    taken = post(guest, f"/walkin/{store}")
    assert re.search(r"\b1\b", taken.text)

    enter(staff, login_of(owner))
    queue = staff.get("/console/walkin/tickets/")
    assert queue.status_code == 200
    hits = {g["key"]: g["hits"] for g in staff.get("/console/search/?q=1").json["groups"]}
    assert staff.get(hits["walkin_ticket"][0]["url"]).status_code == 200
    called = post(staff, "/console/walkin/tickets/action/", {"action": "call", "rowid": "1"})
    assert called.status_code == 302
    deliveries = db.session.execute(sa.text("SELECT plugin, event FROM console_delivery")).all()
    assert ("bell", "walkin_guest_called") in [tuple(row) for row in deliveries]


def test_the_guide_puts_a_tile_on_the_member_card(guided: Flask) -> None:
    member = join(store=add_store())
    stranger = guided.test_client()
    assert stranger.get("/perks/mine").location == "/membership/welcome?next=/perks/mine"
    phone = phone_of(guided, member.id)
    assert 'href="/perks/mine"' in phone.get("/membership/card").text
    assert "With us since" in phone.get("/perks/mine").text


def test_the_guide_sends_a_message_by_a_channel_of_its_own(guided: Flask, tmp_path: Path) -> None:
    words = importlib.import_module("console_folder.words")
    member = join(store=add_store()).id
    unit(lambda: (SERVICE_CHANNEL.put("gateway"), words.FOLDER.put(str(tmp_path / "gone"))))()
    assert words.tell_ready(1, member, "Nanshan") == words.tell_ready(1, member, "Nanshan")
    worker.drain(guided)
    assert not list(tmp_path.glob("*.json"))
    unit(lambda: words.FOLDER.put(str(tmp_path)))()
    words.tell_ready(2, member, "Nanshan")
    worker.drain(guided)
    [letter] = tmp_path.glob("*.json")
    assert "Nanshan" in json.loads(letter.read_text())["text"]


def test_both_guides_show_the_same_examples() -> None:
    first, second = ([text for _, text in blocks(guide)] for guide in GUIDES)
    assert first == second


def test_the_ten_lines_of_the_readme_are_a_plugin(tmp_path: Path) -> None:
    readme = (DOCS.parent / "README.md").read_text()
    code = next(text for language, text in BLOCK.findall(readme) if language == "python")
    (tmp_path / "my_plugins").mkdir()
    (tmp_path / "my_plugins" / "hello.py").write_text(code)
    environ = {
        "CONSOLE_INSTANCE": str(tmp_path / "instance"),
        "CONSOLE_PLUGIN_FOLDER": str(tmp_path / "my_plugins"),
        "DEMO": "0",
    }
    run(environ, "init")
    run(environ, "migrate")
    app = create_app(load_config(environ))
    answer = app.test_client().get("/hello/")
    assert answer.status_code == 200
    assert "stores" in answer.text
    with app.app_context():
        db.engine.dispose()
