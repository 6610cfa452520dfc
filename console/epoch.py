"""One number that says whether what a worker remembers of the configuration is still true.

Plugin states, settings, roles and stores are read once and kept; whoever changes them calls
`bump()` in the same unit, and every worker reads them again at its next request.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, column, db
from console.unit import after_commit


class Epoch(Model):
    """A single row, raised by every change of the configuration."""

    __tablename__ = "console_epoch"
    scope = CHAIN
    id: Mapped[int] = column("id", primary_key=True, autoincrement=False)
    number: Mapped[int] = column("number")


_READ = sa.select(Epoch.__table__.c.number).where(Epoch.__table__.c.id == 1)


def read() -> int:
    """Return the current number."""
    return db.session.connection().scalar(_READ) or 0


def bump() -> None:
    """Make every worker read the configuration again; call it in the unit that changes it."""
    g.console_epoch_raised = True
    after_commit(_forget)
    raised = sa.update(Epoch).where(Epoch.id == 1).values(number=Epoch.number + 1)
    if not db.session.execute(raised).rowcount:  # type: ignore[attr-defined]
        db.session.execute(sa.insert(Epoch).values(id=1, number=1))


def _forget() -> None:
    g.pop("console_epoch", None)
    g.pop("console_epoch_raised", None)
