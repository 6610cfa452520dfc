"""What is asked once in a reading: the same question has the same answer until it ends."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console.db import db

T = TypeVar("T")
_KEPT, _HELD = "once", "held"


def read_once(key: Hashable, read: Callable[[], T]) -> T:
    """Return what *read* answers, asking it once in a reading; within a unit each time.

    For what several parts of one page need, under a key of the plugin's own. Nobody may change
    what it returns. It is forgotten with the transaction that it was read in.
    """
    session = db.session()
    if "unit" in session.info:
        return read()
    kept: dict[Hashable, Any] = session.info.setdefault(_KEPT, {})
    if key not in kept:
        kept[key] = read()
    return cast(T, kept[key])


@sa.event.listens_for(Session, "loaded_as_persistent")
def _hold(session: Session, row: Any) -> None:
    """Hold rows of the configuration to the end, which the session lets go of at once.

    A unit asks for the same store, service and person again and again; they are few.
    """
    if getattr(type(row), "remembered", False):
        session.info.setdefault(_HELD, []).append(row)


@sa.event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_KEPT, None)
        session.info.pop(_HELD, None)
