"""Sources: English, of a size that can be read, and named by the house."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CJK = re.compile(r"[\u3400-\u9fff]")
MODULES = sorted(p for top in ("console", "plugins") for p in (ROOT / top).rglob("*.py"))
CODE = {".py", ".html", ".js", ".mjs", ".css"}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40


def sources() -> Iterator[Path]:
    for top in ("console", "plugins", "assets"):
        for path in (ROOT / top).rglob("*"):
            if path.suffix in CODE and "dist" not in path.parts:
                yield path


def test_code_is_in_english() -> None:
    assert [str(p.relative_to(ROOT)) for p in sources() if CJK.search(p.read_text())] == []


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(p.relative_to(ROOT)): lines
        for p in MODULES
        if "migrations" not in p.parts
        and (lines := len(p.read_text().splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and _body_lines(node) > LONGEST_FUNCTION
    ]
    assert long == []


def _body_lines(node: ast.FunctionDef) -> int:
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or node.lineno) - first.lineno + 1


def test_a_manifest_shows_the_plugin_at_a_glance() -> None:
    manifests = sorted((ROOT / "plugins").glob("*/plugin.py"))
    assert manifests
    assert {str(p): n for p in manifests if (n := len(p.read_text().splitlines())) > 60} == {}


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "breakpoint(", "print("])
def test_nothing_is_left_lying_about(word: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(rf"(?<![\w.]){re.escape(word)}", line)
    ]
    assert found == []


def test_only_the_host_catches_everything() -> None:
    catching = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        if not path.is_relative_to(ROOT / "console" / "host")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    ]
    assert catching == []


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    if "BaseException" in names:
        last = handler.body[-1]
        return not (isinstance(last, ast.Raise) and last.exc is None)
    return "Exception" in names


def test_every_public_function_and_class_says_what_it_does() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        if "migrations" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
