"""Cut the code blocks of the plugin guides from the examples, so that no block can rot.

A block whose first line names a file, or a function of one, is what stands there.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
GUIDES = (ROOT / "docs" / "plugin-guide.md", ROOT / "docs" / "plugin-guide.zh.md")
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
#: `# walkin/walkin/models.py`, `<!-- walkin/… -->`, or `# drink/drink/listeners.py: _save`.
HEAD = re.compile(r"(?:# |<!-- )(?P<file>[\w./]+\.\w+)(?:: (?P<name>\w+))?(?: -->)?\n")


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Return the language and the text of every block."""
    return [(found["language"], found["text"]) for found in BLOCK.finditer(text)]


def cut(text: str) -> str:
    """Return the guide with every block as the examples have it."""

    def renew(block: re.Match[str]) -> str:
        head = HEAD.match(block["text"])
        if head is None:
            return block[0]
        code = _code_of(EXAMPLES / head["file"], head["name"])
        return f"```{block['language']}\n{head[0]}{code.rstrip()}\n```"

    return BLOCK.sub(renew, text)


def _code_of(file: Path, name: str | None) -> str:
    if not file.exists():
        (file,) = EXAMPLES.rglob(file.name)  # a module that may lie in any folder
    code = file.read_text("utf-8")
    if name is None:
        return code
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return "\n".join(code.splitlines()[first - 1 : node.end_lineno])
    sys.exit(f"{file} has no {name}")


def main() -> None:
    """Write the blocks of both guides anew."""
    for guide in GUIDES:
        guide.write_text(cut(guide.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
