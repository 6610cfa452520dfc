"""Reading pages as a person does: rows, links, fields and messages."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

ROW = re.compile(r'<tr data-id="([^"]*)"(?: data-version="([^"]*)")?[^>]*>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def words(html: str) -> str:
    """Return the words of some HTML, without its tags."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def ids_of(html: str) -> list[int]:
    """Return the ids of a list's rows, from top to bottom."""
    return [int(found[0]) for found in ROW.findall(html)]


def cells_of(html: str, number: int) -> list[str]:
    """Return the words in the cells of one row."""
    row = next(found for found in ROW.findall(html) if found[0] == str(number))
    return [words(cell) for cell in CELL.findall(row[2])]


def version_of(html: str, number: int) -> str:
    """Return the version that a row of a list carries."""
    return next(unescape(found[1]) for found in ROW.findall(html) if found[0] == str(number))


def link(html: str, rel: str) -> str | None:
    """Return where the link to the "next" or "prev" page leads."""
    found = re.search(rf'href="([^"]*)" rel="{rel}"', html)
    return unescape(found[1]) if found else None


def links(html: str) -> list[str]:
    """Return where all links lead."""
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', html)]


def field(html: str, name: str) -> str:
    """Return what the input of this name is filled with."""
    found = re.search(rf'<input[^>]*\bname="{re.escape(name)}"[^>]*>', html)
    assert found, f"no field {name}"
    value = re.search(r'\bvalue="([^"]*)"', found[0])
    return unescape(value[1]) if value else ""


def has_field(html: str, name: str) -> bool:
    """Tell whether there is anything to enter under this name."""
    return re.search(rf'<(input|select|textarea)[^>]*\bname="{re.escape(name)}"', html) is not None


class _Form(HTMLParser):
    """Collects what a browser would send of the form of a record."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.inside = False
        self.prose = self.chosen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value")
        if tag == "form":
            self.inside = "data-form" in told
        elif tag == "option" and (self.chosen not in self.sent or "selected" in told):
            self.sent[self.chosen] = value or ""
        elif not self.inside or not name:
            return
        elif tag == "textarea":
            self.prose, self.sent[name] = name, ""
        elif tag == "select":
            self.chosen = name
        elif tag == "input" and (told.get("type") not in ("checkbox", "radio", "file")):
            self.sent[name] = value or ""
        elif tag == "input" and "checked" in told:
            self.sent[name] = value or "on"
        elif tag == "input":
            self.sent.setdefault(name, "")

    def handle_data(self, data: str) -> None:
        if self.prose:
            self.sent[self.prose] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.prose = ""


def filled(html: str) -> dict[str, str]:
    """Return what the form of a record sends when nothing is typed, by the names of its fields."""
    form = _Form()
    form.feed(html)
    return form.sent
