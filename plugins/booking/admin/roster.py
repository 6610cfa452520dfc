"""The roster: a week of a store as a grid, changed cell by cell or many at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from flask import jsonify, redirect, request

from console import api
from console.api import _
from plugins.booking.admin.roster_templates import read_breaks, read_hours
from plugins.booking.forms import day_of, number_of, store_here, stores_for, text_of, today_of
from plugins.booking.models import Shift
from plugins.booking.permissions import EDIT_ROSTER, FORCE_ROSTER, SEE_ROSTER
from plugins.booking.services.rosters import A_DAY, A_WEEK, publish, shifts_between
from plugins.booking.services.rosters_cells import (
    CellChange,
    change_cells,
    code_of_hours,
    copy_weeks,
    unpublish,
)
from plugins.booking.services.rosters_checks import Objections
from plugins.booking.services.rosters_grid import tell_week
from plugins.booking.services.rosters_moving import visits_alone
from plugins.booking.services.rosters_proposing import propose_week
from plugins.booking.services.rosters_telling import users_of
from plugins.booking.services.showing import span_of
from plugins.salon.api import Staff

HOME = "/console/booking/roster/"
MOVE = "/console/booking/leave/move/"


class Roster(api.AdminView):
    """A week as a grid: a line for each person, a shift for each day."""

    title, noun = _("Roster"), "roster"
    group, icon, order = "booking", "users", 40

    @api.page("/", needs=SEE_ROSTER)
    def index(self) -> Any:
        return self._show(store_here(SEE_ROSTER))

    @api.page("/data", needs=SEE_ROSTER)
    def data(self) -> Any:
        """Tell the grid what the week looks like now."""
        store = store_here(SEE_ROSTER)
        return jsonify(tell_week(store, monday_of(store)))

    @api.page("/", needs=EDIT_ROSTER, methods=("POST",))
    def save(self) -> Any:
        """Plan what the list of a browser without scripts says."""
        store = store_here(EDIT_ROSTER)
        return self._change(store, _changes_of_form(store), api.gettext("Roster saved."))

    @api.page("/cells", needs=EDIT_ROSTER, methods=("POST",))
    def cells(self) -> Any:
        """Plan the cells that were set in the grid, all or none."""
        store = store_here(EDIT_ROSTER)
        return self._change(store, _read_cells(), api.gettext("Roster saved."))

    @api.page("/clear", needs=EDIT_ROSTER, methods=("POST",))
    def clear(self) -> Any:
        """Plan nothing in a week, for everybody or one person."""
        store, staff_id = store_here(EDIT_ROSTER), number_of("staff_id")
        changes = [
            CellChange(shift.staff_id, shift.day_on, "")
            for shift in _shifts(store)
            if staff_id in (None, shift.staff_id)
        ]
        return self._change(store, changes, api.gettext("Roster cleared."))

    @api.page("/copy", needs=EDIT_ROSTER, methods=("POST",))
    def copy(self) -> Any:
        """Copy a week to those that follow; without a number of weeks, the last one to this."""
        store = store_here(EDIT_ROSTER)
        monday, weeks, staff_id = monday_of(store), number_of("weeks"), number_of("staff_id")
        source = monday - A_WEEK if weeks is None else monday
        only = None if staff_id is None else [staff_id]
        try:
            back, left = copy_weeks(store.id, source, weeks or 1, only)
        except api.Refused as refused:
            return self._refuse(store, refused)
        words = api.ngettext("%(num)s shift copied.", "%(num)s shifts copied.", len(back))
        if left:
            words += " " + api.ngettext(
                "%(num)s day was left out: closed, leave, or elsewhere.",
                "%(num)s days were left out: closed, leave, or elsewhere.",
                left,
            )
        return self._done(store, words, back)

    @api.page("/propose", needs=EDIT_ROSTER, methods=("POST",))
    def propose(self) -> Any:
        """Plan what is not planned yet from the visits of the last weeks, as a draft."""
        store = store_here(EDIT_ROSTER)
        try:
            back, gaps = propose_week(store.id, monday_of(store))
        except api.Refused as refused:
            return self._refuse(store, refused)
        words = api.ngettext("%(num)s day proposed.", "%(num)s days proposed.", len(back))
        if gaps:
            words += " " + api.gettext("Not everything could be covered; see below.")
        return self._done(store, words, back)

    @api.page("/publish", needs=EDIT_ROSTER, methods=("POST",))
    def publish(self) -> Any:
        store = store_here(EDIT_ROSTER)
        monday = monday_of(store)
        fresh = {shift.staff_id for shift in _shifts(store) if not shift.published}
        publish(store.id, monday, monday + 6 * A_DAY)
        words = api.gettext("Published: guests can book this week.")
        return self._done(store, f"{words} {_told(fresh)}".strip())

    @api.page("/unpublish", needs=EDIT_ROSTER, methods=("POST",))
    def unpublish(self) -> Any:
        """Take a week back from guests' eyes."""
        store = store_here(EDIT_ROSTER)
        monday = monday_of(store)
        shown = {shift.staff_id for shift in _shifts(store) if shift.published}
        try:
            unpublish(store.id, monday, monday + 6 * A_DAY, sure=bool(text_of("sure")))
        except api.Refused as refused:
            return self._refuse(store, refused)
        words = api.gettext("Taken back: guests can no longer book this week.")
        return self._done(store, f"{words} {_told(shown)}".strip())

    def _change(self, store: api.Store, changes: Sequence[CellChange], words: str) -> Any:
        try:
            back = change_cells(
                store.id,
                changes,
                sure=bool(text_of("sure")),
                beyond=bool(text_of("beyond")) and FORCE_ROSTER.held(store.id),
            )
        except api.Refused as refused:
            return self._refuse(store, refused)
        return self._done(store, words, back)

    def _done(self, store: api.Store, words: str, back: Sequence[CellChange] = ()) -> Any:
        monday = monday_of(store)
        if not _wants_json():
            api.say_done(words)
            return redirect(f"{HOME}?store_id={store.id}&week={monday}")
        undo = [[one.staff_id, str(one.day), one.code, None, one.published] for one in back]
        return jsonify(ok=True, words=words, undo=undo, week=tell_week(store, monday))

    def _refuse(self, store: api.Store, refused: api.Refused) -> Any:
        store = api.db.session.get_one(api.Store, store.id)
        if not _wants_json():
            return self._show(store, refused)
        told = {
            "ok": False,
            "error": str(refused),
            "problems": tell_problems(refused),
            "final": isinstance(refused, Objections)
            and refused.final
            and not FORCE_ROSTER.held(store.id),
            "week": tell_week(store, monday_of(store)),
        }
        return jsonify(told), refused.status

    def _show(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        monday = monday_of(store)
        page = api.render(
            "booking/roster.html",
            view=self,
            store=store,
            stores=stores_for(SEE_ROSTER),
            monday=monday,
            sunday=monday + 6 * A_DAY,
            before=monday - A_WEEK,
            after=monday + A_WEEK,
            today=today_of(store),
            told=tell_week(store, monday),
            alone=visits_alone(store.id),
            names=_names([staff_id for _visit, staff_id in visits_alone(store.id)]),
            span_of=span_of,
            may_edit=EDIT_ROSTER.held(store.id),
            may_force=FORCE_ROSTER.held(store.id),
            problem=problem,
            problems=tell_problems(problem),
        )
        return (page, problem.status) if problem else page


def monday_of(store: api.Store) -> dt.date:
    """Return the Monday of the week that was asked for, or of this one."""
    day = day_of("week", today_of(store))
    return day - dt.timedelta(days=day.weekday())


def tell_problems(problem: api.Refused | None) -> list[dict[str, Any]]:
    """Return what speaks against a plan, with the way to mend each."""
    if not isinstance(problem, Objections):
        return []
    return [
        {
            "kind": each.kind,
            "words": str(each.words),
            "url": f"{MOVE}{each.visit_id}?staff_id={each.place[0]}" if each.visit_id else "",
        }
        for each in problem.found
    ]


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _shifts(store: api.Store) -> list[Shift]:
    monday = monday_of(store)
    return list(api.db.session.scalars(shifts_between(store.id, monday, monday + A_WEEK)))


def _changes_of_form(store: api.Store) -> list[CellChange]:
    """Return the cells of the form that are no longer what the form was drawn from."""
    found = []
    for line in tell_week(store, monday_of(store))["staff"]:
        for cell in line["cells"]:
            sent = request.form.get(f"shift-{line['id']}-{cell['day']}")
            if sent is not None and sent != cell["code"]:
                found.append(CellChange(line["id"], dt.date.fromisoformat(cell["day"]), sent))
    return found


def _read_cells() -> list[CellChange]:
    try:
        sent = json.loads(request.form.get("cells", ""))
        return [_read_cell(*each) for each in sent]
    except (ValueError, TypeError, RecursionError):
        raise api.Refused(_("The form was incomplete. Load the page again.")) from None


def _read_cell(
    staff_id: object, day: object, code: object, was: object = None, published: object = None
) -> CellChange:
    if not isinstance(staff_id, int) or not isinstance(code, str) or len(code) > 120:
        raise TypeError
    if not 0 < staff_id < 1 << 62:
        raise TypeError
    seen = was if isinstance(was, str) else None
    shown = published if isinstance(published, bool) else None
    return CellChange(staff_id, dt.date.fromisoformat(str(day)), _code(code), seen, shown)


def _code(text: str) -> str:
    """Return what was typed, such as 10:00-19:00/12:30-13:00, as cells are written."""
    if ":" not in text and "\uff1a" not in text:
        return text
    hours, _slash, breaks = text.partition("/")
    begins, dash, ends = hours.replace("\u2013", "-").partition("-")
    if not dash:
        raise api.Refused(_("Enter hours such as 10:00-19:00."))
    span = read_hours(begins, ends)
    return code_of_hours(span, read_breaks(breaks, span))


def _names(staff_ids: Sequence[int]) -> dict[int, str]:
    found = (api.db.session.get(Staff, number) for number in set(staff_ids))
    return {person.id: person.name for person in found if person is not None}


def _told(staff_ids: set[int]) -> str:
    """Say who was told, and who has no sign-in to be told by."""
    users = users_of(staff_ids)
    words = []
    if users:
        words.append(
            api.ngettext("%(num)s person was told.", "%(num)s people were told.", len(users))
        )
    rest = _names([number for number in sorted(staff_ids) if number not in users])
    if rest:
        names = api.gettext(", ").join(sorted(rest.values()))
        words.append(api.gettext("Without a sign-in, so not told: %(names)s.", names=names))
    return " ".join(words)
