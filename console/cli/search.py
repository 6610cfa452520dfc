"""`console search`."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask

from console.cli.application import with_app


@click.group
def search() -> None:
    """Look after the words by which records are found."""


@search.command
@click.argument("tables", nargs=-1)
@with_app
def rebuild(app: Flask, tables: tuple[str, ...]) -> None:
    """Write the words of TABLES, or of all tables, anew; the console may run meanwhile."""
    from console.search.building import build, searched_models

    known: dict[str, type[Any]] = {str(m.__tablename__): m for m in searched_models()}
    unknown = sorted(set(tables) - set(known))
    if unknown:
        raise click.UsageError(f"nothing is searched in {', '.join(unknown)}")
    for name in tables or known:
        with click.progressbar(length=1, label=name) as bar:
            count = build(known[name], lambda done, total: _show(bar, done, total))
        click.echo(f"{name}: {count} rows")


def _show(bar: Any, done: int, total: int) -> None:
    bar.length = total
    bar.update(done - bar.pos)
