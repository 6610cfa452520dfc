"""Pages and acts of the console in the palette: found by their words in every language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from flask import current_app
from flask_babel import force_locale

from console.admin.menu import GROUPS, HOME
from console.i18n import LOCALES
from console.search.sources import SearchHit
from console.search.words import normalise, words_of

if TYPE_CHECKING:
    from console.admin.views import AdminView


@dataclass(frozen=True)
class _Place:
    """A page or an act: where it leads, and the words that it is called by in all languages."""

    hit: SearchHit
    words: Sequence[str]


def find_pages(text: str, most: int) -> list[SearchHit]:
    """Return the pages that the person may open and whose titles fit."""
    return _choose(_pages(), text, most)


def find_acts(text: str, most: int) -> list[SearchHit]:
    """Return what the person may begin, such as a new member, and what fits; all without a text."""
    return _choose(_acts(), text, most)


def _choose(places: Iterator[_Place], text: str, most: int) -> list[SearchHit]:
    keys = [normalise(word) for word in text.split()]
    fitting = [place.hit for place in places if all(_fits(place, key) for key in keys)]
    first = normalise(text)
    fitting.sort(key=lambda hit: not normalise(hit.label).startswith(first))
    return fitting[:most]


def _fits(place: _Place, key: str) -> bool:
    return any(word.startswith(key) for word in place.words)


def _open_views() -> list[AdminView]:
    """Return the views whose first page the person may open, in the order of the menu."""
    host = current_app.extensions["console"]
    views: list[AdminView] = current_app.extensions["console_menu"]
    places = {HOME: -1, **{group.key: place for place, group in enumerate(GROUPS)}}
    shown = [
        view
        for view in views
        if view.title
        and (view.plugin == "console" or host.is_active(view.plugin))
        and view.is_accessible()
    ]
    last = len(GROUPS)
    return sorted(shown, key=lambda view: (places.get(str(view.group), last), view.order))


def _pages() -> Iterator[_Place]:
    groups = {group.key: group.label for group in GROUPS}
    for view in _open_views():
        heading = str(groups.get(str(view.group), ""))
        url = f"{view.url}/{view.menu_query}"
        hit = SearchHit(str(view.title), heading, url, view.icon)
        yield _Place(hit, _words(f"page:{view.endpoint}", lambda view=view: view.title))


def _acts() -> Iterator[_Place]:
    for view in _open_views():
        title = str(view.title)
        if view.allows("create_view") and hasattr(view, "create_label"):
            hit = SearchHit(view.create_label, title, f"{view.url}/new/", "plus")
            words = _words(f"new:{view.endpoint}", lambda view=view: view.create_label)
            yield _Place(hit, words)
        for number, act in enumerate(getattr(view, "page_actions", ())):
            if "needs" in act and not act["needs"].held():
                continue
            url = urljoin(f"{view.url}/", str(act["url"]))
            hit = SearchHit(str(act["label"]), title, url, str(act.get("icon") or "bolt"))
            yield _Place(hit, _words(f"act:{view.endpoint}:{number}", lambda act=act: act["label"]))


def _words(key: str, say: Any) -> Sequence[str]:
    """Return the words of what *say* says in each language; they are put together once."""
    known: dict[str, Sequence[str]] = current_app.extensions.setdefault("console_page_words", {})
    if key not in known:
        texts = []
        for locale in LOCALES:
            with force_locale(locale):
                texts.append(str(say()))
        known[key] = words_of(dict.fromkeys(texts))
    return known[key]
