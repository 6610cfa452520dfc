"""Statement files that somebody sent and of which nothing was taken in yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from plugins.cashier.permissions import RECONCILE

#: So long a file waits; then it is as if it had been discarded.
KEPT = dt.timedelta(days=30)


def keep_statement(content: bytes, name: str) -> api.StoredFile:
    """Keep a file until it is taken in or discarded; call it outside any unit."""
    return api.keep_file(content, name, kind="sheet", needs=RECONCILE)


def files_waiting() -> Sequence[api.StoredFile]:
    """Return the files that this person sent and neither took in nor discarded, latest first."""
    mine = _waiting().where(api.StoredFile.created_by == api.actor().user_id)
    return api.db.session.scalars(mine.order_by(api.StoredFile.id.desc())).all()


@api.unit
def drop_old_files() -> None:
    """Remove the bytes of files that nobody came back to for thirty days."""
    old = _waiting().where(api.StoredFile.created_at < api.now() - KEPT)
    for file in api.db.session.scalars(old).all():
        api.drop_bytes(file)


def _waiting() -> sa.Select[api.StoredFile]:
    return sa.select(api.StoredFile).where(
        api.StoredFile.kind == "sheet",
        api.StoredFile.needs == RECONCILE.key,
        api.StoredFile.size > 0,
    )
