"""The examples: installed into a fresh environment, checked and tested there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.environments import Environment

EXAMPLES = Path(__file__).parents[2] / "examples"
DISTRIBUTIONS = sorted(file.parent.name for file in EXAMPLES.glob("*/pyproject.toml"))
INSTALLED = [n for n in DISTRIBUTIONS if "[metadata]" in (EXAMPLES / n / "setup.cfg").read_text()]
#: Whoever follows the guide ends with this one, letter by letter, and runs its tests there.
OF_THE_GUIDE = "walkin"
#: Lines of a plugin of one file.
LONGEST = 60
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
Check = Callable[[Environment, Path], None]


@pytest.fixture(scope="module")
def examples(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the examples; those that are distributions are installed."""
    copy = tmp_path_factory.mktemp("examples") / "examples"
    made = shutil.ignore_patterns("*.egg-info", "__pycache__", "build", "*.mo", ".*_cache")
    shutil.copytree(EXAMPLES, copy, ignore=made)
    environment.run("console", "i18n", "compile", "--folder", copy, cwd=copy)
    environment.run("pip", "install", "--quiet", *(copy / n for n in INSTALLED), cwd=copy)
    return copy


@pytest.mark.parametrize("name", [name for name in DISTRIBUTIONS if name != OF_THE_GUIDE])
def test_an_example_passes_its_tests_and_all_standards(
    environment: Environment, examples: Path, name: str
) -> None:
    said = environment.python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=examples / name)
    assert " passed" in said
    assert "skipped" not in said


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_an_example_is_well_written(
    environment: Environment,
    examples: Path,
    name: str,
    check_style: Check,
    check_types: Check,
) -> None:
    check_style(environment, examples / name)
    check_types(environment, examples / name)
    assert "pip install" in (examples / name / "README.md").read_text()


def test_a_plugin_of_one_file_stays_small() -> None:
    files = [f for n in INSTALLED for f in (EXAMPLES / n).glob("*.py")]
    assert files
    assert {f.name: n for f in files if (n := len(f.read_text().splitlines())) > LONGEST} == {}
