"""The control of booking's races: a console that looks in one transaction and writes in the next.

`python -m tests.faults.careless run` serves it, as `console run` does the real one. Who looks
locks nothing for who writes, and trusts what she saw; `lift_keys` takes from the database the
keys that would still refuse it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa

from console import api
from console.cli import main
from plugins.booking import public, public_classes
from plugins.booking.admin import classes as classes_pages
from plugins.booking.admin import desk, visits
from plugins.booking.models import Cell, GroupClass, Seat, Visit
from plugins.booking.services import booking, classes
from plugins.booking.services.claiming import drop_holds, release
from plugins.booking.services.seating import Seat as Found
from plugins.booking.services.seating import find_seat, locked_for

#: Seconds between looking and writing: as long as others need to look too.
PAUSE = 0.5
_seen: ContextVar[Any] = ContextVar("seen", default=None)


class Seen(Exception):
    """What somebody saw, on its way out of the unit in which she looked."""

    def __init__(self, what: Any) -> None:
        super().__init__()
        self.what = what


def careless(act: Callable[..., Any]) -> Callable[..., Any]:
    """Let an act look, wait, and do in a unit of its own what it saw."""

    @functools.wraps(act)
    def run(*args: Any, **more: Any) -> Any:
        try:
            return act(*args, **more)
        except Seen as seen:
            what = seen.what
        time.sleep(PAUSE)
        token = _seen.set(what)
        try:
            return act(*args, **more)
        finally:
            _seen.reset(token)

    return run


def find_as_seen(store_id: int, planned: Any, starts_at: Any, **more: Any) -> Found:
    """Look for a seat, or return the one that was seen whatever became of it."""
    seat: Found | None = _seen.get()
    if seat is None:
        raise Seen(find_seat(store_id, planned, starts_at, **more))
    moved, holds = more.get("moved"), more.get("holds") or ()
    if moved is not None:
        release([moved.visit_id], locked_for([moved.visit_id], [moved.day_on]), moved.since)
    given = [number for number, _day in holds]
    drop_holds(given, locked_for(given, [day for _hold, day in holds]))
    return seat


def class_as_seen(class_id: int) -> GroupClass:
    """Count the places of a class, or return it as if they were still free."""
    group = api.db.session.get_one(GroupClass, class_id)
    if _seen.get() is None and classes.places_left([group])[class_id]:
        rows = sa.select(sa.func.coalesce(sa.func.max(Seat.number), 0))
        raise Seen(1 + (api.db.session.scalar(rows.where(Seat.class_id == class_id)) or 0))
    return group


def sit_as_seen(group: GroupClass, visit: Visit) -> None:
    """Take the place that was seen."""
    number = _seen.get()
    if number is None:
        raise classes.Full(classes.classes_instead(group))
    values = {"class_id": group.id, "number": number, "visit_id": visit.id}
    api.db.session.execute(sa.insert(Seat).values(member_id=visit.member_id, **values))


def forget_care() -> None:
    """Put all that in the place of the real thing, in this process and those it starts."""
    changed: list[tuple[Any, str, Any]] = [
        (booking, "find_seat", find_as_seen),
        (classes, "lock_class", class_as_seen),
        (classes, "_sit", sit_as_seen),
    ]
    for pages, act in (
        (desk, "book_briefly"),
        (visits, "change_visit"),
        (classes_pages, "take_place"),
        (public, "keep_time"),
        (public, "send_or_book"),
        (public_classes, "send_place"),
    ):
        changed.append((pages, act, careless(getattr(pages, act))))
    for module, name, instead in changed:
        setattr(module, name, instead)


def lift_keys() -> None:
    """Take the primary keys of cells and places from the database, SQLite's with their table."""
    for model in (Cell, Seat):
        table: sa.Table = model.__table__
        with api.db.engine.connect().execution_options(console_writes=True) as connection:
            if connection.dialect.name == "postgresql":
                key = sa.inspect(connection).get_pk_constraint(table.name)["name"]
                connection.execute(sa.text(f"ALTER TABLE {table.name} DROP CONSTRAINT {key}"))
            else:
                copy = f"CREATE TABLE bare AS SELECT * FROM {table.name}"
                for step in (
                    copy,
                    f"DROP TABLE {table.name}",
                    f"ALTER TABLE bare RENAME TO {table.name}",
                ):
                    connection.execute(sa.text(step))
            connection.commit()


if __name__ == "__main__":
    forget_care()
    main()
