from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.environments import make_environment

ROOT = Path(__file__).parents[2]
PACKAGED = ("console", "plugins", "translations")
SOURCES = ("setup.cfg", "pyproject.toml", "README.md", "requirements")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel, built from a copy so that nothing stale in build/ gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name in PACKAGED:
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*pip, *options, folder, folder], check=True)
    return ZipFile(next(folder.glob("*.whl")))


@pytest.mark.slow
def test_the_wheel_holds_every_file_that_the_console_reads(wheel: ZipFile) -> None:
    wanted = {
        str(file.relative_to(ROOT))
        for name in PACKAGED
        for file in (ROOT / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    missing = wanted - set(wheel.namelist())
    sample = {file for file in missing if file.startswith("console/scaffold/")}
    assert {file for file in missing if not file.endswith((".po", ".pot"))} | sample == set()


@pytest.mark.slow
def test_a_plugin_can_be_begun_with_the_wheel_alone(wheel: ZipFile, tmp_path: Path) -> None:
    environment = make_environment(tmp_path / "env")
    environment.run(
        "pip", "install", "--quiet", "--force-reinstall", str(wheel.filename), cwd=tmp_path
    )
    place = environment.python("-c", "import console; print(console.__file__)", cwd=tmp_path)
    assert place.startswith(str(tmp_path))
    environment.run("console", "new-plugin", "zebra", cwd=tmp_path)
    environment.run("pip", "install", "--quiet", "-e", "zebra", cwd=tmp_path)
    assert " passed" in environment.run("pytest", "-q", cwd=tmp_path / "zebra")


@pytest.mark.slow
def test_the_wheel_holds_built_files_that_git_ignores(wheel: ZipFile) -> None:
    names = wheel.namelist()
    assert any(name.startswith("console/static/dist/") for name in names)
    assert any(name.endswith("/LC_MESSAGES/messages.mo") for name in names)


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: ZipFile) -> None:
    own = (*(f"{name}/" for name in PACKAGED), "salon_console-")
    assert [name for name in wheel.namelist() if not name.startswith(own)] == []
