"""`console i18n`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

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
def update() -> None:
    """Bring the catalogues up to the sources: new words come in empty."""
    from console import catalogues

    catalogues.update(ROOT)


@i18n.command("compile")
@click.option("--folder", type=click.Path(path_type=Path, exists=True), default=ROOT)
def compile_catalogues(folder: Path) -> None:
    """Compile the catalogues, so that pages can show them."""
    from console import catalogues

    for each in ("translations", "plugins") if folder == ROOT else (".",):
        catalogues.compile_all(folder / each)


@i18n.command
def check() -> None:
    """Tell which words lack a translation in which language; exit code 1 if any do."""
    from console import catalogues

    faults = list(catalogues.find_faults(ROOT))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(bool(faults))
