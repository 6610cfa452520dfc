"""Visits as calendars read them (RFC 5545)."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.booking.models import Visit
from plugins.booking.services.showing import services_of
from plugins.salon.api import StoreProfile

LONGEST_LINE = 74


def write_calendar(visit: Visit) -> str:
    """Write a visit as a calendar file; a cancelled one takes itself out of the calendar."""
    profile = api.db.session.get(StoreProfile, visit.store_id)
    gone = visit.status in ("cancelled", "rejected")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//salon-console//booking//EN",
        f"METHOD:{'CANCEL' if gone else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:booking-{visit.id}@salon-console",
        f"SEQUENCE:{visit.version}",
        f"DTSTAMP:{_utc(api.now())}",
        f"DTSTART:{_utc(visit.starts_at)}",
        f"DTEND:{_utc(visit.ends_at)}",
        f"SUMMARY:{_text(services_of(visit))}",
        f"LOCATION:{_text(' '.join((visit.store.name, profile.address if profile else '')))}",
        f"STATUS:{'CANCELLED' if gone else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for mark in ("\\", ";", ","):
        words = words.replace(mark, f"\\{mark}")
    return words.strip().replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line after so many bytes, never within a character."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST_LINE:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
