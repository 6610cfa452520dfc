"""The booking board: a column for each technician or room, a day or a week, and a list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import jsonify, render_template

from console import api
from console.api import _
from plugins.booking.admin.acts import acts_of
from plugins.booking.admin.turns import turn_strip
from plugins.booking.forms import (
    day_of,
    key_of_form,
    moment_of,
    number_of,
    reach,
    store_here,
    stores_for,
    text_of,
    today_of,
)
from plugins.booking.models import Visit
from plugins.booking.models.visits import STATUSES
from plugins.booking.permissions import (
    EDIT_VISITS,
    FORCE_VISITS,
    REVIEW_VISITS,
    SEE_VISITS,
    SERVE_VISITS,
)
from plugins.booking.services.arranging import RUNNING, Spot, arrange, stretch
from plugins.booking.services.board import SHOWN, Sight, tell_board, waiting_for_review
from plugins.booking.services.booking import MOVABLE
from plugins.booking.services.days import cell_at, first_cell, spans_mask
from plugins.booking.services.extending import NextGuest
from plugins.booking.services.proposing import open_proposal
from plugins.booking.services.showing import (
    LABELS,
    TONES,
    clock_of,
    day_and_clock,
    marks_of,
    services_of,
    span_of,
    staff_of,
)
from plugins.salon.api import WEEKDAYS, Equipment, spans_between, working_staff

VIEWS = ("day", "week", "list")


class Board(api.AdminView):
    """The day of a store at a glance; what others change appears within five seconds."""

    title, noun = _("Booking board"), "board"
    group, icon, order = "booking", "calendar", 10

    @api.page("/", needs=SEE_VISITS)
    def index(self) -> Any:
        store = store_here(SEE_VISITS)
        sight, view = _sight(store), _view()
        step = dt.timedelta(days=7 if len(sight.days) > 1 else 1)
        day = day_of("day", _usual_day(store))
        return api.render(
            "booking/board.html",
            view=self,
            shown=view,
            store=store,
            stores=stores_for(SEE_VISITS),
            sight=sight,
            day=day,
            before=day - step,
            after=day + step,
            today=today_of(store),
            resources=_resources(sight),
            legend=[(key, label, TONES.get(key, "")) for key, label in STATUSES if key in SHOWN],
            may_edit=EDIT_VISITS.held(store.id),
            may_force=FORCE_VISITS.held(store.id),
            may_review=REVIEW_VISITS.held(store.id),
            may_serve=SERVE_VISITS.held(store.id),
            weekdays=dict(WEEKDAYS),
            told=_tell(sight),
            turn_strip=turn_strip(store) if sight.days == (today_of(store),) else None,
        )

    @api.page("/data", needs=SEE_VISITS)
    def data(self) -> Any:
        """Tell the board what it shows now."""
        return jsonify(_tell(_sight(store_here(SEE_VISITS))))

    @api.page("/visit/<int:number>", needs=SEE_VISITS)
    def visit(self, number: int) -> Any:
        """Show one visit in a box, with all that can be done with it."""
        visit = reach(Visit, number, SEE_VISITS)
        proposal = open_proposal(number)
        return render_template(
            "booking/_card.html",
            visit=visit,
            when=span_of(visit),
            what=services_of(visit),
            staff=staff_of(visit),
            word=api.gettext("Awaits her answer") if proposal else LABELS[visit.status],
            mark=marks_of([number]).get(number, ""),
            proposal=proposal,
            actions=_actions(visit),
            may_move=visit.status in MOVABLE and EDIT_VISITS.held(visit.store_id),
            may_last=visit.status in RUNNING and EDIT_VISITS.held(visit.store_id),
        )

    @api.page("/move", needs=EDIT_VISITS, methods=("POST",))
    def move(self) -> Any:
        """Give a visit the time and the technician or room that it was dropped on."""
        visit = reach(Visit, _number("visit_id"), EDIT_VISITS)
        kind = "place" if text_of("by") == "place" else "staff"
        source, target = number_of("source_id"), number_of("target_id")
        try:
            starts_at = moment_of("starts_at", visit.store.time_zone)
            spot = Spot(starts_at, kind, source, target, _lengths())
            done = arrange(visit.id, spot, key=key_of_form(), version=_version(), why=_why(visit))
        except api.Refused as refused:
            return _refuse(refused, visit.id)
        return jsonify(ok=True, version=done.version)

    @api.page("/stretch", needs=EDIT_VISITS, methods=("POST",))
    def stretch(self) -> Any:
        """Let one service of a visit take longer or shorter."""
        visit = reach(Visit, _number("visit_id"), EDIT_VISITS)
        item, more = _number("item"), _signed("more")
        try:
            if item >= len(visit.items):
                raise api.NotFound(_("There is no such record."))
            minutes = visit.items[item].minutes + more
            done = stretch(
                visit.id,
                item,
                minutes,
                key=key_of_form(),
                version=_version(),
                why=_why(visit),
                room_id=number_of("room_id"),
            )
        except api.Refused as refused:
            return _refuse(refused, visit.id, more)
        return jsonify(ok=True, version=done.version)


def _actions(visit: Visit) -> list[api.RecordAction]:
    """Return what the page of the visit offers, other plugins' acts first, as far as it may be."""
    asked = api.answers(api.console_record_actions, model=Visit, record_id=visit.id)
    every = [each for answer in asked for each in answer] + acts_of(visit)
    return [each for each in every if each.needs.held(visit.store_id)]


def _view() -> str:
    view = text_of("view")
    return view if view in VIEWS else "day"


def _sight(store: api.Store) -> Sight:
    """Return what was asked for: a day or a week, of everybody or of one."""
    day = day_of("day", _usual_day(store))
    kind = "place" if text_of("by") == "place" else "staff"
    span, only = text_of("view") == "week" or text_of("span") == "week", number_of("only")
    if not span:
        return Sight(store, (day,), kind, only)
    monday = day - dt.timedelta(days=day.weekday())
    days = tuple(monday + dt.timedelta(days=n) for n in range(7))
    return Sight(store, days, kind, only)


def _resources(sight: Sight) -> list[tuple[int, str]]:
    if sight.kind == "place":
        rows = api.db.session.query(Equipment).filter_by(store_id=sight.store.id, in_use=True)
        return [(each.id, each.shown_name) for each in rows.order_by(Equipment.kind_id)]
    return [(each.id, each.name) for each in working_staff(sight.store.id) if each.skills]


def _tell(sight: Sight) -> dict[str, Any]:
    return {**tell_board(sight), "waiting": waiting_for_review(sight.store.id)}


def _number(name: str) -> int:
    number = number_of(name)
    if number is None:
        raise api.NotFound(_("There is no such record."))
    return number


def _signed(name: str) -> int:
    text = text_of(name)
    digits = text[1:] if text[:1] == "-" else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 5):
        raise api.Refused(_("Choose a time."))
    return int(text)


def _lengths() -> tuple[int, ...]:
    """Return the minutes of each service; a box that does not ask for them sends none."""
    parts = [part for part in text_of("lengths").split(",") if part]
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        raise api.Refused(_("Choose a time."))
    return tuple(map(int, parts))


def _version() -> int | None:
    return number_of("version")


def _why(visit: Visit) -> str:
    """Return why the rules should not hold, from somebody who may say so."""
    return text_of("why") if FORCE_VISITS.held(visit.store_id) else ""


def _offers(refused: api.Refused, more: int) -> list[dict[str, Any]]:
    """Return how a visit can last longer that cannot last as long as it should."""
    if not isinstance(refused, NextGuest):
        return []
    found = []
    if refused.longest:
        label = api.gettext(
            "%(minutes)s minutes more, until %(time)s", minutes=refused.longest, time=refused.until
        )
        found.append({"label": label, "more": refused.longest, "room_id": ""})
    for number, name in refused.rooms:
        label = api.gettext("%(minutes)s minutes more in %(room)s", minutes=more, room=name)
        found.append({"label": label, "more": more, "room_id": number})
    return found


def _refuse(refused: api.Refused, visit_id: int, more: int = 0) -> Any:
    """Say why not, which other times there are, and whether a reason would do."""
    visit = reach(Visit, visit_id, SEE_VISITS)
    zone, times = visit.store.time_zone, getattr(refused, "alternatives", ())
    answer = {
        "ok": False,
        "error": str(refused),
        "times": [
            {"at": moment.isoformat(), "label": _label(moment, visit.day_on, zone)}
            for moment in times
        ],
        "offers": _offers(refused, more),
        "forcible": bool(getattr(refused, "forcible", False)) and FORCE_VISITS.held(visit.store_id),
    }
    return jsonify(answer), refused.status


def _label(moment: dt.datetime, day: dt.date, zone: str) -> str:
    """Write a time, with its day when that is another one."""
    clock = clock_of(moment, zone)
    local = day_and_clock(moment, zone)
    return clock if local.startswith(f"{day}") else local


def _usual_day(store: api.Store) -> dt.date:
    """Return today, or after closing time the next day on which the store is open."""
    today = today_of(store)
    now = cell_at(api.now())
    for day, spans in spans_between(store.id, today, today + dt.timedelta(days=14)).items():
        bits = spans_mask(day, store.time_zone, spans)
        if bits and first_cell(day, store.time_zone) + bits.bit_length() > now:
            return day
    return today
