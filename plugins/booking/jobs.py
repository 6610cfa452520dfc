"""What booking does by the clock."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Cell, ResourceDay, Visit
from plugins.booking.permissions import REVIEW_VISITS
from plugins.booking.services.claiming import check_days, claimed_keys, drop_holds, lock_days
from plugins.booking.services.days import cell_at
from plugins.booking.services.proposing import lapse_proposals, visits_proposed
from plugins.booking.services.rating import ask_for_ratings
from plugins.booking.services.rules import ALERT
from plugins.booking.services.telling import remind_guests

#: Cells and bits of so many days back are kept; claims stay for good.
KEPT_DAYS = 2


@api.unit
def alert_reviews() -> None:
    """Ring again for bookings that wait for review for too long; may be repeated."""
    late = api.now() - dt.timedelta(minutes=ALERT.get())
    waiting = sa.select(Visit).where(
        Visit.status == "pending", Visit.booked_at <= late, Visit.id.not_in(visits_proposed())
    )
    for visit in api.db.session.scalars(waiting.order_by(Visit.id)):
        api.notify(
            _("%(name)s still waits for her booking to be reviewed", name=visit.guest_name),
            url=f"/console/booking/visits/{visit.id}/",
            store_id=visit.store_id,
            permission=REVIEW_VISITS,
            todo=True,
            key=f"booking.review:{visit.id}",
        )


@api.unit
def tidy() -> None:
    """Forget lapsed holds, and the cells of days that have passed; may be repeated."""
    holds = sa.select(Visit).where(Visit.status == "hold", Visit.hold_until <= api.now())
    for visit in api.db.session.scalars(holds.order_by(Visit.id)).all():
        drop_holds([visit.id], lock_days(claimed_keys([visit.id]), [visit.day_on]))
    since = api.now() - dt.timedelta(days=KEPT_DAYS)
    api.db.session.execute(sa.delete(Cell).where(Cell.cell < cell_at(since - dt.timedelta(days=2))))
    api.db.session.execute(
        sa.delete(ResourceDay).where(ResourceDay.day_on < since.date() - dt.timedelta(days=1))
    )


def check_all_days() -> None:
    """Tell the stores whose bits and cells do not agree; nobody's booking depends on it."""
    rows = sa.select(ResourceDay.store_id, ResourceDay.day_on).distinct()
    coming = rows.where(ResourceDay.day_on >= api.now().date())
    for store_id, day in api.db.session.execute(coming).all():
        if check_days(store_id, day):
            _report(store_id)


@api.unit
def _report(store_id: int) -> None:
    api.notify(
        _("Free times of a store do not agree with its bookings"),
        store_id=store_id,
        permission=REVIEW_VISITS,
        todo=True,
        key=f"booking.check:{store_id}",
    )


SCHEDULES = (
    api.Schedule("booking.remind", remind_guests, every=dt.timedelta(minutes=5)),
    api.Schedule("booking.rate", ask_for_ratings, every=dt.timedelta(minutes=5)),
    api.Schedule("booking.alert", alert_reviews, every=dt.timedelta(minutes=5)),
    api.Schedule("booking.lapse", lapse_proposals, every=dt.timedelta(minutes=5)),
    api.Schedule("booking.tidy", tidy, daily_at="03:10"),
    api.Schedule("booking.check", check_all_days, daily_at="03:20"),
)
