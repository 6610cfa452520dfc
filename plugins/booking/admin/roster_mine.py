"""One's own shifts, on the phone as on the screen: when I work, leave, and swaps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.admin.roster_leave import STATES, TONES, read_absence
from plugins.booking.forms import number_of, text_of, today_of
from plugins.booking.models import Leave, Shift, Swap
from plugins.booking.models.rosters import OPEN_SWAPS
from plugins.booking.permissions import ASK_LEAVE
from plugins.booking.services.rosters import A_DAY, A_WEEK
from plugins.booking.services.rosters_leave import MINE, ask_leave, show_leave, withdraw_leave
from plugins.booking.services.rosters_swaps import (
    answer_swap,
    ask_swap,
    show_swap,
    withdraw_swap,
)
from plugins.booking.services.rosters_telling import show_span
from plugins.salon.api import WEEKDAYS, Staff, staff_of

#: One's shifts are shown so far ahead, and what was decided for so long.
AHEAD, SHOWN = 4 * A_WEEK, dt.timedelta(days=14)


class MyShifts(api.AdminView):
    """When I work in the next weeks, what I asked for, and what colleagues ask of me."""

    title, noun = _("My shifts"), "my-shifts"
    group, icon, order = "booking", "user-check", 48

    @api.page("/", needs=ASK_LEAVE)
    def index(self) -> Any:
        return self._show()

    @api.page("/leave", needs=ASK_LEAVE, methods=("POST",))
    def ask_leave(self) -> Any:
        me = _me()
        try:
            first, last = read_absence(me.main_store.time_zone)
            ask_leave(me.id, me.main_store_id, first, last, text_of("reason"))
        except api.Refused as refused:
            return self._show(refused)
        return _done(api.gettext("Asked. You are told when it is decided."))

    @api.page("/leave/<int:number>/withdraw", needs=ASK_LEAVE, methods=("POST",))
    def withdraw_leave(self, number: int) -> Any:
        withdraw_leave(number, _me().id)
        return _done(api.gettext("Taken back."))

    @api.page("/swap", needs=ASK_LEAVE, methods=("POST",))
    def ask_swap(self) -> Any:
        """Ask a colleague to take over one of my shifts."""
        me = _me()
        try:
            shift = _shift(number_of("shift_id"))
            if shift is None or shift.staff_id != me.id:
                raise api.Refused(_("Choose one of your shifts."))
            other_id, other_day = _colleague(shift)
            note = text_of("note")
            ask_swap(shift.store_id, me.id, shift.day_on, other_id, other_day, note)
        except api.Refused as refused:
            return self._show(refused)
        return _done(api.gettext("Asked. You are told what your colleague says."))

    @api.page("/swap/<int:number>/<act>", needs=ASK_LEAVE, methods=("POST",))
    def answer_swap(self, number: int, act: str) -> Any:
        """Agree to a swap, decline it, or take back what I asked for."""
        me = _me()
        if act == "withdraw":
            withdraw_swap(number, me.id)
            return _done(api.gettext("Taken back."))
        if act not in ("agree", "decline"):
            raise api.NotFound(_("There is no such record."))
        answer_swap(number, me.id, agreed=act == "agree")
        agreed = api.gettext("Agreed. The manager decides now.")
        return _done(agreed if act == "agree" else api.gettext("Declined."))

    def _show(self, problem: api.Refused | None = None) -> Any:
        me = staff_of(api.actor().user_id)
        if me is None:
            return api.render("booking/mine.html", view=self, me=None)
        today = today_of(me.main_store)
        shifts = _shifts(Shift.staff_id == me.id, today)
        page = api.render(
            "booking/mine.html",
            view=self,
            me=me,
            shifts=shifts,
            givable=[shift for shift in shifts if shift.span is not None],
            colleagues=_colleagues(me, shifts, today),
            takers=_takers(me, shifts),
            leaves=_leaves(me),
            swaps=_swaps(me),
            show_span=show_span,
            show_leave=show_leave,
            show_swap=show_swap,
            weekdays=dict(WEEKDAYS),
            states=STATES,
            tones=TONES,
            today=today,
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _me() -> Staff:
    me = staff_of(api.actor().user_id)
    if me is None:
        raise api.NotFound(_("You have no staff file."))
    return me


def _shift(number: int | None) -> Shift | None:
    return None if number is None else api.db.session.get(Shift, number)


def _colleague(shift: Shift) -> tuple[int, dt.date | None]:
    """Return who is to take over a shift, and the day she gives for it, if any."""
    chosen = text_of("in_return")
    kind, _colon, number = chosen.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        raise api.Refused(_("Choose a colleague."))
    if kind == "shift":
        hers = _shift(int(number))
        if hers is None or hers.store_id != shift.store_id or not hers.published:
            raise api.Refused(_("Choose a colleague."))
        return hers.staff_id, hers.day_on
    person = api.db.session.get(Staff, int(number))
    if person is None or person.left_on is not None:
        raise api.Refused(_("Choose a colleague."))
    if shift.store_id not in {store.id for store in person.stores}:
        raise api.Refused(_("Choose a colleague."))
    return person.id, None


def _shifts(who: sa.ColumnElement[bool], today: dt.date) -> list[Shift]:
    rows = sa.select(Shift).where(
        who, Shift.published.is_(True), Shift.day_on.between(today, today + AHEAD)
    )
    return list(api.db.session.scalars(rows.order_by(Shift.day_on, Shift.staff_id)))


def _colleagues(me: Staff, shifts: list[Shift], today: dt.date) -> list[Shift]:
    """Return shifts of colleagues that one could have in return, in the next two weeks."""
    stores = {shift.store_id for shift in shifts}
    found = _shifts(Shift.store_id.in_(stores) & (Shift.staff_id != me.id), today)
    soon = today + 2 * A_WEEK
    return [one for one in found if one.span is not None and one.day_on <= soon]


def _takers(me: Staff, shifts: list[Shift]) -> list[Staff]:
    """Return who works in the same stores and might take over a shift for nothing."""
    stores = {shift.store_id for shift in shifts}
    rows = sa.select(Staff).where(
        Staff.left_on.is_(None), Staff.id != me.id, Staff.stores.any(api.Store.id.in_(stores))
    )
    return [one for one in api.db.session.scalars(rows.order_by(Staff.name)) if one.skills]


def _leaves(me: Staff) -> list[Leave]:
    rows = sa.select(Leave).where(Leave.staff_id == me.id, Leave.ends_at > api.now() - A_DAY)
    return list(api.db.session.scalars(rows.order_by(Leave.starts_at)))


def _swaps(me: Staff) -> list[Swap]:
    rows = sa.select(Swap).where(
        (Swap.staff_id == me.id) | (Swap.other_id == me.id),
        Swap.state.in_(OPEN_SWAPS) | (Swap.asked_at > api.now() - SHOWN),
    )
    return list(api.db.session.scalars(rows.order_by(Swap.day_on, Swap.id)))


def _done(words: str) -> Any:
    api.say_done(words)
    return redirect(MINE)
