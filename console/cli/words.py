"""`console i18n`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

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

    folder, template = _words_of(plugin)
    catalogues.update(folder, template)
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

    faults = list(catalogues.find_faults(*_words_of(plugin)))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(bool(faults))


def _words_of(plugin: str | None) -> tuple[Path, Catalog]:
    """Return the folder that holds the translations, and the words to be translated."""
    from console import catalogues
    from console.cli.tables import find_manifests
    from console.host.mount import folder_of

    if plugin is None:
        return ROOT, catalogues.extract(ROOT)
    manifest = find_manifests().get(plugin)
    folder = folder_of(manifest) if manifest else None
    if folder is None:
        raise click.UsageError(f"there is no plugin {plugin} with a folder of its own")
    return folder, catalogues.extract_plugin(folder)
