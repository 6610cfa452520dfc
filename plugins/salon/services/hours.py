"""Opening hours: by weekday, with special days, and past midnight."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.salon.models import Hours, SpecialDay
from plugins.salon.models.stores import LATEST_CLOSE, MIDNIGHT

TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
#: From and to, in minutes after the day's local midnight.
Span = tuple[int, int]


@dataclass(frozen=True)
class Opening:
    """One stretch in which a store is open."""

    opens_at: dt.datetime
    closes_at: dt.datetime


def read_time(text: str) -> int:
    """Read a time of day such as 22:30 as minutes after midnight; raises `Refused`."""
    found = TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise api.Refused(_("Enter a time such as 10:00."))
    minutes = int(found[1]) * 60 + int(found[2])
    if int(found[2]) > 59 or minutes > MIDNIGHT:
        raise api.Refused(_("Enter a time such as 10:00."))
    return minutes


def read_span(opens: str, closes: str) -> Span:
    """Read opening and closing time; one that closes before it opens closes on the next day."""
    first, last = read_time(opens), read_time(closes)
    if first == MIDNIGHT:
        raise api.Refused(_("Enter a time such as 10:00."))
    if last <= first:
        last += MIDNIGHT
    if last > LATEST_CLOSE:
        raise api.Refused(_("A day can last until 12:00 on the next day at most."))
    return first, last


def show_time(minutes: int) -> str:
    """Write minutes after midnight as a time of day; the day after starts again at 00:00."""
    hours, rest = divmod(minutes, 60)
    return f"{hours - 24 if minutes > MIDNIGHT else hours:02}:{rest:02}"


def show_spans(spans: Sequence[Span]) -> str:
    """Write the openings of a day, or that there are none."""
    if not spans:
        return api.gettext("Closed")
    words = []
    for opens, closes in spans:
        words.append(f"{show_time(opens)}–{show_time(closes)}")  # noqa: RUF001
        if closes > MIDNIGHT:
            words[-1] = api.gettext("%(hours)s the next day", hours=words[-1])
    return api.gettext(", ").join(words)


def week_of(store_id: int) -> dict[int, list[Span]]:
    """Return a store's openings by weekday, 1 being Monday; a closing day is left out."""
    week: dict[int, list[Span]] = {}
    rows = sa.select(Hours).where(Hours.store_id == store_id).order_by(Hours.weekday, Hours.opens)
    for row in api.db.session.scalars(rows):
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    return week


@api.unit
def put_week(store_id: int, week: Mapping[int, Sequence[Span]]) -> None:
    """Set a store's weekly hours; raises `Refused` when two openings overlap."""
    spans = sorted(
        ((day - 1) * MIDNIGHT + opens, (day - 1) * MIDNIGHT + closes)
        for day, openings in week.items()
        for opens, closes in openings
    )
    around = [*spans, *((a + 7 * MIDNIGHT, b + 7 * MIDNIGHT) for a, b in spans[:1])]
    if any(this[1] > that[0] for this, that in itertools.pairwise(around)):
        raise api.Refused(_("Two openings overlap."))
    before = {str(day): openings for day, openings in week_of(store_id).items()}
    api.db.session.execute(sa.delete(Hours).where(Hours.store_id == store_id))
    api.raise_epoch()
    for day, openings in week.items():
        for opens, closes in openings:
            api.db.session.add(Hours(store_id=store_id, weekday=day, opens=opens, closes=closes))
    after = {str(day): list(openings) for day, openings in week.items()}
    store = api.db.session.get_one(api.Store, store_id)
    api.record_audit(
        "salon.hours_changed",
        store,
        before=before,
        after=after,
        store_id=store_id,
        title=_("Changed opening hours"),
    )


@api.unit
def add_special_day(
    store_id: int,
    first_on: dt.date,
    last_on: dt.date,
    span: Span | None,
    reason: str = "",
) -> SpecialDay:
    """Close a store on some days, or give it other hours on them; raises `Refused`."""
    if last_on < first_on:
        raise api.Refused(_("The last day lies before the first."))
    opens, closes = span or (None, None)
    day = SpecialDay(
        store_id=store_id,
        first_on=first_on,
        last_on=last_on,
        opens=opens,
        closes=closes,
        reason=reason,
    )
    api.db.session.add(day)
    api.db.session.flush()
    api.record_audit(
        "salon.special_day_added", day, store_id=store_id, title=_("Added a special day")
    )
    return day


@api.unit
def drop_special_day(store_id: int, number: int) -> None:
    """Let the weekday's hours hold again."""
    day = api.db.session.get(SpecialDay, number)
    if day is None or day.store_id != store_id:
        raise api.NotFound(_("There is no such day."))
    api.record_audit(
        "salon.special_day_dropped", day, store_id=store_id, title=_("Removed a special day")
    )
    api.db.session.delete(day)


def special_days(store_id: int, since: dt.date) -> list[SpecialDay]:
    """Return the special days of a store that have not passed."""
    rows = sa.select(SpecialDay).where(SpecialDay.store_id == store_id, SpecialDay.last_on >= since)
    return list(api.db.session.scalars(rows.order_by(SpecialDay.first_on, SpecialDay.opens)))


@dataclass(frozen=True)
class OpeningHours:
    """When a store is open: by weekday, 1 being Monday, and on special days."""

    week: Mapping[int, Sequence[Span]]
    #: First and last day with their opening, or None for closed.
    special: Sequence[tuple[dt.date, dt.date, Span | None]]

    def on(self, day: dt.date) -> list[Span]:
        """Return the openings of a day."""
        spans = [span for first, last, span in self.special if first <= day <= last]
        if not spans:
            return list(self.week.get(day.isoweekday(), ()))
        return [] if None in spans else [span for span in spans if span is not None]


def spans_between(store_id: int, first: dt.date, last: dt.date) -> dict[dt.date, list[Span]]:
    """Return the openings of each day, special days included, with one query in all."""
    hours = opening_hours(store_id, first)
    days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return {day: hours.on(day) for day in days}


def opening_hours(store_id: int, since: dt.date = dt.date.min) -> OpeningHours:
    """Return when a store is open, without special days that ended before *since*."""
    weekly = sa.select(
        Hours.weekday,
        sa.null().cast(sa.Date).label("first_on"),
        sa.null().cast(sa.Date).label("last_on"),
        Hours.opens.label("opens"),
        Hours.closes.label("closes"),
    ).where(Hours.store_id == store_id)
    special = sa.select(
        sa.literal(0), SpecialDay.first_on, SpecialDay.last_on, SpecialDay.opens, SpecialDay.closes
    ).where(SpecialDay.store_id == store_id, SpecialDay.last_on >= since)
    week: dict[int, list[Span]] = {}
    days: list[tuple[dt.date, dt.date, Span | None]] = []
    rows: Any = sa.union_all(weekly, special).order_by("first_on", "opens")
    for weekday, first, last, opens, closes in api.db.session.execute(rows):
        span = None if opens is None else (opens, closes)
        if first is not None:
            days.append((first, last, span))
        elif span is not None:
            week.setdefault(weekday, []).append(span)
    return OpeningHours(week, days)


def openings_on(store: api.Store, day: dt.date) -> list[Opening]:
    """Return when a store is open on a local day; the last may end on the day after."""
    zone = ZoneInfo(store.time_zone)
    spans = spans_between(store.id, day, day)[day]
    return [Opening(_moment(day, a, zone), _moment(day, b, zone)) for a, b in spans]


def is_open(store: api.Store, at: dt.datetime) -> bool:
    """Tell whether a store is open at a moment, be it since the evening before."""
    day = at.astimezone(ZoneInfo(store.time_zone)).date()
    openings = [
        *openings_on(store, day - dt.timedelta(days=1)),
        *openings_on(store, day),
    ]
    return any(o.opens_at <= at < o.closes_at for o in openings)


def _moment(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    clock = dt.datetime.combine(day, dt.time.min) + dt.timedelta(minutes=minutes)
    return clock.replace(tzinfo=zone).astimezone(dt.UTC)
