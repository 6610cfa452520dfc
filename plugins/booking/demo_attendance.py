"""The attendance of the demo: most people come in time, somebody is late, one forgets to go."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Shift, Stint
from plugins.booking.permissions_attendance import SEE_HOURS

A_DAY = dt.timedelta(days=1)
BACK = 6
#: Minutes after the beginning and the end of the shift, in turn; None: did not come, or stays.
CAME: tuple[int | None, ...] = (-6, -2, 3, -11, -1, 17, -4, 0, -9, -8, None, 1, -3)
LEFT: tuple[int | None, ...] = (4, 12, 2, 7, 1, -38, 9, 5, 3, 8, 6, 15, 2, None, 10, 4, 1)


@api.unit
def load() -> None:
    """Note who was at work on the last days and today in every store."""
    now = api.now()
    for store in api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all():
        today = api.business_day(now, store.time_zone, store.cut_off_minutes)
        rows = sa.select(Shift).where(
            Shift.store_id == store.id,
            Shift.day_on.between(today - BACK * A_DAY, today),
            Shift.published.is_(True),
            Shift.begins.is_not(None),
        )
        shifts = api.db.session.scalars(rows.order_by(Shift.day_on, Shift.staff_id)).all()
        for number, shift in enumerate(shifts):
            stint = _stint(shift, number, store, now)
            if stint is not None:
                api.db.session.add(stint)
        api.db.session.flush()


def _stint(shift: Shift, number: int, store: api.Store, now: dt.datetime) -> Stint | None:
    came, left = CAME[number % len(CAME)], LEFT[number % len(LEFT)]
    if shift.span is None or came is None:
        return None
    midnight = dt.datetime.combine(shift.day_on, dt.time(), ZoneInfo(store.time_zone))
    begins, ends = ((midnight + dt.timedelta(minutes=m)).astimezone(dt.UTC) for m in shift.span)
    came_at = begins + dt.timedelta(minutes=came)
    left_at = ends + dt.timedelta(minutes=left) if left is not None else None
    if came_at > now:
        return None
    over = left_at is not None and left_at <= now
    return Stint(
        store_id=store.id,
        staff_id=shift.staff_id,
        day_on=shift.day_on,
        came_at=came_at,
        came_by="code",
        came_near=True if number % 3 else None,
        left_at=left_at if over else None,
        left_by="code" if over else None,
        left_near=True if over and number % 4 else None,
    )


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "attendance",
            _("See who was at work, and when"),
            "/console/booking/attendance/",
            SEE_HOURS,
        ),
    ),
)
