"""Memory that a worker need not hold: what libraries say of themselves for those who read them."""

from __future__ import annotations

import gc
import sys
from types import CodeType, FunctionType

#: Who is asked for its words while the console runs: what the page of plugins shows, and authors.
READ = {"console", "plugins"}


def forget_docs() -> None:
    """Forget the docstrings of the libraries that are loaded: 3 MB, two thirds SQLAlchemy's.

    As `python -OO` would, but not our own, and no assertion is lost.
    """
    known = {name for name in sys.modules if name.partition(".")[0] not in READ}
    codes: dict[int, tuple[CodeType, CodeType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType:
            if each.__doc__ is not None and each.__module__ in known:
                _forget_function(each, codes)
        elif isinstance(each, type) and each.__module__ in known:
            _forget(each)


def _forget_function(function: FunctionType, codes: dict[int, tuple[CodeType, CodeType]]) -> None:
    words, code = function.__doc__, function.__code__
    function.__doc__ = None
    if id(code) not in codes:
        if not code.co_consts or code.co_consts[0] is not words:
            return
        codes[id(code)] = code, code.replace(co_consts=(None, *code.co_consts[1:]))
    function.__code__ = codes[id(code)][1]  # closures of one function go on sharing theirs


def _forget(each: type) -> None:
    if isinstance(each.__dict__.get("__doc__"), str):
        try:
            each.__doc__ = None
        except (AttributeError, TypeError):  # of a type that is written in C
            return
