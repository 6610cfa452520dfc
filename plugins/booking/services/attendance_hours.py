"""Hours of people on days: what was planned, what was worked, and what does not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Leave, Shift, Stint
from plugins.salon.api import Staff

GRACE = api.Setting(
    "booking.attendance_grace",
    _("Minutes that count neither as late nor as early"),
    5,
    least=0,
    most=60,
    per_store=True,
)
MARKS = {
    "late": _("late"),
    "early": _("left early"),
    "missing": api.lazy_pgettext("attendance", "missing"),
    "open": _("not checked out"),
    "unplanned": _("not on the roster"),
    "leave": _("on leave"),
}
M = TypeVar("M", Shift, Stint)
Span = tuple[dt.datetime, dt.datetime]
#: A person and a day.
Place = tuple[int, dt.date]


@dataclass
class DayHours:
    """One person's day: her shift, when she was at work, and what does not agree."""

    staff_id: int
    day: dt.date
    shift: Span | None = None
    planned: int = 0
    worked: int = 0
    late: int = 0
    early: int = 0
    stints: list[Stint] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)


def hours_between(
    store: api.Store, first_on: dt.date, last_on: dt.date, staff_ids: Iterable[int] | None = None
) -> dict[Place, DayHours]:
    """Return the days of a store on which somebody was to work, or did; of some people or all.

    Breaks of the roster count neither as planned nor as worked.
    """
    shifts = _of(Shift, store.id, first_on, last_on, staff_ids).where(
        Shift.published.is_(True), Shift.begins.is_not(None)
    )
    stints = _of(Stint, store.id, first_on, last_on, staff_ids).order_by(Stint.came_at)
    planned = {(each.staff_id, each.day_on): each for each in api.db.session.scalars(shifts)}
    worked: dict[Place, list[Stint]] = {}
    for stint in api.db.session.scalars(stints):
        worked.setdefault((stint.staff_id, stint.day_on), []).append(stint)
    places = sorted(planned.keys() | worked.keys())
    away = _leaves({staff_id for staff_id, _day in places})
    return {
        place: _day(store, place, planned.get(place), worked.get(place, []), away)
        for place in places
    }


def totals_of(days: Iterable[DayHours]) -> dict[int, DayHours]:
    """Return the sums of each person, as a day without a shift."""
    found: dict[int, DayHours] = {}
    for each in days:
        total = found.setdefault(each.staff_id, DayHours(each.staff_id, each.day))
        total.planned += each.planned
        total.worked += each.worked
        total.late += each.late
        total.early += each.early
        total.marks += each.marks
    return found


def show_minutes(minutes: int) -> str:
    """Write minutes as hours and minutes."""
    return f"{minutes // 60}:{minutes % 60:02}"


def _day(
    store: api.Store,
    place: Place,
    shift: Shift | None,
    stints: Sequence[Stint],
    away: Mapping[int, Sequence[Span]],
) -> DayHours:
    staff_id, day = place
    now, zone = api.now(), ZoneInfo(store.time_zone)
    found = DayHours(staff_id, day, stints=list(stints))
    today = api.business_day(now, store.time_zone, store.cut_off_minutes)
    open_ = next((each for each in stints if each.left_at is None), None)
    rests = [_moments(day, span, zone) for span in shift.rests] if shift is not None else []
    for each in stints:
        end = each.left_at or (now if day == today else each.came_at)
        found.worked += _minutes([(each.came_at, end)], rests)
    if open_ is not None and day < today:
        found.marks.append("open")
    if shift is None or shift.span is None:
        found.marks.append("unplanned")
        return found
    found.shift = _moments(day, shift.span, zone)
    found.planned = _minutes([found.shift], [*rests, *away.get(staff_id, ())])
    if not found.planned:
        found.marks.append("leave")
        return found
    _compare(
        found, found.shift, away.get(staff_id, ()), dt.timedelta(minutes=GRACE.get(store.id)), now
    )
    return found


def _compare(
    found: DayHours, shift: Span, away: Sequence[Span], grace: dt.timedelta, now: dt.datetime
) -> None:
    """Mark what does not agree with the shift, less the leave at its ends."""
    begins, ends = shift
    for first, last in away:
        if first <= begins < last:
            begins = last
        if first < ends <= last:
            ends = first
    if not found.stints:
        if now > begins + grace:
            found.marks.append("missing")
        return
    came, left = found.stints[0].came_at, found.stints[-1].left_at
    if came > begins + grace:
        found.late = int((came - begins).total_seconds()) // 60
        found.marks.append("late")
    if left is not None and left < ends - grace and now > ends:
        found.early = int((ends - left).total_seconds()) // 60
        found.marks.append("early")


def _of(
    model: type[M],
    store_id: int,
    first_on: dt.date,
    last_on: dt.date,
    staff_ids: Iterable[int] | None,
) -> sa.Select[M]:
    rows = sa.select(model).where(
        model.store_id == store_id, model.day_on.between(first_on, last_on)
    )
    return rows if staff_ids is None else rows.where(model.staff_id.in_(staff_ids))


def _leaves(staff_ids: Iterable[int]) -> dict[int, list[Span]]:
    rows = sa.select(Leave.staff_id, Leave.starts_at, Leave.ends_at).where(
        Leave.state == "approved", Leave.staff_id.in_(staff_ids)
    )
    found: dict[int, list[Span]] = {}
    for staff_id, starts_at, ends_at in api.db.session.execute(rows):
        found.setdefault(staff_id, []).append((starts_at, ends_at))
    return found


def _moments(day: dt.date, span: tuple[int, int], zone: ZoneInfo) -> Span:
    midnight = dt.datetime.combine(day, dt.time(), zone)
    first, last = (
        (midnight + dt.timedelta(minutes=minutes)).astimezone(dt.UTC) for minutes in span
    )
    return first, last


def _minutes(spans: Iterable[Span], less: Iterable[Span]) -> int:
    """Return how many minutes spans last outside of others, which do not overlap."""
    total = dt.timedelta()
    taken = list(less)
    for first, last in spans:
        total += last - first
        for begins, ends in taken:
            both = min(last, ends) - max(first, begins)
            total -= max(both, dt.timedelta())
    return max(0, int(total.total_seconds()) // 60)


def names_of(staff_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of people, in their order."""
    rows = sa.select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)).order_by(Staff.name)
    return dict(api.db.session.execute(rows).all())
