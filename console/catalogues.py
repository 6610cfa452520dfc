"""The catalogues of translations: collected from the sources, compiled, and checked."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from console.host.mount import folder_of
from console.i18n import LOCALES
from console.plugin import Plugin

ROOT = Path(__file__).parent.parent
SOURCES = ("console", "plugins")
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def _is_searched(folder: str) -> bool:
    """Leave out the sample that new plugins begin with: it brings its own translations."""
    name = Path(folder).name
    return not name.startswith((".", "_")) and Path(folder) != ROOT / "console" / "scaffold"


class NoFolder(Exception):
    """A plugin of a single file cannot bring translations."""


def extract(root: Path, sources: tuple[str, ...] = SOURCES) -> Catalog:
    """Collect every marked word of the *sources* below *root*."""
    catalog = Catalog(project="salon-console", charset="utf-8", fuzzy=False)
    for source in sources:
        found = extract_from_dir(
            root / source,
            method_map=METHODS,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            directory_filter=_is_searched,
        )
        for name, line, words, comments, context in found:
            place = (f"{source}/{name}", line)
            catalog.add(words, None, [place], auto_comments=comments, context=context)
    return catalog


def _extract_file(file: Path) -> Catalog:
    """Collect the marked words of a single module."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for line, words, comments, context in extract_from_file(
        "python", file, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(words, None, [(file.name, line)], auto_comments=comments, context=context)
    return catalog


def translated_locales(source: str = "en") -> list[str]:
    """Return the languages that need a catalogue: all but that of the sources."""
    return [locale for locale in LOCALES if locale != source]


def file_of(root: Path, locale: str) -> Path:
    """Return the catalogue of a language."""
    return root / "translations" / locale / "LC_MESSAGES" / "messages.po"


def read(file: Path, locale: str) -> Catalog:
    """Read a catalogue: its source, or what a server has of it; an empty one if there is none."""
    compiled = file.with_suffix(".mo")
    if file.exists():
        with file.open("rb") as opened:
            return read_po(opened, locale=locale)
    if compiled.exists():
        with compiled.open("rb") as opened:
            return read_mo(opened)
    return Catalog(locale=locale, project="salon-console", charset="utf-8", fuzzy=False)


def extract_plugin(folder: Path) -> Catalog:
    """Collect the words of a plugin that the console does not have already."""
    catalog = extract(folder, (".",))
    for message in list(catalog):
        if message.id and console_has(message):
            catalog.delete(_first(message), message.context)
    return catalog


def console_has(message: Message) -> bool:
    """Tell whether the console's own catalogue translates a text."""
    return _own_catalogue().get(_first(message), message.context) is not None


@cache
def _own_catalogue() -> Catalog:
    return read(file_of(ROOT, "zh_Hans_CN"), "zh_Hans_CN")


def words_of(manifest: type[Plugin]) -> tuple[Path, Catalog]:
    """Return the folder that holds a plugin's translations, and the words to be translated."""
    folder = folder_of(manifest)
    if folder is None:
        raise NoFolder(f"{manifest.name} is a single file, which has no place for translations")
    if folder.is_relative_to(ROOT / "plugins"):
        return ROOT, extract(ROOT)
    return folder, extract_plugin(folder)


def faults_of(manifest: type[Plugin]) -> list[str]:
    """Tell what is wrong with the translations that a plugin brings, a line each.

    Sources in English need all other languages. Sources in Chinese are whole as they are; a
    language that such a plugin brings besides must be whole as well.
    """
    source = manifest.source_language
    if folder_of(manifest) is None:
        if source != "en":
            return []
        file = Path(sys.modules[manifest.__module__].__file__ or "")
        missing = [m for m in _extract_file(file) if m.id and not console_has(m)]
        return [f"{_first(m)!r} has no translation, and a single file brings none" for m in missing]
    root, template = words_of(manifest)
    locales = translated_locales(source)
    if source != "en":
        locales = [each for each in locales if file_of(root, each).exists()]
    used = template if root == ROOT else extract(root, (".",))
    return list(find_faults(root, template, locales, used))


def update(root: Path, template: Catalog, source: str = "en") -> None:
    """Bring the catalogues up to the sources: new words come in empty, unused ones go."""
    for locale in translated_locales(source):
        file = file_of(root, locale)
        catalog = read(file, locale)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        file.parent.mkdir(parents=True, exist_ok=True)
        written = BytesIO()
        write_po(written, catalog, width=100, sort_output=True, omit_header=False)
        file.write_bytes(written.getvalue())


def compile_all(root: Path) -> list[Path]:
    """Compile every catalogue below *root*; return what was written."""
    made = []
    for file in sorted(root.glob("**/LC_MESSAGES/messages.po")):
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=file.parent.parent.name)
        compiled = file.with_suffix(".mo")
        part = compiled.with_suffix(".part")
        with part.open("wb") as opened:
            write_mo(opened, catalog)
        part.rename(compiled)
        made.append(compiled)
    return made


def find_faults(
    root: Path,
    template: Catalog,
    locales: Iterable[str] | None = None,
    used: Catalog | None = None,
) -> Iterator[str]:
    """Tell what is wrong with the catalogues, a line each: missing, empty, fuzzy, misspelt.

    *template* is what must be translated, *used* all that may be.
    """
    for locale in translated_locales() if locales is None else locales:
        catalog = read(file_of(root, locale), locale)
        for message in template:
            if message.id:
                known = catalog.get(_first(message), message.context)
                fault = _fault(message, known)
                if fault:
                    yield f"{locale}: {fault}: {_first(message)!r} ({_place(message)})"
        for message in catalog:
            if message.id and (used or template).get(_first(message), message.context) is None:
                yield f"{locale}: no longer used: {_first(message)!r}"


def _fault(message: Message, known: Message | None) -> str | None:
    if known is None:
        return "missing"
    if known.fuzzy:
        return "fuzzy"
    told = known.string if isinstance(known.string, (list, tuple)) else [known.string]
    texts = [text for text in told if text]
    if len(texts) < len(told):
        return "empty"
    ids = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    wanted = {found.group() for each in ids for found in PLACEHOLDER.finditer(each)}
    for text in texts:
        if {found.group() for found in PLACEHOLDER.finditer(text)} - wanted:
            return "unknown placeholder"
    if wanted - {found.group() for text in texts for found in PLACEHOLDER.finditer(text)}:
        return "lost placeholder"
    return None


def _first(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (list, tuple)) else message.id


def _place(message: Message) -> str:
    return ":".join(map(str, message.locations[0])) if message.locations else "?"
