"""What people are told of their shifts, in the inbox of the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Shift
from plugins.salon.api import Staff, show_time

MINE = "/console/booking/my-shifts/"
#: Minutes after midnight; a person and a day.
Span = tuple[int, int]
Place = tuple[int, dt.date]


def show_span(span: Span | None) -> str:
    """Write hours; a dash for a day off."""
    return "–" if span is None else f"{show_time(span[0])}–{show_time(span[1])}"  # noqa: RUF001


def tell_published(store_id: int, shifts: Iterable[Shift]) -> int:
    """Tell everybody of her shifts that were published just now; return how many people."""
    by_person: dict[int, list[Shift]] = {}
    for shift in shifts:
        if shift.day_on >= api.now().date():
            by_person.setdefault(shift.staff_id, []).append(shift)
    users = users_of(by_person)
    for staff_id, user_id in users.items():
        mine = by_person[staff_id]
        api.notify(
            _("Your shifts until %(day)s are published", day=mine[-1].day_on),
            " · ".join(f"{shift.day_on:%m-%d} {show_span(shift.span)}" for shift in mine[:14]),
            url=MINE,
            user_id=user_id,
            key=f"booking.published:{store_id}:{staff_id}:{mine[0].day_on}",
        )
    return len(users)


def tell_changed(store_id: int, changes: Mapping[Place, tuple[Span | None, Span | None]]) -> None:
    """Tell everybody whose published hours to come have changed: before, and after."""
    today = api.now().date()
    moved = {p: spans for p, spans in changes.items() if spans[0] != spans[1] and p[1] >= today}
    users = users_of(staff_id for staff_id, _day in moved)
    for (staff_id, day), (before, after) in sorted(moved.items(), key=lambda each: each[0][1]):
        if staff_id in users:
            api.notify(
                _("Your shift on %(day)s has changed", day=day),
                f"{show_span(before)} → {show_span(after)}",
                url=MINE,
                user_id=users[staff_id],
                key=f"booking.shift:{store_id}:{staff_id}:{day}",
            )


def tell_taken_back(
    store_id: int, first_on: dt.date, last_on: dt.date, staff_ids: Iterable[int]
) -> None:
    """Tell people that the shifts of some days are being planned anew."""
    for staff_id, user_id in users_of(staff_ids).items():
        api.notify(
            _("Your shifts are being planned anew"),
            f"{first_on} – {last_on}",  # noqa: RUF001
            url=MINE,
            user_id=user_id,
            key=f"booking.published:{store_id}:{staff_id}:{first_on}",
        )


def users_of(staff_ids: Iterable[int]) -> dict[int, int]:
    """Return the users of those people who have one."""
    wanted = set(staff_ids)
    if not wanted:
        return {}
    rows = sa.select(Staff.id, Staff.user_id).where(
        Staff.id.in_(wanted), Staff.user_id.is_not(None)
    )
    users = api.db.session.execute(rows.order_by(Staff.id))
    return {number: int(user_id) for number, user_id in users if user_id is not None}
