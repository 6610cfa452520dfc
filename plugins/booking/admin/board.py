"""The booking board: a column for each technician or room, and the day as it comes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import jsonify, request

from console import api
from console.api import _
from plugins.booking.admin.turns import turn_strip
from plugins.booking.forms import (
    day_of,
    moment_of,
    new_key,
    reach,
    store_here,
    stores_for,
    text_of,
    today_of,
)
from plugins.booking.models import ResourceDay, Visit
from plugins.booking.models.visits import STATUSES
from plugins.booking.permissions import EDIT_VISITS, SEE_VISITS
from plugins.booking.services.booking import change_visit
from plugins.booking.services.claiming import Taken
from plugins.booking.services.days import (
    ALL,
    MINUTES,
    SECONDS,
    cell_at,
    first_cell,
    runs_of,
    spans_mask,
    unpack,
)
from plugins.booking.services.planning import Wish
from plugins.booking.services.rules import ALERT
from plugins.booking.services.showing import (
    LABELS,
    TONES,
    clock_of,
    services_of,
    span_of,
    with_items,
)
from plugins.salon.api import Equipment, Staff, spans_between

#: What is gone is not drawn.
SHOWN = ("pending", "confirmed", "arrived", "in_service", "done", "no_show")


class Board(api.AdminView):
    """The day of a store at a glance; what others change appears within five seconds."""

    title, noun = _("Booking board"), "board"
    group, icon, order = "booking", "calendar", 10

    @api.page("/", needs=SEE_VISITS)
    def index(self) -> Any:
        store = store_here(SEE_VISITS)
        day = day_of("day", _usual_day(store))
        return api.render(
            "booking/board.html",
            view=self,
            store=store,
            stores=stores_for(SEE_VISITS),
            day=day,
            before=day - dt.timedelta(days=1),
            after=day + dt.timedelta(days=1),
            today=today_of(store),
            by="place" if text_of("by") == "place" else "staff",
            legend=[(key, label, TONES.get(key, "")) for key, label in STATUSES if key in SHOWN],
            may_edit=EDIT_VISITS.held(store.id),
            waiting=_waiting(store),
            told=_tell(store, day),
            turn_strip=turn_strip(store) if day == today_of(store) else None,
        )

    @api.page("/data", needs=SEE_VISITS)
    def data(self) -> Any:
        """Tell the board what the day looks like now."""
        store = store_here(SEE_VISITS)
        return jsonify(_tell(store, day_of("day", today_of(store))))

    @api.page("/move", needs=EDIT_VISITS, methods=("POST",))
    def move(self) -> Any:
        """Give a visit the time and the technician that it was dropped on."""
        visit = reach(Visit, _number("visit_id"), EDIT_VISITS)
        target, source = _number("staff_id"), _number("from_staff_id")
        wishes = [
            Wish(
                item.variant_id,
                target if item.staff_id == source else item.staff_id,
                item.guest,
                item.minutes,
                asked=item.requested,
            )
            for item in visit.items
        ]
        try:
            starts_at = moment_of("starts_at", visit.store.time_zone)
            change_visit(visit.id, starts_at, wishes, key=text_of("key") or new_key())
        except Taken as taken:
            zone = reach(Visit, _number("visit_id"), EDIT_VISITS).store.time_zone
            times = " · ".join(clock_of(each, zone) for each in taken.alternatives)
            words = api.gettext("%(why)s Nearest: %(times)s", why=taken.message, times=times)
            return jsonify(ok=False, error=words), taken.status
        except api.Refused as refused:
            return jsonify(ok=False, error=str(refused)), refused.status
        return jsonify(ok=True)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise api.NotFound(_("There is no such record."))
    return int(text)


def _waiting(store: api.Store) -> int:
    """Return how many bookings of a store await review, on whatever day."""
    rows = sa.select(sa.func.count(Visit.id)).where(
        Visit.store_id == store.id, Visit.status == "pending"
    )
    return api.db.session.scalar(rows) or 0


def _usual_day(store: api.Store) -> dt.date:
    """Return today, or after closing time the next day on which the store is open."""
    today = today_of(store)
    now = cell_at(api.now())
    for day, spans in spans_between(store.id, today, today + dt.timedelta(days=14)).items():
        bits = spans_mask(day, store.time_zone, spans)
        if bits and first_cell(day, store.time_zone) + bits.bit_length() > now:
            return day
    return today


def _tell(store: api.Store, day: dt.date) -> dict[str, Any]:
    """Return all that the board draws, in cells counted from the first hour shown."""
    zone, first = store.time_zone, first_cell(day, store.time_zone)
    opened = spans_mask(day, zone, spans_between(store.id, day, day)[day])
    visits = with_items(
        sa.select(Visit)
        .where(Visit.store_id == store.id, Visit.day_on == day, Visit.status.in_(SHOWN))
        .order_by(Visit.starts_at, Visit.id)
    )
    claimed = [claim for visit in visits for claim in visit.claims]
    low = min([(opened & -opened).bit_length() - 1, *(c.first_cell - first for c in claimed)])
    high = max([opened.bit_length(), low + 12, *(c.last_cell - first for c in claimed)])
    low, high = max(low, 0) // 12 * 12, -(-high // 12) * 12
    return {
        "first_at": (first + low) * SECONDS,
        "cells": high - low,
        "minutes": MINUTES,
        "hours": [
            {"cell": cell, "label": clock_of(_moment(first + low + cell), zone)}
            for cell in range(0, high - low, 12)
        ],
        "now": cell_at(api.now()) - first - low if day == today_of(store) else None,
        "staff": _staff_columns(store, day, opened, low, high),
        "place": _place_columns(store),
        "visits": [_tell_visit(visit, first + low) for visit in visits],
    }


def _staff_columns(
    store: api.Store, day: dt.date, opened: int, low: int, high: int
) -> list[dict[str, Any]]:
    rows = api.db.session.execute(
        sa.select(Staff, ResourceDay.base)
        .join(
            ResourceDay, sa.and_(ResourceDay.resource_id == Staff.id, ResourceDay.kind == "staff")
        )
        .where(ResourceDay.store_id == store.id, ResourceDay.day_on == day)
        .order_by(Staff.name)
    )
    found = []
    for person, base in rows:
        off = ALL & ~(unpack(base) & opened)
        shaded = [(max(a, low) - low, min(b, high) - low) for a, b in runs_of(off)]
        found.append(
            {
                "id": person.id,
                "name": person.name,
                "title": person.shown_title,
                "off": [span for span in shaded if span[1] > span[0]],
            }
        )
    return found


def _place_columns(store: api.Store) -> list[dict[str, Any]]:
    rows = sa.select(Equipment).where(Equipment.store_id == store.id, Equipment.in_use)
    return [
        {"id": each.id, "name": each.shown_name, "title": each.kind.shown_name, "off": []}
        for each in api.db.session.scalars(rows.order_by(Equipment.kind_id, Equipment.name))
    ]


def _tell_visit(visit: Visit, first: int) -> dict[str, Any]:
    overdue = visit.status == "pending" and api.now() - visit.booked_at > dt.timedelta(
        minutes=ALERT.get()
    )
    return {
        "id": visit.id,
        "name": visit.guest_name,
        "span": span_of(visit),
        "what": services_of(visit),
        "status": visit.status,
        "label": str(LABELS[visit.status]),
        "late": overdue,
        "allergies": bool(visit.member and visit.member.allergies),
        "movable": visit.status in ("pending", "confirmed"),
        "starts": cell_at(visit.starts_at) - first,
        "claims": _merged(visit, first),
    }


def _merged(visit: Visit, first: int) -> list[tuple[str, int, int, int]]:
    """Return the stretches of a visit by resource; those that touch are drawn as one."""
    found: list[tuple[str, int, int, int]] = []
    claims = sorted(visit.claims, key=lambda c: (c.kind, c.resource_id, c.first_cell))
    for claim in claims:
        begins, ends = claim.first_cell - first, claim.last_cell - first
        last = found[-1] if found else None
        if last and last[:2] == (claim.kind, claim.resource_id) and last[3] == begins:
            found[-1] = (*last[:3], ends)
        else:
            found.append((claim.kind, claim.resource_id, begins, ends))
    return found


def _moment(cell: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(cell * SECONDS, dt.UTC)
