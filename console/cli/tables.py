"""`console migrate` and `console migrations`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

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


@click.command
@click.argument("role")
@click.option("--print", "only_print", is_flag=True, help="Print the statements, change nothing.")
def grants(role: str, *, only_print: bool) -> None:
    """Let the PostgreSQL role ROLE serve the console without being able to rewrite its books.

    Run it once, as the owner of the tables; `console migrate` keeps it up. ROLE exists already.
    """
    from console import rights
    from console.config import load_config
    from console.errors import Refused
    from console.host.discovery import discover

    config = load_config()
    if config.is_sqlite:
        raise Refused("SQLite knows no roles; triggers guard its books")
    found = discover(config.plugin_folder, distributions=config.plugin_distributions)
    kept = rights.kept_tables(found.manifests.values())
    engine = sa.create_engine(config.database_url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        if only_print:
            for statement in rights.grants(connection, role, kept):
                click.echo(f"{statement};")
            return
        rights.grant(connection, role, kept)
    click.echo(f"{role} may serve. Put its name into DATABASE_URL, and migrate as the owner.")


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
    from console.migrate import HOST, BadHistory, write

    manifests = find_manifests()
    if plugin != HOST and plugin not in manifests:
        raise click.UsageError(f"there is no plugin {plugin}")
    try:
        file = write.new(manifests, plugin, name, again=again)
    except BadHistory as problem:
        raise click.ClickException(str(problem)) from None
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
