"""`console check`."""

from __future__ import annotations

import sys

import click


@click.command
@click.pass_context
def check(ctx: click.Context) -> None:
    """Check the configuration and the database; exit code 78 or 1 tells that something is wrong."""
    from console import health, seal_checks
    from console.cli.application import make_app

    app = make_app(ctx, check_schema=False)
    for warning in app.extensions["console_config"].warnings:
        click.echo(f"Note: {warning}")
    for warning in health.advise():
        click.echo(f"Note: {warning}")
    failed = health.examine()
    for name, words in failed.items():
        click.echo(f"{name}: {words}", err=True)
    if not failed:
        for misfit in seal_checks.standing().misfits:
            click.echo(f"Note: the audit trail was changed past the console. {misfit}")
        click.echo("All is well.")
    sys.exit(bool(failed))
