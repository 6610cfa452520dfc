"""Imports: the host through one door, neighbours through theirs, and downwards only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from console.plugin import Plugin
from console.testing.sources import files_of, manifests, package_of

#: What the host hides from plugins behind its own words.
HIDDEN = ("flask_admin", "flask_babel", "flask_login", "flask_sqlalchemy", "flask_wtf", "pluggy")
#: From the top down; a module imports only what is below it.
LAYERS = (
    {"plugin"},
    {"admin", "public", "jobs", "listeners"},
    {"api"},
    {"services"},
    {"hookspecs", "models"},
)


def test_the_host_is_imported_through_one_door(app: Flask, tested_plugins: frozenset[str]) -> None:
    """A plugin imports `console.api`; nothing else of the host, and nothing that it hides."""
    found = [
        f"{file}: {name}"
        for manifest in manifests(app, tested_plugins)
        for file, name in _imports(manifest)
        if name.partition(".")[0] in HIDDEN or not _is_door(name)
    ]
    assert found == []


def test_neighbours_are_imported_through_their_api(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """A plugin imports the `api` of plugins that its manifest requires, and of no others."""
    host = app.extensions["console"]
    found = []
    for manifest in manifests(app, tested_plugins):
        doors = {package_of(host.manifests[n]) for n in manifest.requires if n in host.manifests}
        others = {package_of(m) for n, m in host.manifests.items() if n != manifest.name}
        for file, name in _imports(manifest):
            owner = next((o for o in others if f"{name}.".startswith(f"{o}.")), None)
            if owner is None or owner == package_of(manifest):
                continue
            inside = name.removeprefix(owner).lstrip(".").partition(".")[0]
            if owner not in doors or inside not in ("", "api"):
                found.append(f"{file}: {name}")
    assert found == []


def test_modules_import_only_what_lies_below_them(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """`plugin` → `admin`, `public`, `jobs`, `listeners` → `api` → `services` → `models`."""
    found = []
    for manifest in manifests(app, tested_plugins):
        package = package_of(manifest)
        for file, name in _imports(manifest):
            if not name.startswith(f"{package}."):
                continue
            above = _layer(_part(file, manifest))
            below = _layer(name.removeprefix(f"{package}.").partition(".")[0])
            if above is not None and below is not None and below < above:
                found.append(f"{file}: {name}")
    assert found == []


def test_migrations_import_no_living_code(app: Flask, tested_plugins: frozenset[str]) -> None:
    """A migration runs years later, when the code that it imported is another."""
    found = [
        f"{file}: {name}"
        for manifest in manifests(app, tested_plugins)
        for file, name in _imports(manifest)
        if "migrations" in file.parts
        and f"{name}.".startswith(("console.", f"{package_of(manifest)}."))
    ]
    assert found == []


def _is_door(name: str) -> bool:
    return name.partition(".")[0] != "console" or f"{name}.".startswith("console.api.")


def _imports(manifest: type[Plugin]) -> Iterator[tuple[Path, str]]:
    """Yield the plugin's files with what each imports: modules, and names of packages."""
    for file in files_of(manifest):
        if file.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((file, f"{node.module}.{alias.name}") for alias in node.names)


def _part(file: Path, manifest: type[Plugin]) -> str:
    """Return the name of the part of a plugin that a file belongs to, such as `admin`."""
    root = next(f for f in files_of(manifest) if f.name in ("plugin.py", "__init__.py")).parent
    return file.relative_to(root).parts[0].removesuffix(".py") if file.is_relative_to(root) else ""


def _layer(part: str) -> int | None:
    return next((number for number, parts in enumerate(LAYERS) if part in parts), None)
