"""Memory that a worker need not hold: what code says of itself for those who read it."""

from __future__ import annotations

import gc
import sys
from types import CodeType, FunctionType

#: What is loaded after the libraries and is not the work of others.
OWN = frozenset({"console", "plugins"})
#: The page of plugins shows what is said of hooks, which is written in modules of this name.
READ = "hookspecs"


def forget_words(packages: frozenset[str] | None = None) -> None:
    """Forget the docstrings and the functions' annotations of what is loaded, or of *packages*.

    As `python -OO` would the docstrings, but no assertion is lost, and who says *packages* leaves
    those of others alone. What `gc.freeze` was called for is passed over.
    """
    known = {
        name
        for name in sys.modules
        if (packages is None or name.partition(".")[0] in packages)
        and name.rpartition(".")[2] != READ
    }
    for name in known:
        _forget_doc(sys.modules[name])
    codes: dict[int, tuple[CodeType, CodeType]] = {}
    for each in gc.get_objects():
        if type(each) is FunctionType:
            if each.__module__ in known:
                _forget_function(each, codes)
        elif isinstance(each, type) and each.__module__ in known:
            _forget_doc(each)


def _forget_function(function: FunctionType, codes: dict[int, tuple[CodeType, CodeType]]) -> None:
    setattr(function, "__annotations__", None)  # noqa: B010 - to ask for them would make a dict
    words, code = function.__doc__, function.__code__
    if words is None:
        return
    function.__doc__ = None
    if id(code) not in codes:
        if not code.co_consts or code.co_consts[0] is not words:
            return
        codes[id(code)] = code, code.replace(co_consts=(None, *code.co_consts[1:]))
    function.__code__ = codes[id(code)][1]  # closures of one function go on sharing theirs


def _forget_doc(each: object) -> None:
    if isinstance(vars(each).get("__doc__"), str):
        try:
            each.__doc__ = None
        except (AttributeError, TypeError):  # of a type that is written in C
            return
