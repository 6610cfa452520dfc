"""The frame of a list: its whole page but the rows, drawn once and filled for each answer.

From one search to the next only a few places of the page differ: rows, figures, what was
searched, tokens. It is drawn with a mark in each of these places, cut at the marks, and kept
under the facts that the rest was drawn from.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from flask import current_app, g, request, session
from markupsafe import Markup, escape

from console import overrides
from console.security.form_token import FIELD, form_token
from console.web import csp_nonce

if TYPE_CHECKING:
    from console.host import Host

#: Frames that a worker keeps; the one that was asked for longest ago makes room.
MOST = 60
#: With so many of the last a new one shares what is the same: most of it, or 60 kB.
MOST_LIKE = 8
#: No page says this by chance, and neither a template nor a URL writes it in another way.
SECRET = f"x{secrets.token_hex(8)}x"
MARK = re.compile(f"{SECRET}([a-z]+)0")
#: What of a URL's query the frame does not depend on: the search and the place in the list.
OPEN = frozenset({"q", "after", "before", "page"})


def mark(name: str) -> Markup:
    """Return what stands in a frame for the text *name* until it is filled in."""
    return Markup(f"{SECRET}{name}0")  # noqa: S704 - letters and digits


class Frame:
    """A page that was cut at its marks, and into lines, which it shares with frames *like* it."""

    def __init__(self, page: str, like: Iterable[Frame] = ()) -> None:
        known = {line: line for frame in like for line in frame._pieces}
        self._pieces: list[bytes] = []
        self._names: dict[int, str] = {}
        for place, piece in enumerate(MARK.split(page)):
            if place % 2:
                self._names[len(self._pieces)] = piece
                self._pieces.append(b"")
            else:
                lines = piece.encode().splitlines(keepends=True)
                self._pieces += (known.get(line, line) for line in lines)

    def fill(self, texts: Mapping[str, str]) -> bytes:
        """Return the page with its texts, which are escaped already."""
        pieces = self._pieces.copy()
        for place, name in self._names.items():
            pieces[place] = texts[name].encode()
        return b"".join(pieces)


def is_possible() -> bool:
    """Tell whether a page may be filled into a frame, as everybody's frame looks.

    A message to show once is no part of a frame; nobody knows what a salon's own templates read.
    """
    app = current_app
    return not (app.debug or "_flashes" in session or app.extensions[overrides.FOUND])


def draw(facts: tuple[Hashable, ...], texts: Mapping[str, str], render: Callable[[], str]) -> bytes:
    """Fill the frame of these *facts*; *render* draws it, with marks for the *texts*."""
    host: Host = current_app.extensions["console"]
    kept: OrderedDict[Any, Frame] = host.remember("frames", OrderedDict)
    frame = kept.pop(facts, None)
    if frame is None:
        with _marked_tokens():
            frame = Frame(render(), list(kept.values())[-MOST_LIKE:])
    kept[facts] = frame
    while len(kept) > MOST:
        kept.popitem(last=False)
    return frame.fill({**texts, "nonce": csp_nonce(), "csrf": form_token()})


def address(search: str) -> dict[str, str]:
    """Return the texts of the marks that stand for the address and what it searches."""
    return {
        "here": str(escape(request.full_path)),
        "search": str(escape(search)),
        "query": quote_plus(search),
    }


def closed_query() -> tuple[tuple[str, str], ...]:
    """Return what of the URL's query the frame is drawn from."""
    return tuple(pair for pair in request.args.items(multi=True) if pair[0] not in OPEN)


@contextmanager
def _marked_tokens() -> Iterator[None]:
    """Let templates write marks where they ask for tokens."""
    marks = {"csp_nonce": mark("nonce"), FIELD: mark("csrf")}
    known = {name: g.pop(name) for name in marks if name in g}
    for name, text in marks.items():
        setattr(g, name, text)
    try:
        yield
    finally:
        for name in marks:
            g.pop(name, None)
        for name, value in known.items():
            setattr(g, name, value)
