"""Catalogues: every word is found, and whatever lacks in a language is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from flask import Flask

from console import catalogues
from console.i18n import ngettext
from console.words import speaking

SOURCE = """
from console.i18n import _, ngettext, lazy_pgettext

a = _("Hello %(name)s", name="")
b = lazy_pgettext("a drink", "Tea")
c = ngettext("%(num)d cup", "%(num)d cups", 2)
"""
TEMPLATE = "<p>{{ _('Good morning') }}</p>"
WORDS = {
    "Hello %(name)s": "\u4f60\u597d %(name)s",
    "Tea": "\u8336",
    "%(num)d cup": "%(num)d \u676f",
    "Good morning": "\u65e9",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "console" / "templates").mkdir(parents=True)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "console" / "words.py").write_text(SOURCE)
    (tmp_path / "console" / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def fill(root: Path, **changed: str) -> None:
    """Bring the catalogues up to date and translate every word."""
    catalogues.update(root, catalogues.extract(root))
    for locale in catalogues.translated_locales():
        file = catalogues.file_of(root, locale)
        text = file.read_text("utf-8")
        for word, translation in {**WORDS, **changed}.items():
            for empty in ('msgstr ""', 'msgstr[0] ""'):
                text = text.replace(f'"{word}"\n{empty}', f'"{word}"\n{empty[:-2]}"{translation}"')
                plural = f'"{word}"\nmsgid_plural "{word}s"\n{empty}'
                text = text.replace(plural, f'{plural[:-2]}"{translation}"')
        file.write_text(text, "utf-8")


def faults(root: Path) -> list[str]:
    found = catalogues.find_faults(root, catalogues.extract(root))
    return [fault for fault in found if fault.startswith("zh_Hans_CN")]


def test_every_marked_word_is_found(root: Path) -> None:
    found = {
        message.id if isinstance(message.id, str) else message.id[0]: message.context
        for message in catalogues.extract(root)
        if message.id
    }
    assert found == {**dict.fromkeys(WORDS), "Tea": "a drink"}


def test_a_word_without_a_catalogue_is_missing(root: Path) -> None:
    assert len([f for f in faults(root) if ": missing: " in f]) == len(WORDS)


def test_new_words_come_in_empty_and_that_is_a_fault(root: Path) -> None:
    catalogues.update(root, catalogues.extract(root))
    assert len([f for f in faults(root) if ": empty: " in f]) == len(WORDS)


def test_complete_catalogues_have_no_fault_and_stay_as_they_are(root: Path) -> None:
    fill(root)
    assert list(catalogues.find_faults(root, catalogues.extract(root))) == []
    file = catalogues.file_of(root, "zh_Hans_CN")
    before = [line for line in file.read_text("utf-8").splitlines() if "Date" not in line]
    catalogues.update(root, catalogues.extract(root))
    after = [line for line in file.read_text("utf-8").splitlines() if "Date" not in line]
    assert after == before


def test_fuzzy_unused_and_misspelt_words_are_faults(root: Path) -> None:
    fill(root, **{"Hello %(name)s": "\u4f60\u597d %(nome)s"})
    assert "unknown placeholder" in faults(root)[0]
    fill(root)
    file = catalogues.file_of(root, "zh_Hans_CN")
    file.write_text(file.read_text("utf-8").replace("%(nome)s", ""), "utf-8")
    assert "lost placeholder" in faults(root)[0]
    (root / "console" / "words.py").write_text("")
    assert {fault.split(": ")[1] for fault in faults(root)} == {"no longer used"}


def test_compiled_catalogues_say_what_they_should(root: Path) -> None:
    fill(root)
    made = catalogues.compile_all(root)
    assert len(made) == len(catalogues.translated_locales())
    with made[0].open("rb") as opened:
        kept = read_mo(opened).get("Good morning")
    assert kept is not None
    assert kept.string == WORDS["Good morning"]


def test_a_count_is_said_in_the_readers_language(app: Flask) -> None:
    with speaking("zh_Hans_CN"):
        assert ngettext("%(num)s day ago", "%(num)s days ago", 12) == "12 天前"
    with speaking("en"):
        assert ngettext("%(num)s day ago", "%(num)s days ago", 1) == "1 day ago"
        assert ngettext("%(num)s day ago", "%(num)s days ago", 12) == "12 days ago"
