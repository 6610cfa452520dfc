"""A salon's own templates and words, in its instance folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from console import catalogues
from tests.support.app import MakeApp

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The folder of the salon's own templates."""
    folder = tmp_path / "instance" / "templates"
    (folder / "console").mkdir(parents=True)
    return folder


def test_the_salons_own_template_wins(make_app: MakeApp, templates: Path) -> None:
    (templates / "console" / "error.html").write_text("<h1>Lost? Call the front desk.</h1>")
    answer = make_app().test_client().get("/console/nowhere/")
    assert answer.status_code == 404
    assert answer.text == "<h1>Lost? Call the front desk.</h1>"


def test_it_may_build_on_the_one_that_was_shipped(make_app: MakeApp, templates: Path) -> None:
    (templates / "console" / "error.html").write_text(
        '{% extends "shipped/console/error.html" %}{% block title %}Lost{% endblock %}'
    )
    answer = make_app().test_client().get("/console/nowhere/")
    assert answer.status_code == 404
    assert "<title>Lost" in answer.text
    assert "404" in answer.text


def test_a_template_of_a_plugin_can_be_replaced(make_app: MakeApp, templates: Path) -> None:
    (templates / "salon").mkdir()
    (templates / "salon" / "price_list.html").write_text(
        '{% extends "shipped/salon/price_list.html" %}'
    )
    app = make_app()
    text = app.jinja_env.get_template("salon/price_list.html").filename
    assert text == str(templates / "salon" / "price_list.html")
    assert app.jinja_env.get_template("shipped/salon/price_list.html").filename != text


def test_a_template_that_nobody_shipped_is_a_mistake(make_app: MakeApp, templates: Path) -> None:
    (templates / "console" / "error.html").write_text('{% extends "shipped/console/none.html" %}')
    answer = make_app().test_client().get("/console/nowhere/")
    assert answer.status_code == 404
    assert "404" in answer.text


def test_the_salons_own_words_win(make_app: MakeApp, tmp_path: Path) -> None:
    file = catalogues.file_of(tmp_path / "instance", "zh_Hans_CN")
    file.parent.mkdir(parents=True)
    words = {"": "Language: zh_Hans_CN\\n", "This page does not exist": "门锁着"}
    lines = (f'msgid "{word}"\nmsgstr "{own}"\n' for word, own in words.items())
    file.write_text("\n".join(lines))
    catalogues.compile_all(tmp_path / "instance")
    assert "门锁着" in make_app().test_client().get("/console/nowhere/").text
