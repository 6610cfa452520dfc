"""Sources: English, of a size that can be read, and named by the house."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from console.testing.standards.source import *

ROOT = Path(__file__).parents[2]
MODULES = sorted(p for top in ("console", "plugins") for p in (ROOT / top).rglob("*.py"))
pytestmark = pytest.mark.any_engine


def test_every_public_function_and_class_says_what_it_does() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        if not {"migrations", "tests"} & {*path.relative_to(ROOT).parts}
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
