"""The search palette (Ctrl K): members, pages, acts, and what plugins bring, for one person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from flask import Response, current_app, jsonify, request

from console.admin.state import LONGEST_SEARCH
from console.admin.views import AdminView, page
from console.db import db
from console.host.attempt import attempt
from console.i18n import _, gettext
from console.search.marking import marks_of
from console.search.pages import find_acts, find_pages
from console.search.sources import SearchHit, SearchSource
from console.security.permissions import USE_CONSOLE

#: How many hits of a group are shown, and how many records that were opened before.
MOST_HITS, MOST_RECENT = 6, 8
PLACE = re.compile(r"(/console/[a-z0-9]+/[a-z0-9_-]+)/([0-9]{1,18})/")


class Palette(AdminView):
    """What the palette of every page asks while one types."""

    title = _("Search")
    noun = "search"
    group = None

    @property
    def place(self) -> tuple[str, str]:
        return "console_search", "/console/search"

    def is_accessible(self) -> bool:
        """Keep it out of the pages that are found: it answers scripts."""
        return False

    @page("/", needs=USE_CONSOLE)
    def index(self) -> Response:
        """Answer the groups of hits for `q`; without it what she opened before, and the acts."""
        text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        groups = _find(text) if text else _recall(request.args.getlist("recent"))
        return jsonify(q=text, groups=[group for group in groups if group["hits"]])


def sources() -> list[SearchSource]:
    """Return the sources that the person may ask, in their order."""
    host = current_app.extensions["console"]
    found = [each for mounted in host.active() for each in mounted.search if each.needs.held()]
    return sorted(found, key=lambda source: source.order)


def _find(text: str) -> Iterable[dict[str, Any]]:
    own = [
        (20, "pages", gettext("Pages of the console"), partial(find_pages, text, MOST_HITS), None),
        (25, "acts", gettext("Actions"), partial(find_acts, text, MOST_HITS), None),
    ]
    others = [
        (each.order, each.key, str(each.title), partial(each.find, text, MOST_HITS + 1), each.more)
        for each in sources()
    ]
    for _order, key, title, find, more in sorted([*own, *others], key=lambda part: part[0]):
        hits = _ask(key, find)
        url = more(text) if more is not None and len(hits) > MOST_HITS else ""
        yield _group(key, title, hits[:MOST_HITS], text, url)


def _recall(places: Sequence[str]) -> Iterable[dict[str, Any]]:
    yield _group("recent", gettext("Recently opened"), _recent(places[:MOST_RECENT]))
    yield _group("acts", gettext("Actions"), _ask("acts", partial(find_acts, "", MOST_HITS)))


def _recent(places: Sequence[str]) -> list[SearchHit]:
    """Return the records at these addresses that the person still reaches, in this order."""
    from console.admin.lookups import view_of

    read = [(found[1], found[2]) for place in places if (found := PLACE.fullmatch(place))]
    hits: dict[tuple[str, str], SearchHit] = {}
    for source in sources():
        view = view_of(source.model) if source.model is not None else None
        ids = [int(number) for url, number in read if view is not None and url == view.url]
        if view is None or source.recall is None or not ids:
            continue
        recalled: dict[int, SearchHit] = {}
        _ask(source.key, lambda s=source, i=ids, r=recalled: r.update(s.recall(i)) or [])
        hits |= {(str(view.url), str(number)): hit for number, hit in recalled.items()}
    return [hits[place] for place in read if place in hits]


def _ask(key: str, find: Any) -> list[SearchHit]:
    """Ask one source; one that fails is left out, and the others answer."""
    found: list[SearchHit] = []
    problem = attempt(lambda: found.extend(find()))
    if problem is not None:
        db.session.rollback()
        current_app.logger.error("the search in %s failed", key, exc_info=problem)
        return []
    return found


def _group(
    key: str, title: str, hits: Sequence[SearchHit], text: str = "", more: str = ""
) -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "more": more,
        "hits": [
            {
                "label": hit.label,
                "marks": marks_of(hit.label, text),
                "detail": hit.detail,
                "detail_marks": marks_of(hit.detail, text),
                "url": hit.url,
                "icon": hit.icon or "point",
            }
            for hit in hits
        ],
    }
