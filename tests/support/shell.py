"""The command line of an installation, without starting a process."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.pool import NullPool

from console.cli import main
from tests.support.app import KEY


class Shell:
    """A command line on one installation, in this process, as starting one takes a second."""

    def __init__(self, url: str, instance: Path, **more: str) -> None:
        told = {"DATABASE_URL": url, "CONSOLE_INSTANCE": str(instance), "SECRET_KEY": KEY}
        self.environment = {**told, **more}
        self.engine = sa.create_engine(url, poolclass=NullPool)

    def __call__(self, *arguments: str, **more: str) -> Result:
        done = CliRunner().invoke(main, arguments, env={**self.environment, **more})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done
