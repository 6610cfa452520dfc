"""Hooks: named after their kind, annotated, documented, and used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from console import hookspecs
from console.testing.sources import modules_of

NAMES = {
    "contribution": r"register_[a-z_]+s|register_demo|register_search",
    "check": r"[a-z0-9]+_check_[a-z_]+",
    "collect": r"[a-z0-9]+_[a-z_]+s",
    "first": r"[a-z0-9]+_[a-z]+_[a-z_]+",
    "joining": r"[a-z0-9]+_[a-z_]+ing",
    "event": r"[a-z0-9]+_[a-z_]+_(?:[a-z]+ed|[a-z]+_in"
    r"|begun|given|held|left|made|paid|sent|sold|taken|undone)",
}
PLAIN = {"int", "str", "bool", "int | None", "str | None", "list[int]", "date", "datetime"}


def specs(app: Flask, of: Collection[str]) -> Iterator[Callable[..., Any]]:
    """Every hook that the host, if it is under test, and the plugins under test own."""
    for thing in vars(hookspecs).values() if "console" in of else ():
        if getattr(thing, "console_kind", None):
            yield thing
    for name, mounted in app.extensions["console"].mounted.items():
        if name in of:
            yield from mounted.plugin.hooks


def test_every_hook_is_named_after_its_kind(app: Flask, tested_plugins: frozenset[str]) -> None:
    """The name tells the contract: `<owner>_check_<act>`, `<owner>_<noun>_<…ed>` and so on."""
    odd = [
        spec.__name__
        for spec in specs(app, tested_plugins)
        if not re.fullmatch(NAMES[spec.__dict__["console_kind"]], spec.__name__)
    ]
    assert odd == []


def test_every_hook_is_annotated_and_says_what_it_is_for(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """Whoever answers a hook reads its types and its docstring, and nothing else."""
    for spec in specs(app, tested_plugins):
        signature = inspect.signature(spec)
        assert inspect.getdoc(spec), spec.__name__
        assert signature.return_annotation is not inspect.Signature.empty, spec.__name__
        for parameter in signature.parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty, spec.__name__


def test_an_event_carries_plain_values_only(app: Flask, tested_plugins: frozenset[str]) -> None:
    """An event is stored as JSON and read later: ids and plain values, never a record."""
    for spec in specs(app, tested_plugins):
        if spec.__dict__["console_kind"] != "event":
            continue
        for parameter in inspect.signature(spec).parameters.values():
            told = parameter.annotation
            name = told if isinstance(told, str) else getattr(told, "__name__", str(told))
            assert name in PLAIN, f"{spec.__name__}({parameter})"


def test_every_hook_is_called_by_the_code_and_known_to_a_test(
    app: Flask, tested_plugins: frozenset[str], tested_files: list[Path]
) -> None:
    """A hook that nobody calls, or that no test names, is only a promise."""
    code = "\n".join(file.read_text() for file in modules_of(app, tested_plugins))
    tests = "\n".join(file.read_text() for file in tested_files)
    for spec in specs(app, tested_plugins):
        name = spec.__name__
        if spec.__dict__["console_kind"] == "contribution":
            assert f".{name}(" in code, f"nobody asks {name}"
        else:
            called = re.search(rf"(?:emit|answers|first_answer)\(\s*{name}\b", code)
            assert called, f"nobody calls {name}"
        assert name in tests or name.removeprefix("register_") in tests, f"no test knows {name}"
