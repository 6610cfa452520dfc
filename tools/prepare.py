"""Make .venv fit to run the console (`run`) or to check it (`test`), doing nothing twice.

Needs nothing but the standard library: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.interpreters import find_quickest

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
NEEDED = {
    "run": ["build", "run"],
    "test": ["build", "run", "test"],
    "lock": ["lock"],
}


def digest(*parts: str, files: Iterable[Path] = ()) -> str:
    """Return a fingerprint of the words and of the files' names and contents."""
    total = hashlib.sha256("\0".join([str(VENV), *parts]).encode())
    for file in sorted(files):
        total.update(str(file.relative_to(ROOT)).encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def once(
    name: str,
    fingerprint: str,
    act: Callable[[], None],
    *,
    title: str,
    made: Iterable[Path] = (),
) -> None:
    """Do the act unless it was done for this very fingerprint and all it made is there."""
    stamp = STAMPS / name
    fresh = stamp.is_file() and stamp.read_text() == fingerprint
    if fresh and all(path.exists() for path in made):
        return
    print(f"{title} …", flush=True)
    act()
    stamp.write_text(fingerprint)


def call(*command: str | Path) -> None:
    """Run a command in the project's folder; end with its exit code if it fails."""
    done = subprocess.run(command, cwd=ROOT)
    if done.returncode:
        sys.exit(done.returncode)


def install(*what: str | Path) -> None:
    """Install with pip, which honours the mirrors set on the machine."""
    call(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def make_venv() -> None:
    """Make .venv anew unless it works and was made in this very place."""
    stamp = STAMPS / "place"
    if PYTHON.exists() and stamp.is_file() and stamp.read_text() == str(VENV):
        return
    python = find_quickest()
    if subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True).returncode:
        package = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(f"Python's venv module is missing; install it: apt-get install {package}")
    print(f"Making .venv with {python} …", flush=True)
    call(python, "-m", "venv", "--clear", VENV)
    STAMPS.mkdir()
    stamp.write_text(str(VENV))


def install_locked(name: str) -> None:
    """Install one lock file, each package checked against its hash."""
    lock = ROOT / "requirements" / f"{name}.txt"
    once(
        f"requirements-{name}",
        digest(files=[lock]),
        lambda: install("--require-hashes", "--no-deps", "-r", lock),
        title=f"Installing the locked packages of requirements/{lock.name}",
    )


def install_project() -> None:
    """Install the project itself, so that its command and its plugins are found."""
    once(
        "project",
        digest(files=[ROOT / "setup.cfg", ROOT / "pyproject.toml"]),
        lambda: install("--no-deps", "--no-build-isolation", "--editable", ROOT),
        title="Installing the console",
    )


def compile_translations() -> None:
    """Compile every catalogue of the project."""
    folders = (ROOT / "translations", ROOT / "plugins")
    catalogues = [file for folder in folders for file in folder.rglob("*.po")]
    once(
        "translations",
        digest(files=catalogues),
        lambda: call(VENV / "bin" / "console", "i18n", "compile"),
        title="Compiling the translations",
        made=[catalogue.with_suffix(".mo") for catalogue in catalogues],
    )


def compile_code() -> None:
    """Compile what changed, also where the surroundings forbid Python to keep what it compiles."""
    call(PYTHON, "-m", "compileall", "-q", "console", "plugins")


def build_assets() -> None:
    """Build styles and scripts, with Node.js from a wheel on a machine that has none."""
    build = (str(PYTHON), "-m", "console.assets")
    code = subprocess.run(build, cwd=ROOT).returncode
    if code == os.EX_UNAVAILABLE:
        install_locked("node")
        call(*build)
    elif code:
        sys.exit(code)


def main() -> None:
    """Prepare what the first word asks for."""
    goal = sys.argv[1]
    make_venv()
    for name in NEEDED[goal]:
        install_locked(name)
    if goal == "lock":
        return
    install_project()
    compile_code()
    compile_translations()
    build_assets()


if __name__ == "__main__":
    main()
