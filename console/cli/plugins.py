"""`console plugins`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from flask import Flask

from console.cli.application import make_app, with_app

if TYPE_CHECKING:
    from console.host import Host


@click.group
def plugins() -> None:
    """List, enable, disable, check or purge plugins."""


@plugins.command("list")
@with_app
def list_plugins(app: Flask) -> None:
    """List all plugins: active, disabled, or out and why."""
    host: Host = app.extensions["console"]
    for name, mounted in host.mounted.items():
        state = "active" if host.is_active(name) else "disabled"
        click.echo(f"{name:<12} {mounted.plugin.version:<8} {state:<9} {mounted.plugin.title}")
    for name, quarantine in host.quarantined.items():
        click.echo(f"{name:<12} {'':<8} {'out':<9} {quarantine.reason}")


@plugins.command
@click.argument("name")
@with_app
def enable(app: Flask, name: str) -> None:
    """Enable a plugin, at once and everywhere."""
    from console.host import states

    states.enable(app.extensions["console"], name)


@plugins.command
@click.argument("name")
@with_app
def disable(app: Flask, name: str) -> None:
    """Disable a plugin, at once and everywhere; its data stays."""
    from console.host import states

    states.disable(app.extensions["console"], name)


@plugins.command
@click.option("--trace", is_flag=True, help="Show where it broke.")
@click.pass_context
def check(ctx: click.Context, *, trace: bool) -> None:
    """Tell which plugins cannot be mounted and why; exit code 1 if there are any."""
    app = make_app(ctx)
    host: Host = app.extensions["console"]
    for name, quarantine in host.quarantined.items():
        click.echo(f"{name}: {quarantine.reason}", err=True)
        if trace and quarantine.trace:
            click.echo(quarantine.trace, err=True)
    if not host.quarantined:
        click.echo(f"All {len(host.mounted)} plugins are sound.")
    sys.exit(bool(host.quarantined))


@plugins.command
@click.argument("name")
@click.confirmation_option(prompt="All data of this plugin will be destroyed. Go on?")
@click.pass_context
def purge(ctx: click.Context, name: str) -> None:
    """Destroy all data of a disabled plugin, after a copy of the database."""
    from console.host import purging

    app = make_app(ctx, check_schema=False)
    copy = purging.purge(app.extensions["console"], name)
    click.echo(f"Destroyed the data of {name}; the copy made before is {copy}")
