"""`console new-plugin`: what it writes runs at once, and passes its own tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import scaffolding
from console.cli import main
from tests.support.environments import Environment

pytestmark = pytest.mark.any_engine
Check = Callable[[Environment, Path], None]


def begin(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["new-plugin", *arguments])


@pytest.mark.slow
def test_a_new_plugin_is_in_the_menu_and_passes_all_standards(
    environment: Environment, tmp_path: Path, check_style: Check, check_types: Check
) -> None:
    environment.run("console", "new-plugin", "zebra", "--title", "Zebra crossing", cwd=tmp_path)
    folder = tmp_path / "zebra"
    check_style(environment, folder)
    environment.run("pip", "install", "--quiet", "-e", "zebra", cwd=tmp_path)
    for command in ("init", "migrate", "plugins enable zebra"):
        environment.run("console", *command.split(), cwd=tmp_path)
    listed = environment.run("console", "plugins", "list", cwd=tmp_path)
    assert re.search(r"^zebra +0\.1\.0 +active", listed, re.M)
    assert "error" not in environment.run("console", "plugins", "check", cwd=tmp_path)
    assert environment.run("console", "i18n", "check", "zebra", cwd=tmp_path) == ""
    assert " passed" in environment.run("pytest", "-q", cwd=folder)
    check_types(environment, folder)


@pytest.mark.parametrize(
    "name", ["walk-in", "Walkin", "1st", "x", "", "a" * 21, "walk in", "../up"]
)
def test_a_name_that_cannot_be_one_says_what_a_name_is(tmp_path: Path, name: str) -> None:
    done = begin("--path", str(tmp_path), "--", name)
    assert done.exit_code == 1
    assert "one lower-case word of 2 to 20 letters and digits" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("class", "word of Python"),
        ("json", "word of Python"),
        ("console", "reserved"),
        ("static", "reserved"),
        ("salon", "installed already"),
        ("membership", "installed already"),
        ("flask", "a package 'flask' is installed"),
    ],
)
def test_a_name_that_is_taken_says_by_whom(tmp_path: Path, name: str, why: str) -> None:
    done = begin(name, "--path", str(tmp_path))
    assert done.exit_code == 1
    assert why in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "zebra").mkdir()
    done = begin("zebra", "--path", str(tmp_path))
    assert done.exit_code == 1
    assert "exists already" in done.output
    assert list((tmp_path / "zebra").iterdir()) == []


@pytest.mark.parametrize("title", ['a "quoted" one', "a\nb", "100%", "{{ x }}", "x" * 41])
def test_a_title_that_would_break_the_sources_is_refused(tmp_path: Path, title: str) -> None:
    done = begin("zebra", "--path", str(tmp_path), "--title", title)
    assert done.exit_code == 1
    assert "title" in done.output


def test_nothing_of_the_sample_is_left(tmp_path: Path) -> None:
    begin("zebra", "--path", str(tmp_path), "--title", "Zebra crossing")
    for file in (tmp_path / "zebra").rglob("*"):
        assert "sample" not in file.name
        if file.suffix != ".mo" and file.is_file():
            assert "sample" not in file.read_text().lower(), file
    assert (tmp_path / "zebra" / ".gitignore").is_file()


def test_a_title_in_chinese_is_a_translation(tmp_path: Path) -> None:
    scaffolding.begin("zebra", tmp_path, "斑马线")
    assert '_("Zebra")' in (tmp_path / "zebra" / "zebra" / "plugin.py").read_text()
    place = "zebra/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
    assert 'msgid "Zebra"\nmsgstr "斑马线"' in (tmp_path / "zebra" / place).read_text()
