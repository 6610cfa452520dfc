"""`console i18n`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from console.plugin import Plugin

ROOT = Path(__file__).parent.parent.parent


@click.group
def i18n() -> None:
    """Collect, compile and check the translations."""


@i18n.command
@click.argument("file", type=click.Path(path_type=Path), default=Path("build/messages.pot"))
def extract(file: Path) -> None:
    """Collect every marked word of the sources into a template."""
    from babel.messages.pofile import write_po

    from console import catalogues

    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(opened, catalogues.extract(ROOT), width=100, sort_output=True)
    click.echo(f"Wrote {file}")


@i18n.command
@click.argument("plugin", required=False)
def update(plugin: str | None) -> None:
    """Bring the catalogues up to the sources: new words come in empty.

    They are those of the console and its own plugins, or of PLUGIN, which keeps its own.
    """
    from console import catalogues

    if plugin is None:
        folder, template, source = ROOT, catalogues.extract(ROOT), "en"
    else:
        manifest = _find_manifest(plugin)
        folder, template = catalogues.words_of(manifest)
        source = manifest.source_language
    catalogues.update(folder, template, source)
    click.echo(f"Wrote {folder / 'translations'}")


@i18n.command("compile")
@click.option("--folder", type=click.Path(path_type=Path, exists=True), default=ROOT)
def compile_catalogues(folder: Path) -> None:
    """Compile the catalogues, so that pages can show them."""
    from console import catalogues

    for each in ("translations", "plugins") if folder == ROOT else (".",):
        catalogues.compile_all(folder / each)


@i18n.command
@click.argument("plugin", required=False)
def check(plugin: str | None) -> None:
    """Tell which words lack a translation in which language; exit code 1 if any do."""
    from console import catalogues

    if plugin is None:
        faults = list(catalogues.find_faults(ROOT, catalogues.extract(ROOT)))
    else:
        faults = catalogues.faults_of(_find_manifest(plugin))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(bool(faults))


def _find_manifest(plugin: str) -> type[Plugin]:
    from console.cli.tables import find_manifests
    from console.host.mount import folder_of

    manifest = find_manifests().get(plugin)
    if manifest is None or folder_of(manifest) is None:
        raise click.UsageError(f"there is no plugin {plugin} with a folder of its own")
    return manifest
