"""`console migrate` and `console migrations`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from console.plugin import Plugin


@click.command
def migrate() -> None:
    """Bring all tables up to date, after a copy of the database."""
    from console import migrate as migrations
    from console.config import load_config

    report = migrations.migrate_database(load_config())
    for owner, names in report.applied.items():
        click.echo(f"{owner}: {', '.join(names)}")
    if report.copy:
        click.echo(f"The copy made before is {report.copy}")
    for owner, problem in report.failed.items():
        click.echo(f"{owner} failed and was left as it was: {problem}", err=True)
    if not report.applied and not report.failed:
        click.echo("All tables are up to date.")
    sys.exit(bool(report.failed))


@click.group
def migrations() -> None:
    """Write migrations from the models."""


@migrations.command
@click.argument("plugin")
@click.argument("name")
@click.option("--again", is_flag=True, help="Write the first migration anew, before a release.")
def new(plugin: str, name: str, *, again: bool) -> None:
    """Write the migration NAME of PLUGIN (or of `console` itself) from its models.

    Look it over: triggers, and moving data from old columns to new ones, are added by hand.
    """
    from console.migrate import HOST, write

    manifests = find_manifests()
    if plugin != HOST and plugin not in manifests:
        raise click.UsageError(f"there is no plugin {plugin}")
    file = write.new(manifests, plugin, name, again=again)
    click.echo(f"Wrote {file}" if file else f"The tables of {plugin} are as its models say.")


def find_manifests() -> dict[str, type[Plugin]]:
    """Load all manifests, and with them all models, without a database or configuration."""
    import console.api
    import console.app  # noqa: F401 - brings the host's own models
    from console.host import discovery

    folder = os.environ.get("CONSOLE_PLUGIN_FOLDER")
    found = discovery.discover(Path(folder) if folder else None)
    for name, quarantine in found.quarantined.items():
        click.echo(f"{name} cannot be loaded: {quarantine.reason}", err=True)
    return found.manifests
