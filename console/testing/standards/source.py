"""Sources: in the language they declare, and of a size that can be read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from console.testing.sources import CODE, HOST, files_of, manifests, modules_of

CJK = re.compile(r"[\u3400-\u9fff]")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
LONGEST_MANIFEST = 60


def test_code_is_in_the_language_it_declares(app: Flask, tested_plugins: frozenset[str]) -> None:
    """Sources are English, unless the manifest says `source_language = "zh_Hans_CN"`."""
    english = [m for m in manifests(app, tested_plugins) if m.source_language == "en"]
    files = [f for m in english for f in files_of(m)]
    if "console" in tested_plugins:
        files += [*HOST.rglob("*"), *(HOST.parent / "assets").rglob("*")]
    written = [f for f in files if f.suffix in CODE and "dist" not in f.parts]
    assert [str(f) for f in written if CJK.search(f.read_text())] == []


def test_no_module_is_longer_than_a_reader_can_hold(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """A module has 400 lines at the most; 250 are better."""
    files = _living(app, tested_plugins)
    lengths = {str(f): len(f.read_text().splitlines()) for f in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen(app: Flask, tested_plugins: frozenset[str]) -> None:
    """A function has 40 lines at the most, without its docstring."""
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in _living(app, tested_plugins)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and _body_lines(node) > LONGEST_FUNCTION
    ]
    assert long == []


def _body_lines(node: ast.FunctionDef) -> int:
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or node.lineno) - first.lineno + 1


def test_a_manifest_shows_the_plugin_at_a_glance(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """`plugin.py` holds the manifest and nothing else, in 60 lines at the most."""
    files = [
        f for m in manifests(app, tested_plugins) for f in files_of(m) if f.name == "plugin.py"
    ]
    lengths = {str(f): len(f.read_text().splitlines()) for f in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MANIFEST} == {}


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "breakpoint(", "print("])
def test_nothing_is_left_lying_about(app: Flask, tested_plugins: frozenset[str], word: str) -> None:
    """What is left to do is in the issue tracker; what a program says goes to its log."""
    found = [
        f"{path}:{number}"
        for path in modules_of(app, tested_plugins)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(rf"(?<![\w.]){re.escape(word)}", line)
    ]
    assert found == []


def test_only_the_host_catches_everything(app: Flask, tested_plugins: frozenset[str]) -> None:
    """`except Exception` hides bugs; catch what you expect and let the host report the rest."""
    catching = [
        f"{path}:{node.lineno}"
        for path in modules_of(app, tested_plugins)
        if not path.is_relative_to(HOST / "host")
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


def _living(app: Flask, of: frozenset[str]) -> list[Path]:
    return [file for file in modules_of(app, of) if "migrations" not in file.parts]
