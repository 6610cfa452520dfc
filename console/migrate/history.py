"""What migrations there are, and which of them a database has seen."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa

from console.host.order import put_in_order
from console.plugin import Plugin

#: The name of the host's own history.
HOST = "console"
TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = t.tgrelid AND pg_table_is_visible(c.oid)"
    " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'",
}
FILE_NAME = re.compile(r"m(\d{4})_[a-z0-9_]+")


class BadHistory(Exception):
    """The files of a history do not make a line: a number is missing or used twice."""


class NewerSchema(Exception):
    """The database was migrated by a newer version, which this one would damage."""


class SchemaBehind(Exception):
    """The database waits for migrations."""


@dataclass(frozen=True)
class Migration:
    """One step of a history."""

    name: str
    file: Path

    def load(self) -> ModuleType:
        """Import the step."""
        spec = importlib.util.spec_from_file_location(f"console_migration_{self.name}", self.file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.file} is not a module")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


@dataclass(frozen=True)
class History:
    """The migrations of the host or of one plugin; without a folder there are none."""

    name: str
    folder: Path | None
    #: Names what is wrong with the rows of its tables; asked before a commit that altered them.
    check: Callable[[sa.Connection], Iterable[str]] | None = None

    @cached_property
    def table(self) -> sa.Table:
        """The table that remembers what was applied."""
        return sa.Table(
            f"{self.name}_migration",
            sa.MetaData(),
            sa.Column("name", sa.String, primary_key=True),
            sa.Column("applied_at", sa.String, nullable=False),
            sa.Column("triggers", sa.JSON, nullable=False),
        )

    def migrations(self) -> list[Migration]:
        """Return all steps in order; a gap or a number used twice is a `BadHistory`."""
        files = sorted(self.folder.glob("m*.py")) if self.folder else []
        for number, file in enumerate(files, 1):
            read = FILE_NAME.fullmatch(file.stem)
            if read is None or int(read[1]) != number:
                raise BadHistory(f"{file} should be named m{number:04}_….py")
        return [Migration(file.stem, file) for file in files]

    def applied(self, connection: sa.Connection) -> list[str]:
        """Return the names of the steps that this database has seen."""
        if not sa.inspect(connection).has_table(self.table.name):
            return []
        return list(connection.scalars(sa.select(self.table.c.name).order_by("name")))

    def pending(self, connection: sa.Connection) -> list[Migration]:
        """Return the steps to come; `NewerSchema` when the database is ahead."""
        steps, applied = self.migrations(), self.applied(connection)
        unknown = sorted(set(applied) - {step.name for step in steps})
        if unknown:
            raise NewerSchema(
                f"the tables of {self.name} were made by a newer version: {', '.join(unknown)}"
            )
        return [step for step in steps if step.name not in applied]

    def find_triggers(self, connection: sa.Connection) -> set[str]:
        """Return the triggers that the tables of this history have."""
        ask = TRIGGERS[connection.dialect.name]
        found = connection.execute(sa.text(ask))
        return {name for name, table in found if table.startswith(f"{self.name}_")}

    def lost_triggers(self, connection: sa.Connection) -> set[str]:
        """Return the triggers that were there after the last migration and are not any more."""
        if not sa.inspect(connection).has_table(self.table.name):
            return set()
        last = sa.select(self.table.c.triggers).order_by(self.table.c.name.desc()).limit(1)
        return set(connection.scalar(last) or ()) - self.find_triggers(connection)


def up_to_date(connection: sa.Connection, histories: Iterable[History]) -> set[str]:
    """Name the histories of which the database has seen every step, and no other."""
    there = set(sa.inspect(connection).get_table_names())
    steps = {}
    for history in histories:
        with suppress(BadHistory):  # whoever asks for its steps is told
            steps[history.name] = {step.name for step in history.migrations()}
    tables = {name: sa.table(f"{name}_migration", sa.column("name")) for name in steps}
    asked = [
        sa.select(sa.literal(name), table.c.name)
        for name, table in tables.items()
        if table.name in there
    ]
    applied: dict[str, set[str]] = {name: set() for name in steps}
    for owner, name in connection.execute(sa.union_all(*asked)) if asked else ():
        applied[owner].add(name)
    return {name for name in steps if steps[name] == applied[name]}


def history_of(owner: str | type[Plugin]) -> History:
    """Return the history of the host (`HOST`) or of a plugin's manifest."""
    if isinstance(owner, str):
        return History(HOST, Path(__file__).parent.parent / "migrations")
    file = Path(importlib.import_module(owner.__module__).__file__ or "")
    own = file.name in ("plugin.py", "__init__.py") and (file.parent / "migrations").is_dir()
    folder = file.parent / "migrations" if own else None
    return History(owner.name, folder, owner.check_migrated)


def histories_of(manifests: Mapping[str, type[Plugin]]) -> list[History]:
    """Return the host's history and then the plugins', each after those it requires."""
    ordered, _left_out = put_in_order(manifests)
    return [history_of(HOST), *(history_of(manifest) for manifest in ordered)]
