"""Whether this installation is well: for load balancers, and for `console check`."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable

import sqlalchemy as sa
from flask import Response, current_app, jsonify

from console import clock, migrate, rights
from console.db import db
from console.host.attempt import attempt
from console.outbox import Delivery
from console.security.guard import open_to
from console.surroundings import nearest_folder
from console.worker import Worker

#: The part of the disk that should stay free.
FREE = 0.05
OLDEST_EVENT = dt.timedelta(minutes=15)
OLDEST_BEAT = dt.timedelta(minutes=1)
OLDEST_SERVER = 130_000


class Unwell(Exception):
    """One check failed; the message says how."""


#: What may be said aloud; other failures only by their name.
SPEAKING = (Unwell, migrate.NewerSchema, migrate.BadHistory)


@open_to("anyone")
def answer_alive() -> Response:
    """Say that the process lives; asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain")


@open_to("anyone")
def answer_ready() -> Response:
    """Say whether the console can work now, and which checks failed; 503 if any did."""
    failed = examine()
    if failed:
        current_app.logger.warning("not ready: %s", failed)
    answer = jsonify(ready=not failed, failed=sorted(failed))
    answer.status_code = 503 if failed else 200
    return answer


def examine() -> dict[str, str]:
    """Run all checks and return what is wrong, by name."""
    failed: dict[str, str] = {}
    for name, check in CHECKS.items():
        problem = attempt(check)
        db.session.rollback()
        if problem is not None:
            failed[name] = str(problem) if isinstance(problem, SPEAKING) else type(problem).__name__
    return failed


def advise() -> list[str]:
    """Return what is allowed but should be known of the database."""
    manifests = current_app.extensions["console"].manifests
    with db.engine.connect() as connection:
        tables = rights.rewritable(connection, rights.kept_tables(manifests.values()))
    if not tables:
        return []
    shown = ", ".join(tables[:3]) + (" …" if len(tables) > 3 else "")
    return [
        f"the database role may rewrite what is only added to ({shown});"
        " `console grants ROLE` makes one that may not"
    ]


def _check_database() -> None:
    """Write and take it back."""
    with db.engine.connect().execution_options(console_writes=True) as connection:
        row = sa.table("console_epoch", sa.column("number"))
        connection.execute(sa.update(row).values(number=row.c.number))
        connection.rollback()


def _check_server() -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            version = connection.scalar(sa.text("SELECT current_setting('server_version_num')"))
            if int(version) < OLDEST_SERVER:
                raise Unwell("PostgreSQL 13 or later is needed")


def _check_tables() -> None:
    manifests = current_app.extensions["console"].manifests
    with db.engine.connect() as connection:
        for history in migrate.histories_of(manifests):
            if history.pending(connection):
                raise Unwell(f"the tables of {history.name} are not up to date")
            lost = history.lost_triggers(connection)
            if lost:
                raise Unwell(f"{history.name} lost its triggers {', '.join(sorted(lost))}")


def _check_disk() -> None:
    disk = shutil.disk_usage(nearest_folder(current_app.extensions["console_config"].instance))
    if disk.free < FREE * disk.total:
        raise Unwell("the disk is nearly full")


def _check_events() -> None:
    active = [mounted.name for mounted in current_app.extensions["console"].active()]
    waiting = sa.select(sa.func.min(Delivery.due_at)).where(Delivery.state == "waiting")
    oldest = db.session.scalar(waiting.where(Delivery.plugin.in_(active)))
    if oldest is not None and clock.now() - oldest > OLDEST_EVENT:
        raise Unwell("events wait for too long")


def _check_worker() -> None:
    seen = db.session.scalar(sa.select(Worker.seen_at))
    if seen is None or clock.now() - seen > OLDEST_BEAT:
        raise Unwell("the worker is not at work")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "disk": _check_disk,
    "events": _check_events,
    "server": _check_server,
    "tables": _check_tables,
    "worker": _check_worker,
}
