"""Words: every page speaks the reader's language, wherever its words come from."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from tests.support.crawl import addresses, texts_in_the_database
from tests.support.people import SignIn

#: What stands on pages in every language: units of the trade, formats, keys, languages.
LATIN = {"CSV", "XLSX", "JPG", "JPEG", "PNG", "WebP", "PDF", "PIN", "ID", "IP", "SPA", "kB", "MB"}
KEYS = {"Ctrl", "Esc", "Enter", "Tab", "Shift", "Alt", "English"}
SILENT = {"script", "style", "kbd", "code", "pre", "title"}
SPOKEN = ("placeholder", "title", "aria-label", "alt", "data-confirm")
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


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


def bare_words(page: str, known: set[str]) -> set[str]:
    """Return the Latin words of a page that no translation brought."""
    spoken = Spoken()
    spoken.feed(page)
    spoken.close()
    found = set()
    for text in spoken.texts:
        rest = re.sub(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧", " ", text, flags=re.S)
        found |= {word for word in re.findall(r"[A-Za-z]{2,}", rest) if word not in known}
    return found


@pytest.mark.usefixtures("with_demo")
def test_no_page_shows_a_word_that_was_not_translated(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("owner")
    typed = {w for text in texts_in_the_database(app) for w in re.findall("[A-Za-z]{2,}", text)}
    zones = {"Asia", "Shanghai"}
    monkeypatch.setattr("flask_babel.Domain.get_translations", lambda _self: Pseudo())
    bare: dict[str, Any] = {}
    for address in addresses(app):
        if address.method != "GET":
            continue
        answer = client.get(address.path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            words = bare_words(answer.text, LATIN | KEYS | zones | typed)
            if words:
                bare[str(address)] = sorted(words)
    assert bare == {}
