"""`console run`, `console dev`, `console worker` and `console init`."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from console.config import Config


@click.command
def init() -> None:
    """Make the instance folder and its secret key."""
    from console.config import instance_folder, make_secret_key

    folder = instance_folder()
    make_secret_key(folder)
    click.echo(f"The installation's own data lie in {folder.absolute()}")


@click.command
def run() -> None:
    """Serve the console, with its worker, until told to stop.

    HOST and PORT say where, DATABASE_URL names the database, DEMO=0 keeps the demo out.
    """
    gc.disable()  # nothing that a start makes is garbage; serving enables it again
    from console import serve

    sys.exit(serve.run(_make_config()))


@click.command
def dev() -> None:
    """Serve with reloads and tracebacks, for whoever writes code."""
    from console import serve

    serve.develop(_make_config())


@click.command
@click.option("--patience", type=float, help="Seconds a listener may take for one event.")
def worker(patience: float | None) -> None:
    """Deliver events and run jobs, until told to stop."""
    from console import logs
    from console import worker as working
    from console.app import create_app

    logs.start()
    working.run(create_app(), patience=patience or working.EVENT_LIMIT)


def _make_config() -> Config:
    from console.config import instance_folder, load_config, make_secret_key

    if not os.environ.get("SECRET_KEY"):
        make_secret_key(instance_folder())
    return load_config()
