"""Whatever is written into the audit trail is written in words that people read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from console.security.views.trail import ACTS

ROOT = Path(__file__).parents[3]
NAMES = {"record_audit", "record"}


def acts_without_title(file: Path) -> Iterator[str]:
    """Yield the acts that a module records without saying them in words."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        named = isinstance(owner, ast.Name) and owner.id in ("api", "audit")
        if not named or node.func.attr not in NAMES:
            continue
        if any(keyword.arg == "title" for keyword in node.keywords):
            continue
        for part in ast.walk(node.args[0]):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def test_every_act_in_the_trail_has_words() -> None:
    files = [*(ROOT / "console").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    silent = {
        f"{file.relative_to(ROOT)}: {act}"
        for file in files
        for act in acts_without_title(file)
        if act not in ACTS
    }
    assert silent == set()
