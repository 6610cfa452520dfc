"""Visits as pages show them, read for many at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from console import api
from plugins.booking.hookspecs import booking_visit_marks
from plugins.booking.models import STATUSES, Item, Visit
from plugins.salon.api import Service, Variant

LABELS = dict(STATUSES)
#: How a status is coloured; its word always stands beside it.
TONES = {
    "pending": "warn",
    "confirmed": "note",
    "arrived": "good",
    "in_service": "primary",
    "rejected": "bad",
    "no_show": "bad",
}


def with_items(rows: sa.Select[Visit]) -> list[Visit]:
    """Read visits with their services, technicians and claims, in few queries."""
    wanted = rows.options(
        selectinload(Visit.items).selectinload(Item.staff),
        selectinload(Visit.items).selectinload(Item.variant),
        selectinload(Visit.claims),
    )
    return list(api.db.session.scalars(wanted))


def marks_of(visit_ids: Sequence[int]) -> dict[int, str]:
    """Return what other plugins say of visits on the board, by visit."""
    found: dict[int, str] = {}
    for answer in api.answers(booking_visit_marks, visit_ids=visit_ids):
        for number, words in answer:
            found[number] = " · ".join(filter(None, (found.get(number), words)))
    return found


def services_of(visit: Visit) -> str:
    """Say what a visit is for, in the reader's language."""
    titles = [title_of(item) for item in visit.items]
    return api.gettext(", ").join(titles)


def told_titles(visit: Visit) -> str:
    """Name the services of a visit as they were booked, each once, with how many want it."""
    counts = Counter(item.title for item in visit.items if item.title)
    named = (f"{title} x{count}" if count > 1 else title for title, count in counts.items())
    return ", ".join(named)


def title_of(item: Item) -> str:
    """Name a service of a visit in the reader's language, a class as it was called."""
    variant: Variant | None = item.variant
    if variant is None:
        return item.title or api.gettext("Decided on the spot")
    service = api.db.session.get(Service, variant.service_id)
    if service is None or (item.title and item.title != f"{service.name} {variant.name}".strip()):
        return item.title
    return f"{service.shown_name} {variant.shown_name if variant.name else ''}".strip()


def staff_of(visit: Visit) -> str:
    """Name the technicians of a visit, each once."""
    names = dict.fromkeys(item.staff.name for item in visit.items if item.staff is not None)
    return api.gettext(", ").join(names)


def clock_of(moment: dt.datetime, zone: str) -> str:
    """Write a moment as the store's wall clock shows it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def day_and_clock(moment: dt.datetime, zone: str) -> str:
    """Write a moment with its day, as the store's wall clock shows it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def span_of(visit: Visit) -> str:
    """Write from when to when a visit lasts."""
    zone = visit.store.time_zone
    return f"{clock_of(visit.starts_at, zone)}–{clock_of(visit.ends_at, zone)}"  # noqa: RUF001


def columns(ids: Sequence[int], show: Any) -> dict[int, str]:
    """Show something of each of many visits, for a column of a list."""
    return {
        visit.id: show(visit) for visit in with_items(sa.select(Visit).where(Visit.id.in_(ids)))
    }
