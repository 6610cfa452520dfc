from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
#: What the console gives to those who write plugins, and does not run itself.
AUTHORS = ("scaffold", "testing")
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))


def imported_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def needed_by(files: set[Path]) -> set[str]:
    """Return the packages that these modules import."""
    modules = {module for file in files for module in imported_modules(file)}
    foreign = modules - sys.stdlib_module_names - {"console", "plugins", "tests"}
    owners = packages_distributions()
    return {owners.get(module, [module])[0].lower().replace("_", "-") for module in foreign}


def required(file: Path) -> set[str]:
    lines = file.read_text().splitlines()
    names = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith("#"))
    return {name[0].lower().replace("_", "-") for name in names if name}


def test_every_package_that_the_console_imports_is_required() -> None:
    files = {*(ROOT / "console").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")}
    authors = {file for file in files if file.relative_to(ROOT).parts[1] in AUTHORS}
    assert needed_by(files - authors) - required(REQUIREMENTS / "run.in") == set()
    testing = needed_by(authors) - required(REQUIREMENTS / "run.txt")
    assert testing - {"sample"} == {"pytest"}  # setup.cfg's extra `testing` brings it


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_file_pins_each_package_by_hash_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"\n(?=[a-z])", text)
    assert all("==" in block and "--hash=sha256:" in block for block in blocks)
    assert "://" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_file_covers_what_its_source_asks_for(lock: Path) -> None:
    assert required(lock.with_suffix(".in")) - required(lock) == set()
