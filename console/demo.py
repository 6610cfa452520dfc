"""The demo: data that the plugins make up, kept alive from day to day, gone with one click."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa
from flask import current_app

from console import clock, epoch, outbox, rights
from console.backup import copy_database
from console.db import Model, db
from console.errors import Refused
from console.i18n import _
from console.jobs import Schedule
from console.plugin import DemoPart
from console.seal_checks import check_at_night, seal_at_night
from console.security import Actor, Permission, acting_as
from console.security.models import User
from console.settings import Setting
from console.stores import Store
from console.unit import unit
from console.work import add_schedule

#: "" before anything was loaded, "loading", "on", or "off" once it was cleared.
STATE = Setting("console.demo", _("Demo"), "")
#: The last day that the demo's history covers.
UNTIL = Setting("console.demo_until", _("Demo"), "")
#: What clearing leaves alone: what the worker and the epoch of all processes stand on.
KEPT = ("console_epoch", "console_worker")


def is_on() -> bool:
    """Tell whether this installation shows demo data, so that nothing may reach the outside."""
    return bool(current_app.extensions["console_config"].demo) and STATE.get() in ("loading", "on")


def is_wanted() -> bool:
    """Tell whether the demo should be loaded: it may be, and there is nothing else yet."""
    if not current_app.extensions["console_config"].demo:
        return False
    if STATE.get() == "loading":
        return True
    people = db.session.scalar(sa.select(sa.func.count(User.id)))
    stores = db.session.scalar(sa.select(sa.func.count(Store.id)))
    return STATE.get() == "" and not people and not stores


def load(say: Callable[[str], object], only: Collection[str] | None = None) -> None:
    """Load the demo of every active plugin; one that was cut short is begun anew.

    *only* names the plugins whose demo is enough, for tests.
    """
    if STATE.get() == "loading":
        _empty_all()
    _note("loading")
    with acting_as(Actor(name="demo")):
        for name, part in _parts():
            if part.load is not None and (only is None or name in only):
                say(f"Loading the demo: {name} …")
                part.load()
        for name, part in _parts():
            if part.finish is not None and (only is None or name in only):
                part.finish()
    outbox.wait_anew()
    _note("on", until=_today())
    seal_at_night()
    check_at_night()


@contextmanager
def demo_person(store_id: int, permission: Permission) -> Iterator[None]:
    """Let somebody of a store who holds a permission act, so that what is made up has a name.

    The demo itself acts where nobody there holds it.
    """
    people = db.session.scalars(sa.select(User).order_by(User.id.desc()))
    who = next((one for one in people if permission.held_by(one.id, store_id)), None)
    with acting_as(Actor(who.id, who.name, store_id)) if who else nullcontext():
        yield


def advance() -> None:
    """Fill in the days since the demo was loaded or advanced; nothing when it is not on."""
    if not is_on() or not UNTIL.get():
        return
    last, today = dt.date.fromisoformat(UNTIL.get()), _today()
    if last >= today:
        return
    with acting_as(Actor(name="demo")):
        for _name, part in _parts():
            if part.advance is not None:
                part.advance(last)
    _note("on", until=today)


def clear() -> None:
    """Empty the database and the files, after a copy of the database; the wizard comes next."""
    config = current_app.extensions["console_config"]
    with db.engine.connect() as connection:
        if not rights.owns(connection):
            raise Refused(_("Only the database role that owns the tables can empty them."))
    if config.is_sqlite:
        copy_database(db.engine, config.instance / "backups", "before-demo-clear")
    for _name, part in reversed(_parts()):
        if part.clear is not None:
            part.clear()
    _empty_all()
    _note("off")
    shutil.rmtree(config.instance / "files", ignore_errors=True)


def check() -> list[str]:
    """Return what is wrong with the demo as it stands, in words; nothing when all is well."""
    found = []
    if STATE.get() == "loading":
        found.append("the demo was not loaded to its end")
    for table in _tables():
        if is_on() and table.name in _shown() and not _has_rows(table):
            found.append(f"{table.name} is empty")
    return found


def _today() -> dt.date:
    """Return the day as the first store sees it."""
    zone = db.session.scalar(sa.select(Store.time_zone).order_by(Store.id).limit(1))
    return clock.today(zone or "Asia/Shanghai")


def _parts() -> list[tuple[str, DemoPart]]:
    active = current_app.extensions["console"].active()
    return [(mounted.name, part) for mounted in active for part in mounted.demo]


@unit
def _note(state: str, *, until: dt.date | None = None) -> None:
    STATE.put(state)
    if until is not None:
        UNTIL.put(until.isoformat())


def _tables() -> list[sa.Table]:
    return [t for t in Model.metadata.sorted_tables if t.name not in KEPT]


def _shown() -> set[str]:
    """Return the tables that have a list in the menu."""
    active = current_app.extensions["console"].active()
    views = [view for mounted in active for view in mounted.views]
    return {view.subject.__tablename__ for view in views if hasattr(view, "subject")}


def _has_rows(table: sa.Table) -> bool:
    return (
        db.session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
    )


def _empty_all() -> None:
    """Empty all tables, and keep the words of what is entered from now on."""
    from console.search.building import build_missing  # its jobs know of the demo

    _empty()
    build_missing(db.engine)


@unit
def _empty() -> None:
    """Empty all tables at once, also those whose triggers let nobody delete."""
    existing = set(sa.inspect(db.session.connection()).get_table_names())
    tables = [table for table in _tables() if table.name in existing]
    if db.engine.dialect.name == "sqlite":
        _empty_sqlite(tables)
    else:
        _empty_postgresql(tables)
    epoch.bump()


def _empty_sqlite(tables: list[sa.Table]) -> None:
    execute = db.session.connection().exec_driver_sql
    triggers = execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _sql in triggers:
        execute(f'DROP TRIGGER "{name}"')
    execute("PRAGMA defer_foreign_keys=ON")
    for table in reversed(tables):
        execute(f'DELETE FROM "{table.name}"')  # noqa: S608 - names of our own tables
    for _name, sql in triggers:
        execute(sql)


def _empty_postgresql(tables: list[sa.Table]) -> None:
    execute = db.session.connection().exec_driver_sql
    for table in tables:
        execute(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
    names = ", ".join(f'"{table.name}"' for table in tables)
    execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    for table in tables:
        execute(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')


add_schedule(Schedule("advance_demo", advance, daily_at="00:10"))
