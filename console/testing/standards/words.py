"""Words: every page speaks the reader's language, wherever its words come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import catalogues
from console.testing.crawl import Address, shown_by, texts_in_the_database
from console.testing.people import SignIn
from console.testing.sources import manifests

#: What stands on pages in every language: units of the trade, formats, keys, languages.
LATIN = {"CSV", "XLSX", "JPG", "JPEG", "PNG", "WebP", "PDF", "PIN", "ID", "IP", "SPA", "kB", "MB"}
KEYS = {"Ctrl", "Esc", "Enter", "Tab", "Shift", "Alt", "English"}
ZONES = {"Asia", "Shanghai"}
SILENT = {"script", "style", "kbd", "code", "pre", "title", "textarea"}
SPOKEN = ("placeholder", "title", "aria-label", "alt", "data-confirm")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
ADDRESS = re.compile(r"https?://\S+")
#: What is left of a translated text that a list has shortened.
CUT = re.compile(r"⟦[^⟧]*…", re.S)
#: A fingerprint is the same in every language.
DIGEST = re.compile(r"(?=[0-9a-f]*[0-9])[0-9a-f]{8,}")
CHINESE = re.compile(r"[\u3400-\u9fff]+")


class Pseudo:
    """A language in which every translated text is told by its brackets."""

    def ugettext(self, text: str) -> str:
        return f"⟦{text}⟧"

    gettext = ugettext

    def ungettext(self, one: str, many: str, number: int) -> str:
        return f"⟦{one if number == 1 else many}⟧"

    ngettext = ungettext

    def upgettext(self, _context: str, text: str) -> str:
        return f"⟦{text}⟧"

    pgettext = upgettext


class Spoken(HTMLParser):
    """All that a page says: its texts, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self.texts += [value for key, value in attrs if key in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def unmarked(page: str) -> str:
    """Return what a page says beside the texts that were translated."""
    spoken = Spoken()
    spoken.feed(page)
    spoken.close()
    marked = re.compile(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧", re.S)
    texts = (marked.sub(" ", ADDRESS.sub(" ", text)) for text in spoken.texts)
    return "\n".join(DIGEST.sub(" ", CUT.sub(" ", text)) for text in texts)


def bare_words(page: str, known: set[str]) -> set[str]:
    """Return the Latin words of a page that no translation brought."""
    return {word for word in LATIN_WORD.findall(unmarked(page)) if word not in known}


def bare_chinese(page: str, typed: str) -> set[str]:
    """Return the Chinese of a page that neither a translation nor anybody's typing brought."""
    return {words for words in CHINESE.findall(unmarked(page)) if words not in typed}


def untranslated(
    client: FlaskClient, pages: Iterable[Address], typed: set[str], *, chinese: bool = False
) -> dict[str, list[str]]:
    """Return the words that no translation brought, of each page that has any.

    *typed* are the texts of the database; Chinese counts where the sources are not in English.
    """
    known = LATIN | KEYS | ZONES | {w for text in typed for w in LATIN_WORD.findall(text)}
    bare = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flask_babel.Domain.get_translations", lambda _self: Pseudo())
        for address in pages:
            answer = client.get(address.path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                words = bare_words(answer.text, known)
                words |= bare_chinese(answer.text, "\n".join(typed)) if chinese else set()
                if words:
                    bare[str(address)] = sorted(words)
    return bare


@pytest.mark.usefixtures("records")
def test_no_page_shows_a_word_that_was_not_translated(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str]
) -> None:
    """Every text goes through `_()`; here each that did stands in brackets."""
    chinese = any(m.source_language != "en" for m in manifests(app, tested_plugins))
    pages = [a for a in shown_by(app, tested_plugins) if a.method == "GET"]
    client = sign_in("owner")
    assert untranslated(client, pages, texts_in_the_database(app), chinese=chinese) == {}


def test_every_text_has_its_translations(app: Flask, tested_plugins: frozenset[str]) -> None:
    """`console i18n update NAME` brings new words into the catalogues, for you to fill in."""
    found = [f for m in manifests(app, tested_plugins) for f in catalogues.faults_of(m)]
    assert found == []
