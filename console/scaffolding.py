"""Beginning a plugin: the sample in console/scaffold/, under another name."""

from __future__ import annotations

import keyword
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from console.catalogues import compile_all
from console.host.discovery import GROUP
from console.host.mount import RESERVED
from console.plugin import NAME

SAMPLE = Path(__file__).parent / "scaffold"
TITLE = re.compile(r"""[^"'\\%{}<>\r\n]{1,40}""")
CHINESE = re.compile(r"[\u3400-\u9fff]")
#: Only what stands alone: not the sample in "resample".
WORD = re.compile(r"(?<![A-Za-z])sample(?![a-z])")
CLASS = re.compile(r"\bSample\b(?! box)")
#: The words that stand for the title, in English and in both kinds of Chinese.
TITLES = ("Sample box", "\u793a\u4f8b\u7bb1", "\u7bc4\u4f8b\u7bb1")


class CannotBegin(Exception):
    """A plugin of this name cannot be begun here; the message says why."""


def begin(name: str, path: Path, title: str) -> Path:
    """Write a distribution with the plugin *name* into a new folder of *path*, and return it.

    A *title* in Chinese is a translation; the sources then say the name.
    """
    _check_name(name)
    if not TITLE.fullmatch(title.strip()):
        raise CannotBegin("a title has 1 to 40 characters, and no quotes, brackets or per cent")
    folder = path / name
    if folder.exists():
        raise CannotBegin(f"{folder} exists already; nothing was written")
    rename = _renaming(name, title.strip())
    for file in sorted(SAMPLE.rglob("*")):
        if file.is_file() and file.suffix not in (".pyc", ".mo"):
            place = folder / rename(str(file.relative_to(SAMPLE)))
            place = place.with_name(".gitignore") if place.name == "gitignore" else place
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(rename(file.read_text("utf-8")), "utf-8")
    compile_all(folder)
    _tidy(folder)
    return folder


def _tidy(folder: Path) -> None:
    """Put imports in the order that the new name brings, where ruff is at hand."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff:
        for task in (["check", "--fix", "--select=I"], ["format"]):
            subprocess.run([ruff, *task, "--quiet", "--no-cache", folder], check=False)  # noqa: S603


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise CannotBegin(
            f"{name!r} cannot name a plugin: use one lower-case word of 2 to 20 letters and digits"
        )
    if keyword.iskeyword(name) or name in sys.stdlib_module_names:
        raise CannotBegin(f"{name!r} is a word of Python itself; choose another")
    if name in RESERVED or name in ("plugins", "tests"):
        raise CannotBegin(f"{name!r} is reserved for the console; choose another")
    if any(point.name == name for point in entry_points(group=GROUP)):
        raise CannotBegin(f"a plugin {name!r} is installed already")
    if find_spec(name) is not None:
        raise CannotBegin(f"a package {name!r} is installed already; choose another name")


def _renaming(name: str, title: str) -> Callable[[str], str]:
    english = name.capitalize() if CHINESE.search(title) else title
    titles = dict(zip(TITLES, (english, title, title), strict=True))

    def rename(text: str) -> str:
        for old, new in titles.items():
            text = text.replace(old, new)
        return CLASS.sub(name.capitalize(), WORD.sub(name, text))

    return rename
