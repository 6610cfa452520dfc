"""Hooks: named after their kind, annotated, documented, and used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from console import hookspecs

ROOT = Path(__file__).parents[2]
NAMES = {
    "contribution": r"register_[a-z_]+s|register_demo",
    "check": r"[a-z0-9]+_check_[a-z_]+",
    "collect": r"[a-z0-9]+_[a-z_]+s",
    "first": r"[a-z0-9]+_[a-z]+_[a-z_]+",
    "joining": r"[a-z0-9]+_[a-z_]+ing",
    "event": r"[a-z0-9]+_[a-z_]+_(?:[a-z]+ed|[a-z]+_in|paid|left|sent|held|taken)",
}


def specs(app: Flask) -> Iterator[Callable[..., Any]]:
    """Every hook of the host and of the mounted plugins."""
    for thing in vars(hookspecs).values():
        if getattr(thing, "console_kind", None):
            yield thing
    for mounted in app.extensions["console"].mounted.values():
        yield from mounted.plugin.hooks


def test_every_hook_is_named_after_its_kind(app: Flask) -> None:
    odd = [
        spec.__name__
        for spec in specs(app)
        if not re.fullmatch(NAMES[spec.__dict__["console_kind"]], spec.__name__)
    ]
    assert odd == []


def test_every_hook_is_annotated_and_says_what_it_is_for(app: Flask) -> None:
    for spec in specs(app):
        signature = inspect.signature(spec)
        assert inspect.getdoc(spec), spec.__name__
        assert signature.return_annotation is not inspect.Signature.empty, spec.__name__
        for parameter in signature.parameters.values():
            assert parameter.annotation is not inspect.Parameter.empty, spec.__name__


def test_an_event_carries_plain_values_only(app: Flask) -> None:
    plain = {"int", "str", "bool", "int | None", "str | None", "list[int]", "date", "datetime"}
    for spec in specs(app):
        if spec.__dict__["console_kind"] != "event":
            continue
        for parameter in inspect.signature(spec).parameters.values():
            assert parameter.annotation in plain, f"{spec.__name__}({parameter})"


def test_every_hook_is_called_by_the_code_and_known_to_a_test(app: Flask) -> None:
    code = _text("console", "plugins")
    tests = _text("tests")
    for spec in specs(app):
        name = spec.__name__
        if spec.__dict__["console_kind"] == "contribution":
            assert f".{name}(" in code, f"nobody asks {name}"
        else:
            called = re.search(rf"(?:emit|answers|first_answer)\(\s*{name}\b", code)
            assert called, f"nobody calls {name}"
        assert name in tests or name.removeprefix("register_") in tests, f"no test knows {name}"


def _text(*tops: str) -> str:
    here = Path(__file__)
    paths = (p for top in tops for p in (ROOT / top).rglob("*.py") if p != here)
    return "\n".join(p.read_text() for p in paths)
