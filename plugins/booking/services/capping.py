"""The most bookings of members that begin at one time, where a store sets a limit."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from plugins.booking.models import LIVE, Visit
from plugins.booking.services.days import cell_at
from plugins.booking.services.rules import SLOT_CAP


def full_starts(store_id: int) -> list[int]:
    """Return the cells at which as many members' visits begin as the store takes at once."""
    cap = SLOT_CAP.get(store_id)
    if not cap:
        return []
    rows = (
        sa.select(Visit.starts_at)
        .where(
            Visit.store_id == store_id,
            Visit.source == "phone",
            Visit.status.in_(LIVE),
            sa.or_(Visit.hold_until.is_(None), Visit.hold_until > api.now()),
            Visit.starts_at > api.now(),
        )
        .group_by(Visit.starts_at)
        .having(sa.func.count(Visit.id) >= cap)
    )
    return [cell_at(moment) for moment in api.db.session.scalars(rows)]


def lock_cap(store_id: int) -> None:
    """Let bookings of members in a store with a limit wait for one another in this unit."""
    if SLOT_CAP.get(store_id):
        # A visit that is written meanwhile refers to the store: that must not wait for this lock.
        row = sa.select(api.Store.id).where(api.Store.id == store_id)
        api.db.session.execute(row.with_for_update(key_share=True))
