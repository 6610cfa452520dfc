"""Sending a booking of a time that was kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from console import api
from console.api import _
from plugins.booking.models import Visit
from plugins.booking.services.booking import announce, first_status
from plugins.booking.services.classes import class_of
from plugins.booking.services.guests import check_count, count_open, open_of
from plugins.booking.services.rules import MOST_OPEN
from plugins.membership.api import active_name


@api.unit
def submit(key: str, *, note: str = "") -> Visit:
    """Make a booking of the time that was kept under *key*; sent twice it is done once.

    Raises `Conflict` when the time was kept for too long.
    """
    visit = lock_kept(key)
    if visit is None:
        raise api.Conflict(_("The time was kept for too long. Please choose again."))
    return book_kept(visit, note, of_class=class_of(visit.id) is not None)


def lock_kept(key: str) -> Visit | None:
    """Lock the visit of a key until the unit ends; None if its time was kept for too long."""
    found: Visit | None = api.db.session.scalar(_KEPT, {"key": key, "now": api.now()})
    return found


_KEPT = (
    sa.select(Visit)
    .where(
        Visit.key == sa.bindparam("key"),
        sa.or_(Visit.hold_until.is_(None), Visit.hold_until > sa.bindparam("now")),
    )
    .with_for_update()
    .execution_options(populate_existing=True)
)


def book_kept(visit: Visit, note: str, *, of_class: bool = False) -> Visit:
    """Make a booking of a locked visit unless it is one; a place in a class is not reviewed."""
    if visit.status != "hold":
        return visit
    member_id = visit.member_id if visit.source == "phone" else None
    if member_id is not None:
        active_name(member_id, locked=True)
    reviewed = visit.source == "phone" and not of_class
    values = {
        "status": first_status(visit.store_id, by_member=reviewed),
        "hold_until": None,
        "booked_at": api.now(),
        "note": note.strip()[:500] or visit.note,
        "version": visit.version + 1,
    }
    _put_booked(visit, values, member_id or 0)
    announce(visit.id, visit.member_id)
    return visit


def _put_booked(visit: Visit, values: Mapping[str, Any], member_id: int) -> None:
    """Write a booking if its member, who is locked, may have one more; raises `Refused`.

    Past the session, whose own way to change one row costs as much as three queries.
    """
    most = MOST_OPEN.get(visit.store_id)
    asked = {"number": visit.id, "member": member_id, "most": most, "now": api.now()}
    told = {f"to_{name}": value for name, value in values.items()}
    if not api.db.session.connection().execute(_BOOK_KEPT, {**asked, **told}).rowcount:
        check_count(max(most, count_open(member_id)), visit.store_id)
    for name, value in values.items():
        set_committed_value(visit, name, value)


def _booking_kept() -> Any:
    """Build once what is asked for with every booking of a kept time."""
    visit, other = Visit.__table__, Visit.__table__.alias()
    names = ("status", "hold_until", "booked_at", "note", "version")
    few = open_of(other).scalar_subquery() < sa.bindparam("most")
    return (
        sa.update(visit)
        .where(visit.c.id == sa.bindparam("number"), few)
        .values({name: sa.bindparam(f"to_{name}", type_=visit.c[name].type) for name in names})
    )


_BOOK_KEPT = _booking_kept()
