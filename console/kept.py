"""Keeping drawn pieces of pages: what is drawn from the same facts looks the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from weakref import WeakKeyDictionary

from flask import Flask
from jinja2 import Undefined
from markupsafe import Markup

from console.i18n import catalogue

#: Pieces that are kept of each language; the one that was drawn first makes room.
MOST = 300
#: A piece with more letters is drawn anew.
LONGEST = 60_000

Pieces = OrderedDict[tuple[Hashable, ...], Markup]


class Kept:
    """The pieces of one application; templates draw them with `{% call kept('name', facts) %}`.

    The facts must be all that the piece is drawn from besides the reader's language. What
    holds a token or a nonce is not for keeping. A fact that stands for others, such as
    `shell.key`, is quicker to look up than lists and dicts, which are written out. Without one
    of its facts a piece is drawn anew.
    """

    def __init__(self) -> None:
        self._by_language: WeakKeyDictionary[object, Pieces] = WeakKeyDictionary()

    def __call__(self, name: str, *facts: object, caller: Callable[[], Markup]) -> Markup:
        if any(isinstance(each, Undefined) for each in facts):
            return caller()
        pieces = self._by_language.setdefault(catalogue(), OrderedDict())
        key = (name, *(repr(each) if isinstance(each, list | dict) else each for each in facts))
        piece = pieces.get(key)
        if piece is None:
            piece = caller()
            if len(piece) <= LONGEST:
                pieces[key] = piece
            while len(pieces) > MOST:
                pieces.popitem(last=False)
        return piece


def install(app: Flask) -> None:
    """Give the templates of *app* `kept`."""
    app.jinja_env.globals["kept"] = Kept()
