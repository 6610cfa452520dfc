"""The page of free times: a month of days, and the times of one of them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.booking.forms import day_of, number_of, text_of
from plugins.booking.models import Shift, Visit
from plugins.booking.public_lines import lines_of_choice, sum_of
from plugins.booking.public_routes import (
    chosen,
    kept_fields,
    link,
    local_day,
    member_id,
    month_words,
    most_people,
    people_here,
    show,
    weekday_letters,
)
from plugins.booking.services.claiming import Taken
from plugins.booking.services.keeping import kept_for
from plugins.booking.services.offering import percent_for
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.rules import HORIZON, LEAD
from plugins.booking.services.showing import clock_of
from plugins.salon.api import Staff, StoreProfile, spans_between

#: Until which hour of the day a time is listed under each of these.
PARTS = (
    (12, api.lazy_pgettext("part of the day", "Morning")),
    (18, api.lazy_pgettext("part of the day", "Afternoon")),
    (48, api.lazy_pgettext("part of the day", "Evening")),
)
Times = Mapping[dt.date, Sequence[dt.datetime]]


@dataclass(frozen=True)
class DayMark:
    """A day of the month as it is drawn: free, full, closed, or none that she can book."""

    day: dt.date
    state: str
    count: int = 0


@dataclass(frozen=True)
class Month:
    """A month that she looks at, within the days that can be booked."""

    first: dt.date
    today: dt.date
    last: dt.date

    @property
    def bookable(self) -> tuple[dt.date, dt.date]:
        """Its first and its last day that can be booked; none where the last lies before."""
        return max(self.first, self.today), min(self.end, self.last)

    @property
    def end(self) -> dt.date:
        """Its last day."""
        days = calendar.monthrange(self.first.year, self.first.month)[1]
        return self.first.replace(day=days)

    @property
    def earlier(self) -> dt.date | None:
        """The month before, if a day of it can be booked."""
        return None if self.first <= self.today else _first(self.first - dt.timedelta(days=1))

    @property
    def later(self) -> dt.date | None:
        """The month after, if a day of it can be booked."""
        following = self.end + dt.timedelta(days=1)
        return following if following <= self.last else None


def show_times(store: api.Store, wishes: Sequence[Wish], problem: api.Refused | None = None) -> Any:
    """Draw the free times; what was refused stands above them, with the nearest free times."""
    month, times, refused = _read(store, wishes)
    problem = problem or refused
    opened = day_of("day", month.first)
    if not times.get(opened):
        opened = next((day for day, free in times.items() if free), opened)
    who, staff_id = member_id(), number_of("staff")
    staff = api.db.session.get(Staff, staff_id) if staff_id else None
    kept = kept_for(who) if who is not None else None
    return show(
        "when",
        problem,
        store=store,
        profile=api.db.session.get(StoreProfile, store.id),
        month=month,
        weeks=_weeks(store, month, times),
        opened=opened,
        parts=_parts(times.get(opened, ()), store.time_zone),
        clock_of=clock_of,
        local_day=local_day,
        link=link,
        staff=staff,
        party=_party(staff, who),
        others=problem.alternatives if isinstance(problem, Taken) else (),
        kept=kept if kept is not None and kept.store_id == store.id else None,
        hidden=_hidden(store),
        rules=rules_of(store),
        month_words=month_words,
        weekdays=weekday_letters(),
    )


def _party(staff: Staff | None, who: int | None) -> dict[str, Any] | None:
    """Say how many come and may come, how long it takes, and what it costs each and together.

    A booking that moves keeps how many come.
    """
    if number_of("visit") or most_people() < 2:
        return None
    picked, people, percent = chosen(), people_here(), percent_for(who)
    each = lines_of_choice(picked, percent, None if people > 1 else staff)
    return {
        "people": people,
        "most": most_people(),
        "minutes": sum(line.minutes for line in each),
        "each": sum_of(each),
        "together": sum_of(lines_of_choice(picked, percent, staff, people)),
    }


def rules_of(store: api.Store) -> str:
    """Say in words how far ahead members book."""
    lead, horizon = LEAD.get(store.id), HORIZON.get(store.id)
    if not lead:
        return api.gettext("You can book up to %(days)s days ahead.", days=horizon)
    return api.gettext(
        "You can book from %(ahead)s ahead, up to %(days)s days.",
        ahead=span_words(lead),
        days=horizon,
    )


def span_words(minutes: int) -> str:
    """Write a length of time as people say it."""
    if minutes >= 60 and minutes % 60 == 0:
        return api.ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return api.ngettext("%(num)s minute", "%(num)s minutes", minutes)


def _read(store: api.Store, wishes: Sequence[Wish]) -> tuple[Month, Times, api.Refused | None]:
    """Read the month that was asked for, else the first one with a free time."""
    today = api.today(store.time_zone)
    last = today + dt.timedelta(days=HORIZON.get(store.id))
    asked = day_of("day", today)
    wanted = _first(day_of("month", asked) if text_of("month") else asked)
    month, moved = Month(min(max(wanted, _first(today)), _first(last)), today, last), _moved()
    try:
        times = _times(store, wishes, month, moved)
        asks = text_of("month") or text_of("day")
        while not asks and month.later and not any(times.values()):
            month = Month(month.later, today, last)
            times = _times(store, wishes, month, moved)
    except api.Refused as refused:
        return month, {}, refused
    return month, times, None


def _times(store: api.Store, wishes: Sequence[Wish], month: Month, moved: Visit | None) -> Times:
    """Return the free times of a month; a booking that moves is not in its own way."""
    number = moved.id if moved is not None else None
    times = free_times(store.id, wishes, *month.bookable, by_member=True, moved=number)
    if moved is None:
        return times
    return {day: [one for one in free if one != moved.starts_at] for day, free in times.items()}


def _moved() -> Visit | None:
    """Return the booking that is to get another time, if it is of whoever looks."""
    who, number = member_id(), number_of("visit")
    visit = api.db.session.get(Visit, number) if number and who is not None else None
    return visit if visit is not None and visit.member_id == who else None


def _weeks(store: api.Store, month: Month, times: Times) -> list[list[DayMark | None]]:
    """Return the weeks of a month that are not over; days of other months are left blank."""
    openings = spans_between(store.id, *month.bookable)
    planned = _days_planned(store.id, month)
    grid = calendar.Calendar().monthdatescalendar(month.first.year, month.first.month)
    return [
        [_mark(day, month, times, planned, openings) for day in week]
        for week in grid
        if week[-1] >= month.today
    ]


def _mark(
    day: dt.date,
    month: Month,
    times: Times,
    planned: Collection[dt.date],
    openings: Mapping[dt.date, Any],
) -> DayMark | None:
    if day.month != month.first.month:
        return None
    if not month.today <= day <= month.last:
        return DayMark(day, "")
    free = len(times.get(day, ()))
    if free:
        return DayMark(day, "free", free)
    if not openings.get(day):
        return DayMark(day, "closed")
    return DayMark(day, "full" if day in planned else "")


def _days_planned(store_id: int, month: Month) -> set[dt.date]:
    """Return the days of a month on which somebody is on a published roster."""
    first, last = month.bookable
    rows = sa.select(Shift.day_on).where(
        Shift.store_id == store_id,
        Shift.day_on.between(first, last),
        Shift.published,
        Shift.begins.is_not(None),
    )
    return set(api.db.session.scalars(rows.distinct()))


def _parts(free: Sequence[dt.datetime], zone: str) -> Iterator[tuple[Any, list[dt.datetime]]]:
    """Yield the times of a day by morning, afternoon and evening."""
    begins = 0
    for ends, label in PARTS:
        found = [m for m in free if begins <= _hour(m, free[0], zone) < ends]
        if found:
            yield label, found
        begins = ends


def _hour(moment: dt.datetime, first: dt.datetime, zone: str) -> int:
    """Return the hour, which goes on counting past midnight."""
    local, start = moment.astimezone(ZoneInfo(zone)), first.astimezone(ZoneInfo(zone))
    return local.hour + 24 * (local.date() > start.date())


def _hidden(store: api.Store) -> list[tuple[str, Any]]:
    """Return what the form of the times brings along."""
    return [("store", store.id), *(pair for pair in kept_fields() if pair[0] != "store")]


def _first(day: dt.date) -> dt.date:
    return day.replace(day=1)
