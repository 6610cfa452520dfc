"""`@unit`: the one way to write.

A function, not a `with` block, because it is run again when the database asks for it.
"""

from __future__ import annotations

import fcntl
import functools
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console.db import db
from console.failpoints import fail_point
from console.row_writing import Written

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 12
#: PostgreSQL: serialization failure, deadlock, lock timeout, and a server that goes or comes.
TRANSIENT = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03"}

_writers = threading.Lock()
_lock_files: dict[tuple[int, str], int] = {}


def unit(function: Callable[P, R]) -> Callable[P, R]:
    """Run *function* as one transaction that writes, or join the one that is running.

    The outermost unit takes the writer's lock, forgets what was read before (it is read again
    under the lock), commits once, and runs the whole again when the database reports a
    transient failure. Nothing in a unit may touch the network.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session()
        if "unit" in session.info:
            return function(*args, **kwargs)
        for attempt in range(ATTEMPTS):
            try:
                return _run_once(session, functools.partial(function, *args, **kwargs))
            except sa.exc.DBAPIError as problem:
                if not is_transient(problem) or attempt == ATTEMPTS - 1:
                    raise
            time.sleep(random.uniform(0, min(2.0, 0.005 * 2**attempt)))  # noqa: S311
        raise AssertionError("unreachable")

    return run


def in_unit() -> bool:
    """Tell whether a unit is running."""
    return "unit" in db.session().info


def after_commit(act: Callable[[], None]) -> None:
    """Call *act* once the running unit has committed; for caches, never for the network."""
    db.session().info["unit"].append(act)


def _run_once(session: Session, call: Callable[[], R]) -> R:
    session.rollback()  # ends the read transaction, which could not be upgraded
    with _writer(session.get_bind()):
        session.connection(execution_options={"console_writes": True})
        acts: list[Callable[[], None]] = []
        session.info["unit"] = acts
        session.info["locks"] = set()
        session.info["written"] = written = Written(session)
        try:
            result = call()
            session.flush()
            written.seal()
            fail_point("before_commit")
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            del session.info["unit"], session.info["locks"], session.info["written"]
    fail_point("after_commit")
    for act in acts:
        act()
    return result


@contextmanager
def _writer(bind: Any) -> Iterator[None]:
    """Queue for SQLite's only write lock in the kernel, which frees it on kill -9."""
    path = bind.url.database if bind.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    with _writers:
        fd = _open_lock(f"{path}.wlock")
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(fd, fcntl.LOCK_UN)


def _open_lock(path: str) -> int:
    key = (os.getpid(), path)  # a lock file opened before a fork would be shared with the child
    if key not in _lock_files:
        _lock_files[key] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return _lock_files[key]


def is_transient(problem: sa.exc.DBAPIError) -> bool:
    """Tell whether the same unit may succeed when it is run again."""
    state = getattr(problem.orig, "sqlstate", None)
    if state in TRANSIENT or (state or "").startswith("08") or problem.connection_invalidated:
        return True
    text = str(problem.orig).lower()
    return state is None and "database is locked" in text
