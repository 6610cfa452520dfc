"""Visits as calendars read them (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa

from console import api
from plugins.booking.models import Act, Item, Visit
from plugins.booking.services.showing import services_of, staff_of, title_of
from plugins.salon.api import StoreProfile

LONGEST_LINE = 74
GONE = ("cancelled", "rejected", "no_show")


def write_calendar(visit: Visit) -> str:
    """Write a visit as a calendar file; a cancelled one takes itself out of the calendar."""
    gone = visit.status in GONE
    facts = [("SUMMARY", services_of(visit))]
    return _write(
        [f"METHOD:{'CANCEL' if gone else 'PUBLISH'}"],
        [_event(visit, api.now(), facts, _place(visit))],
    )


def write_feed(
    title: str,
    visits: Iterable[Visit],
    changed: dict[int, dt.datetime],
    *,
    names: bool,
    staff_id: int | None,
) -> str:
    """Write the visits of a technician or a store as a calendar that is read again and again.

    It holds no phone numbers, and names of guests only with *names*.
    """
    events = []
    for visit in visits:
        mine = [item for item in visit.items if staff_id in (None, item.staff_id)]
        what = api.gettext(", ").join(title_of(item) for item in mine)
        who = visit.guest_name if names else ""
        facts = [("SUMMARY", " · ".join(part for part in (what, who) if part))]
        if staff_id is None:
            facts.append(("DESCRIPTION", staff_of(visit)))
        moment = changed.get(visit.id, visit.booked_at)
        events.append(_event(visit, moment, facts, visit.store.name, mine if staff_id else None))
    head = [f"X-WR-CALNAME:{_text(title)}", "REFRESH-INTERVAL;VALUE=DURATION:PT15M"]
    return _write(head, events)


def changes_of(visits: Iterable[Visit]) -> dict[int, dt.datetime]:
    """Return when something was last done with each of some visits."""
    rows = sa.select(Act.visit_id, sa.func.max(Act.done_at)).where(
        Act.visit_id.in_([visit.id for visit in visits])
    )
    return dict(api.db.session.execute(rows.group_by(Act.visit_id)).all())


def _write(head: list[str], events: list[list[str]]) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//salon-console//booking//EN",
        "CALSCALE:GREGORIAN",
        *head,
        *(line for event in events for line in event),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(
    visit: Visit,
    changed: dt.datetime,
    facts: list[tuple[str, str]],
    place: str,
    items: list[Item] | None = None,
) -> list[str]:
    """Write one visit, or the part of it that some of its items make up."""
    starts_at, ends_at = visit.starts_at, visit.ends_at
    if items:
        offset = min(item.offset for item in items)
        last = max(item.offset + item.minutes for item in items)
        starts_at, ends_at = (
            visit.starts_at + dt.timedelta(minutes=offset),
            visit.starts_at + dt.timedelta(minutes=last),
        )
    return [
        "BEGIN:VEVENT",
        f"UID:booking-{visit.id}@salon-console",
        f"SEQUENCE:{visit.version}",
        f"DTSTAMP:{_utc(changed)}",
        f"DTSTART:{_utc(starts_at)}",
        f"DTEND:{_utc(ends_at)}",
        *(f"{name}:{_text(words)}" for name, words in facts if words),
        f"LOCATION:{_text(place)}",
        f"STATUS:{_status(visit)}",
        "END:VEVENT",
    ]


def _status(visit: Visit) -> str:
    if visit.status in GONE:
        return "CANCELLED"
    return "TENTATIVE" if visit.status == "pending" else "CONFIRMED"


def _place(visit: Visit) -> str:
    profile = api.db.session.get(StoreProfile, visit.store_id)
    return " ".join((visit.store.name, profile.address if profile else "")).strip()


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for mark in ("\\", ";", ","):
        words = words.replace(mark, f"\\{mark}")
    return "\\n".join(words.strip().splitlines())


def _folded(line: str) -> str:
    """Break a line after so many bytes, never within a character."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST_LINE:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
