"""The database, its models, and the one way to write to it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from flask import has_request_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Session, mapped_column, registry

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# A statement is hashed whenever it is executed, and each of its selects names a style, which is
# an enum: Python hashes these by a function of its own, this way by where they are.
setattr(sa.SelectLabelStyle, "__hash__", object.__hash__)  # noqa: B010 - mypy forbids the other way


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """A moment: aware and in UTC on both engines; a naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


#: 64 bits on PostgreSQL; on SQLite the plain INTEGER that can be a row id.
BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True)
TYPES: dict[Any, Any] = {dt.datetime: UtcDateTime(), int: BigInt, dict[str, Any]: Json}


class _Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=_Base)

#: One registry per plugin, so that one plugin's broken mapper stops no other's.
registries: dict[str, registry] = {}


class Scope:
    """Whose rows a person sees: *where* gets the model and the ids of the stores she may see.

    For the same stores it says the same until the configuration changes. It is asked only for
    people whose permission is limited to some stores, and is checked row by row: an EXISTS
    serves better than an IN. *here* limits what everybody sees: rows that must stay but are
    worked with no more are not here. *keys* selects the primary keys that *where* lets pass;
    with it the list of a small store among large ones is quick as well. *told_by* names the
    attributes by which *where* and *here* tell: while none of them is changed, a row that was
    edited stays where it was. None where they tell by more than its form may change.
    """

    def __init__(
        self,
        where: Callable[[Any, frozenset[int]], sa.ColumnElement[bool]] | None = None,
        here: Callable[[Any], sa.ColumnElement[bool]] | None = None,
        keys: Callable[[frozenset[int]], sa.Select[Any]] | None = None,
        told_by: Sequence[str] | None = None,
    ) -> None:
        self.where = where
        self.here = here
        self.keys = keys
        self.told_by = told_by


#: Rows of the whole chain: whoever holds the permission sees all of them.
CHAIN = Scope()


def in_store(column: str = "store_id") -> Scope:
    """Scope rows by the store in *column*; a row without a store belongs to the chain."""
    return Scope(
        lambda model, stores: among_stores(getattr(model, column), stores), told_by=(column,)
    )


def among_stores(column: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    """Return the condition that *column* is one of *stores*.

    Most people work in one: an equation has no list that is written anew for each statement.
    """
    one: sa.ColumnElement[bool]
    one = column == next(iter(stores)) if len(stores) == 1 else column.in_(stores)
    return one


class Model:
    """A table of a plugin; `__tablename__` is `<plugin>_<noun>`.

    `scope` says whose rows one sees, `label_column` names the column that stands for a row
    in pickers, links and messages.
    """

    __abstract__ = True
    metadata = _Base.metadata
    scope: ClassVar[Scope]
    label_column: ClassVar[str] = "id"
    #: Whether its rows are remembered by workers: a change of one raises the epoch.
    remembered: ClassVar[bool] = False

    if TYPE_CHECKING:
        __tablename__: ClassVar[str]
        __table__: ClassVar[sa.Table]
        id: Any

        def __init__(self, **values: Any) -> None: ...

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__abstract__" in cls.__dict__:
            return
        plugin = cls.__tablename__.partition("_")[0]
        own = registries.get(plugin)
        if own is None:
            own = registry(metadata=_Base.metadata, type_annotation_map=TYPES)
            registries[plugin] = own
        _set_dispatchers(own.map_declaratively(cls))


def _set_dispatchers(mapper: sa.orm.Mapper[Any]) -> None:
    """Give every attribute what calls its listeners before SQLAlchemy asks whether it is there.

    An attribute answers that by a copy of its column (2.1.9, `slots_dispatcher`), which few ever
    need: 4 MB in every process.
    """
    for attribute in mapper.class_manager.values():
        one: Any = attribute
        one._slots_dispatch = type(one).dispatch._for_instance(one)


def column(
    label: Any,
    *args: Any,
    sensitive: str | None = None,
    choices: Sequence[tuple[Any, Any]] | None = None,
    help: Any = None,
    **options: Any,
) -> MappedColumn[Any]:
    """Map a column and name it once, for lists, forms, details, history and exports.

    *sensitive* ("phone" or "text") masks it for those who may not see it in full, *choices*
    are (value, label) pairs for a closed list, *help* stands below the form field.
    """
    info = {"label": label, "sensitive": sensitive, "choices": choices, "help": help}
    return mapped_column(*args, info=info, **options)


BUSY = "busy_timeout=30000"
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    BUSY,
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "journal_size_limit=67108864",
)


@sa.event.listens_for(sa.Engine, "connect")
def _on_connect(connection: object, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # SQLAlchemy, not sqlite3, says BEGIN
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def shorten_log() -> None:
    """Write SQLite's log into the database and cut it; a long reader leaves it for next time."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=500")  # it holds up whoever writes while it waits
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute(f"PRAGMA {BUSY}")
    finally:
        connection.close()


#: Seconds for which a connection that was just used needs no proof that it still lives.
FRESH = 1.0


@sa.event.listens_for(sa.Pool, "checkin")
def _note_use(_connection: object, record: Any) -> None:
    record.info["used"] = time.monotonic()


@sa.event.listens_for(sa.Pool, "checkout")
def _prove_alive(connection: Any, record: Any, _checked_out: object) -> None:
    """Replace all connections of a server that went; one that was used a moment ago lives.

    What goes within that moment is met like a server that goes while it is asked.
    """
    if isinstance(connection, sqlite3.Connection):
        return
    if time.monotonic() - record.info.get("used", 0) < FRESH:
        return
    from psycopg import OperationalError  # a shop on SQLite does not load it

    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except OperationalError:
        raise sa.exc.InvalidatePoolError from None


@sa.event.listens_for(sa.Engine, "begin")
def _on_begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    writes = options.get("console_writes")
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        if writes:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # takes no lock, so nothing can fail that would have to be told apart
            driver.execute("BEGIN")
        return
    # With READ COMMITTED each statement sees what is committed when it begins, in a transaction
    # or out of it; a page that reads is spared two journeys to the server.
    alone = has_request_context() and not writes and "isolation_level" not in options
    if connection.info.setdefault("console_born_alone", driver.autocommit):
        return  # its engine was told so
    if driver.autocommit is not alone:
        driver.autocommit = alone


class WriteOutsideUnit(RuntimeError):
    """Something was about to be written outside `@api.unit`."""


@sa.event.listens_for(Session, "before_flush")
def _on_flush(session: Session, *_: object) -> None:
    if "unit" not in session.info and (session.new or session.dirty or session.deleted):
        raise WriteOutsideUnit(f"{len(session.new)} new, {len(session.dirty)} changed")


def insert_into(target: Any) -> Any:
    """Return an INSERT in the words of the engine at hand: it knows `on_conflict_do_nothing`.

    Only that engine's words are loaded.
    """
    dialect = db.session.get_bind().dialect.name
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(target)


@sa.event.listens_for(Session, "do_orm_execute")
def _on_execute(state: Any) -> None:
    if "unit" not in state.session.info and (state.is_insert or state.is_update or state.is_delete):
        raise WriteOutsideUnit(str(state.statement)[:80])


def engine_options(url: str, threads: int) -> dict[str, Any]:
    """Return the engine options that were measured to hold under load, by kind of database."""
    if url.startswith("sqlite"):
        return {
            "pool_size": threads + 2,
            "max_overflow": 0,
            "pool_timeout": 5,
            "pool_use_lifo": True,  # the connection that was used last has the most at hand
            "connect_args": {"timeout": 30},
        }
    from console.postgres import Cursor  # a shop on SQLite does not load psycopg

    limits = (
        "-c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=30s"
    )
    return {
        "pool_size": threads + 2,
        "max_overflow": 0,
        "pool_timeout": 5,
        "pool_use_lifo": True,
        "pool_recycle": 1800,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"options": limits, "cursor_factory": Cursor},
    }
