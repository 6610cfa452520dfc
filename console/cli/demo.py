"""`console demo`."""

from __future__ import annotations

import sys

import click
from flask import Flask

from console.cli.application import with_app


@click.group
def demo() -> None:
    """Load the demo, keep it alive, or clear it."""


@demo.command
@with_app
def load(app: Flask) -> None:
    """Load the demo of every active plugin into an empty database."""
    from console import demo as showing
    from console.errors import Refused
    from console.i18n import _

    if not showing.is_wanted():
        raise Refused(_("The demo is loaded into an empty database only."))
    showing.load(click.echo)


@demo.command
@with_app
def advance(app: Flask) -> None:
    """Fill in the days since the demo was last alive."""
    from console import demo as showing

    showing.advance()


@demo.command
@click.confirmation_option(prompt="All data in this database will be removed. Go on?")
@with_app
def clear(app: Flask) -> None:
    """Remove the demo with all that was added to it, and start with an empty console."""
    from console import demo as showing

    showing.clear()


@demo.command
@with_app
def check(app: Flask) -> None:
    """Tell whether the demo is whole; exit code 1 if not."""
    from console import demo as showing

    found = showing.check()
    for words in found:
        click.echo(words, err=True)
    sys.exit(bool(found))
