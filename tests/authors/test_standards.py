"""The standards bite: a plugin that does all wrong breaks each of them, a sound one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console.testing import standards
from tests.support.environments import Environment

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
#: The console lets no plugin through that would break these; the standards look nevertheless.
KEPT_BY_THE_HOST = {
    "test_a_form_changes_nothing_that_it_does_not_show",
    "test_a_new_record_takes_nothing_that_the_form_does_not_show",
    "test_a_person_without_a_grant_gets_nowhere",
    "test_a_stranger_gets_nowhere",
    "test_a_value_edited_in_a_list_changes_no_other",
    "test_all_grants_but_the_needed_one_open_nothing",
    "test_every_address_states_who_may_use_it",
    "test_every_constraint_has_a_name",
    "test_nothing_is_written_without_a_token",
}
#: Takes a view and an import; `tests/plugins/membership/test_import_rights.py` breaks it.
BROKEN_ELSEWHERE = {"test_an_import_sets_no_field_that_a_form_guards"}
WRONG = {
    "__init__.py": "",
    "admin.py": "",
    "models.py": """
import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api, db
from console_folder.wrong import admin
from plugins.ledger.models import Account


class Thing(api.Model):
    __tablename__ = "wrong_thing"
    label_column = "nothing"
    id: Mapped[int] = api.column("Number", primary_key=True)
    price_fen: Mapped[float] = api.column("", sa.Float)
""",
    "permissions.py": """
from console import api

SEE = api.Permission("wrong.see_things", "See things", ("technician",))
OTHER = api.Permission("wrong.see_others", "See others")
""",
    "plugin.py": """
from flask import Response

from console import api
from console.api import _
from console_folder.wrong import models
from console_folder.wrong.permissions import OTHER, SEE


@api.event
def wrong_thing_go(thing: object): ...


class Things(api.AdminView):
    title, noun = _("Wrongly named things"), "things"

    @api.page("/", needs=SEE)
    def index(self):
        print("TODO")
        try:
            if not OTHER.held():
                return "Bare words, call 13800138000", 200 if SEE.held_everywhere() else 418
        except Exception:
            return ""

    @api.page("/more/", needs=SEE)
    def more(self):
        return "", 418


public = api.PublicRoutes("wrong", __name__)


@public.get("/", audience="anyone")
def fail():
    return 1 / 0


class Wrong(api.Plugin):
    name, version, title, summary = "wrong", "1.0", _("Wrong"), "\u9519"
    permissions = (SEE, OTHER)
    hooks = (wrong_thing_go,)
    admin_views = (Things,)
    public_routes = (public,)
"""
    + "\n" * 20,
    "long.py": "def long():\n" + "    ...\n" * 401,
    "migrations/m0001_things.py": """
import sqlalchemy as sa
from console_folder.wrong import permissions


def upgrade(op):
    op.create_table(
        "wrong_thing",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("price_fen", sa.Float, nullable=False),
        sa.Column("extra", sa.String),
    )
""",
}
CHINESE = '''
from console import api
from console.api import _

SEE = api.Permission("han.see_page", _("\u67e5\u770b\u9875\u9762"), ("manager",))


class Page(api.AdminView):
    """A page in Chinese."""

    title, noun = _("\u4e2d\u6587\u9875"), "page"

    @api.page("/", needs=SEE)
    def index(self) -> str:
        """Greet."""
        return "<p>" + {greeting} + "</p>"


class Han(api.Plugin):
    """Written in Chinese."""

    name, version, title = "han", "1.0", _("\u4e2d\u6587\u9875")
    summary = _("\u4e2d\u6587\u9875")
    source_language = "zh_Hans_CN"
    permissions = (SEE,)
    admin_views = (Page,)
'''
GREETING = '"\u6b22\u8fce\u5149\u4e34"'


def write(folder: Path, name: str, files: dict[str, str]) -> Path:
    """Write a plugin into a folder whose tests are the standards."""
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "test_standards.py").write_text("from console.testing.standards import *\n")
    (folder / "setup.cfg").write_text(
        f"[tool:pytest]\nconsole_plugin_folder = .\nconsole_plugins = {name}\n"
    )
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    return folder


def broken(environment: Environment, folder: Path) -> set[str]:
    """Return the standards that the plugins of a folder break."""
    said = environment.run("bash", "-c", "pytest -q -p no:cacheprovider || true", cwd=folder)
    assert " passed" in said, said
    return set(re.findall(r"^(?:FAILED|ERROR) tests/test_standards.py::(\w+)", said, re.M))


def test_a_plugin_that_does_all_wrong_breaks_every_standard(
    environment: Environment, tmp_path: Path
) -> None:
    folder = write(tmp_path, "wrong", {f"wrong/{name}": text for name, text in WRONG.items()})
    looked_at = {*standards.__all__} - KEPT_BY_THE_HOST - BROKEN_ELSEWHERE
    assert broken(environment, folder) == looked_at


def test_chinese_that_was_not_marked_is_found(environment: Environment, tmp_path: Path) -> None:
    text = CHINESE.replace("{greeting}", GREETING)
    assert broken(environment, write(tmp_path, "han", {"han.py": text})) == {
        "test_no_page_shows_a_word_that_was_not_translated"
    }


def test_a_plugin_in_chinese_keeps_them_all_and_owes_the_languages_that_it_brings(
    environment: Environment, tmp_path: Path
) -> None:
    text = CHINESE.replace("{greeting}", f"api.gettext({GREETING})")
    folder = write(tmp_path, "han", {"han/__init__.py": text})
    assert broken(environment, folder) == set()
    environment.environ["CONSOLE_PLUGIN_FOLDER"] = str(folder)
    environment.run("console", "i18n", "update", "han", cwd=folder)
    del environment.environ["CONSOLE_PLUGIN_FOLDER"]
    made = sorted(file.parts[-3] for file in folder.rglob("*.po"))
    assert made == ["en", "zh_Hant_TW"]
    assert broken(environment, folder) == {"test_every_text_has_its_translations"}


def test_a_plugin_that_cannot_be_mounted_ends_the_run_with_the_reason(
    environment: Environment, tmp_path: Path
) -> None:
    folder = write(tmp_path, "gone", {"gone.py": "import nothing_that_is_there"})
    said = environment.run("bash", "-c", "pytest -q || true", cwd=folder)
    assert "No module named 'nothing_that_is_there'" in said
    assert said.count("Traceback") == 1
