"""How many places a class has, changed after it was planned."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import GroupClass, Seat
from plugins.booking.services.classes import drop_lapsed_places, lock_class
from plugins.booking.services.waiting_offers import serve_waiting


@api.unit
def set_places(class_id: int, capacity: int) -> GroupClass:
    """Give a class more places or fewer, never fewer than are taken; who waits is served.

    Raises `Refused`.
    """
    group = lock_class(class_id)
    if group.cancelled_at is not None:
        raise api.Conflict(_("This class was cancelled."))
    if not 1 <= capacity <= 200:
        raise api.Refused(_("A class has between one and 200 places."))
    drop_lapsed_places(group)
    taken = _draw_together(class_id)
    if capacity < taken:
        raise api.Conflict(_("%(count)s places of this class are taken.", count=taken))
    before, group.capacity = group.capacity, capacity
    api.db.session.flush()
    if capacity != before:
        api.record_audit(
            "booking.class_places",
            group,
            before={"capacity": before},
            after={"capacity": capacity},
            title=_("Changed the places of a class: %(name)s", name=group.title),
        )
    if capacity > before:
        serve_waiting(group.store_id)
    return group


def _draw_together(class_id: int) -> int:
    """Number the places that are taken from one on, and return how many there are."""
    rows = sa.select(Seat.number).where(Seat.class_id == class_id).order_by(Seat.number)
    numbers = api.db.session.scalars(rows).all()
    for place, number in enumerate(numbers, 1):
        if place != number:
            moved = sa.update(Seat).where(Seat.class_id == class_id, Seat.number == number)
            api.db.session.execute(moved.values(number=place))
    return len(numbers)


def places_of_classes(visit_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return how many places are taken, and how many there are, by the visits of classes."""
    from_seats = (
        sa.select(GroupClass.visit_id, sa.func.count(Seat.number), GroupClass.capacity)
        .join(Seat, Seat.class_id == GroupClass.id, isouter=True)
        .where(GroupClass.visit_id.in_(visit_ids))
        .group_by(GroupClass.visit_id, GroupClass.capacity)
    )
    return {row[0]: (row[1], row[2]) for row in api.db.session.execute(from_seats)}
