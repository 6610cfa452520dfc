"""`console new-plugin`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new-plugin")
@click.argument("name")
@click.option(
    "--path",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to make it in; else the one you are in.",
)
@click.option("--title", default="", help="What people read in the menu, in English or Chinese.")
def new_plugin(name: str, path: Path, title: str) -> None:
    """Begin the plugin NAME: a package with table, list, page, translations and tests.

    NAME is one lower-case word. It begins the names of the plugin's tables, permissions, hooks
    and addresses, and cannot be changed later.
    """
    from console import scaffolding
    from console.config import instance_folder

    try:
        folder = scaffolding.begin(name, path, title or name.capitalize())
    except scaffolding.CannotBegin as problem:
        raise click.ClickException(str(problem)) from problem
    place = folder if folder.is_absolute() else f"./{folder}"
    click.echo(f"Wrote {folder}/. It runs as it is:\n")
    click.echo(f"    pip install -e {place}")
    if not (instance_folder() / "secret_key").exists():
        click.echo("    console init")
    click.echo("    console migrate")
    click.echo(f"    console plugins enable {name}")
    click.echo("    console dev")
    click.echo(f"\nIts tests, with all standards: cd {folder} && pytest")
