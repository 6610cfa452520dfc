"""The source files of plugins, found where their manifests are."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from flask import Flask

from console.host import Host
from console.host.mount import folder_of
from console.plugin import Plugin

HOST = Path(__file__).parent.parent
#: What the host shows to authors and does not run itself.
SHOWN = ("scaffold", "testing")
CODE = {".py", ".html", ".js", ".mjs", ".css"}


def manifests(app: Flask, of: Collection[str]) -> Iterator[type[Plugin]]:
    """Every manifest of the plugins under test."""
    host: Host = app.extensions["console"]
    for name, manifest in host.manifests.items():
        if name in of:
            yield manifest


def package_of(manifest: type[Plugin]) -> str:
    """Return the import path of a plugin's package, or of its only module."""
    return manifest.__module__.removesuffix(".plugin")


def files_of(manifest: type[Plugin]) -> list[Path]:
    """Return every file of a plugin, but for what Python makes itself."""
    folder = folder_of(manifest)
    if folder is None:
        return [Path(sys.modules[manifest.__module__].__file__ or "")]
    return sorted(f for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def modules_of(app: Flask, of: Collection[str]) -> list[Path]:
    """Return the modules of the plugins under test, and the host's own if it is."""
    found = [f for m in manifests(app, of) for f in files_of(m) if f.suffix == ".py"]
    if "console" in of:
        found += [f for f in HOST.rglob("*.py") if f.relative_to(HOST).parts[0] not in SHOWN]
    return sorted(found)
