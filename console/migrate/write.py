"""Writing migrations from the models, and comparing models with tables."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateIndexOp, DropIndexOp, MigrateOperation, ModifyTableOps
from sqlalchemy.pool import NullPool

from console.db import BigInt, Model, UtcDateTime
from console.host.mount import folder_of
from console.migrate.apply import apply
from console.migrate.history import HOST, BadHistory, histories_of, history_of
from console.plugin import Plugin

TEMPLATE = '''"""{title}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations
{constants}

def upgrade(op: Operations) -> None:
    """{title}."""
{body}
'''
BIG = 'BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")'


def differences(name: str, connection: sa.Connection) -> list[Any]:
    """Return how the tables of a plugin (or `HOST`) differ from its models, as Alembic says it."""
    return list(compare_metadata(_context(name, connection), Model.metadata))


def _with_place(manifest: type[Plugin]) -> type[Plugin]:
    own = folder_of(manifest)
    if own is not None:
        (own / "migrations").mkdir(exist_ok=True)
    return manifest


def new(
    manifests: Mapping[str, type[Plugin]], owner: str, name: str, *, again: bool = False
) -> Path | None:
    """Write the migration that leads from *owner*'s last one to its models; None if nothing does.

    It is made on an empty SQLite database; what only hand can write (triggers, moving data)
    is added to the file afterwards. *again* writes the first migration anew, as is right
    before the first release, and leaves those that follow as they are.
    """
    history = history_of(HOST if owner == HOST else _with_place(manifests[owner]))
    if history.folder is None:
        raise BadHistory(f"{owner} is a single file; migrations need a package to live in")
    steps = history.migrations()
    number = 1 if again else len(steps) + 1
    needed = histories_of(manifests)
    if again:
        needed = needed[: needed.index(history)]
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/new.sqlite", poolclass=NullPool)
        report = apply(engine, needed)
        if owner in report.failed:
            raise report.failed[owner]
        with engine.connect() as connection:
            operations = produce_migrations(_context(owner, connection), Model.metadata).upgrade_ops
    if operations is None or operations.is_empty():
        return None
    file = history.folder / f"m{number:04}_{re.sub(r'[^a-z0-9]+', '_', name.lower())}.py"
    if again and steps:
        steps[0].file.unlink()
    operations.ops = list(_flatten(operations.ops))
    body = render_python_code(
        operations, render_as_batch=True, render_item=_render_item, user_module_prefix="sa."
    )
    title = name.replace("_", " ").capitalize()
    constants = f"\n{BIG}\n" if " BIG" in body else ""
    text = TEMPLATE.format(title=title, body=_without_hints(body), constants=constants)
    file.write_text(text, "utf-8")
    _format(file)
    return file


def _flatten(operations: Sequence[MigrateOperation]) -> Iterator[MigrateOperation]:
    """Take indexes out of batches: SQLite can make them without copying the table."""
    for operation in operations:
        plain = isinstance(operation, ModifyTableOps) and all(
            isinstance(each, CreateIndexOp | DropIndexOp) for each in operation.ops
        )
        if plain and isinstance(operation, ModifyTableOps):
            yield from operation.ops
        else:
            yield operation


def _context(owner: str, connection: sa.Connection) -> MigrationContext:
    prefix = f"{owner}_"

    def is_own(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or (
            name is not None and name.startswith(prefix) and name != f"{owner}_migration"
        )

    def is_own_object(item: Any, name: str | None, kind: str, *_rest: object) -> bool:
        return kind != "table" or is_own(name, kind, None)

    return MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": is_own,
            "include_object": is_own_object,
            "target_metadata": Model.metadata,
        },
    )


def _render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write the console's own types as what they are, so that a migration imports none of it."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is BigInt:
        return "BIG"
    if kind == "type" and isinstance(item, sa.JSON):
        return "sa.JSON(none_as_null=True)"
    return False


def _without_hints(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.strip().startswith("# ###"))


def _format(file: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff:
        subprocess.run([ruff, "format", "--quiet", file], check=False)  # noqa: S603
