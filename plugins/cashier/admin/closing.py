"""Closing a day on one page: what is not finished, what came in, the cash; shifts, late entries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import request
from werkzeug.utils import redirect

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import fen_of, number_of, text_of
from plugins.cashier.models import ORDER_KINDS, Day, Shift
from plugins.cashier.permissions import (
    CLOSE_DAYS,
    ENTER_LATE,
    GET_DAY_SHEETS,
    OPEN_BILLS,
    REOPEN_DAYS,
    SEE_REPORTS,
)
from plugins.cashier.services.closing.days import close_day, find_day, reopen_day, unclosed_days
from plugins.cashier.services.closing.drawer import FLOAT, cash_expected, move_cash
from plugins.cashier.services.closing.late import ask_late_bill, open_late_bill
from plugins.cashier.services.closing.sheets import unfinished, write_sheet
from plugins.cashier.services.closing.shifts import hand_over_shift, shift_began, shifts_of
from plugins.cashier.services.days import A_DAY, is_closed
from plugins.cashier.services.evidence import booked_on, unchecked
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.numbers import today_of
from plugins.ledger.api import find_seal

HOME = "/console/cashier/closing/"
#: So far back the page looks for booked receipts that nobody checked.
PAST = dt.timedelta(days=31)


class Closing(api.AdminView):
    """The page on which a day is closed and a shift handed over."""

    title, noun = _("Day close"), "closing"
    icon, group, order = "moon", "till", 50

    @api.page("/", needs=CLOSE_DAYS)
    def index(self) -> Any:
        """Show what a day came to and ask for the cash."""
        return self._show()

    @api.page("/close", needs=CLOSE_DAYS, methods=("POST",))
    def close(self) -> Any:
        """Close the day, and show its sheet to be printed."""
        store_id, day = _store(CLOSE_DAYS), _day()
        try:
            found = close_day(
                store_id,
                day or today_of(store_id),
                counted_fen=_counted(),
                key=text_of("key"),
                reason=text_of("reason"),
                taken_fen=fen_of("taken"),
                anyway=text_of("anyway") == "1",
            )
        except api.Refused as refused:
            return self._show(refused), refused.status
        return redirect(f"{HOME}days/{found.id}?print=1")

    @api.page("/days/<int:number>", needs=CLOSE_DAYS)
    def sheet(self, number: int) -> Any:
        """Show the sheet of a closed day."""
        return self._sheet(number)

    @api.page("/days/<int:number>/reopen", needs=REOPEN_DAYS, methods=("POST",))
    def reopen(self, number: int) -> Any:
        """Reopen a closed day."""
        day = _find(Day, number, REOPEN_DAYS)
        try:
            reopen_day(day.id, text_of("reason"))
        except api.Refused as refused:
            return self._sheet(number, refused), refused.status
        api.say_done(api.gettext("The day is open again."))
        return redirect(f"{HOME}?store={day.store_id}&day={day.day_on.isoformat()}")

    @api.page("/shift", needs=CLOSE_DAYS, methods=("POST",))
    def shift(self) -> Any:
        """Hand the shift over."""
        store_id = _store(CLOSE_DAYS)
        try:
            found = hand_over_shift(
                store_id,
                counted_fen=_counted(),
                key=text_of("key"),
                to_user=number_of("to_user"),
                reason=text_of("reason"),
                note=text_of("note"),
            )
        except api.Refused as refused:
            return self._show(refused), refused.status
        return redirect(f"{HOME}shifts/{found.id}?print=1")

    @api.page("/shifts/<int:number>", needs=CLOSE_DAYS)
    def shift_sheet(self, number: int) -> Any:
        """Show the sheet of a shift."""
        shift = _find(Shift, number, CLOSE_DAYS)
        return api.render(
            "cashier/closing/sheet.html",
            view=self,
            shift=shift,
            day=None,
            **_common(shift.store_id, shift.sheet, [shift.from_user, shift.to_user]),
        )

    @api.page("/cash", needs=CLOSE_DAYS, methods=("POST",))
    def cash(self) -> Any:
        """Put change into the drawer, or take cash out for the bank."""
        store_id = _store(CLOSE_DAYS)
        try:
            move_cash(
                store_id,
                text_of("kind"),
                fen_of("amount") or 0,
                key=text_of("key"),
                note=text_of("note"),
            )
        except api.Refused as refused:
            return self._show(refused), refused.status
        api.say_done(api.gettext("The drawer was changed."))
        return redirect(f"{HOME}?store={store_id}")

    @api.page("/late", needs=OPEN_BILLS, methods=("POST",))
    def late(self) -> Any:
        """Open a bill of a past day, or ask for it."""
        store_id, day = _store(OPEN_BILLS), _day()
        act = open_late_bill if ENTER_LATE.held(store_id) else ask_late_bill
        try:
            found = act(store_id, day or today_of(store_id), text_of("reason"), key=text_of("key"))
        except api.Refused as refused:
            return self._show(refused), refused.status
        if isinstance(found, int):
            api.say_done(api.gettext("A second person was asked to agree."))
            return redirect(f"{HOME}?store={store_id}")
        return redirect(f"/console/cashier/till/{found.id}")

    def _show(self, problem: api.Refused | None = None) -> Any:
        stores = _stores()
        if not stores:
            raise api.NotFound(_("There is no such store."))
        store_id = _store(CLOSE_DAYS)
        today = today_of(store_id)
        day = min(max(_day() or today, dt.date.min + PAST), today)
        sheet = write_sheet(store_id, day, since=shift_began(store_id, day))
        return api.render(
            "cashier/closing/day.html",
            view=self,
            stores=stores,
            day=day,
            today=today,
            closed=is_closed(store_id, day),
            known=find_day(store_id, day),
            late_days=[each for each in unclosed_days(store_id) if each != day],
            left=unfinished(store_id, day),
            booked=booked_on(store_id, day),
            unchecked=unchecked(store_id, day, day),
            unchecked_before=unchecked(store_id, day - PAST, day - A_DAY),
            past=day - PAST,
            day_before=day - A_DAY,
            expected_fen=cash_expected(store_id, day),
            float_fen=FLOAT.get(store_id),
            shifts=shifts_of(store_id, day),
            colleagues=_colleagues(store_id),
            may_enter_late=ENTER_LATE.held(store_id),
            yesterday=today - dt.timedelta(days=1),
            keys=[new_key() for _each in range(4)],
            entered=request.form,
            problem=problem,
            **_common(store_id, sheet, []),
        )

    def _sheet(self, number: int, problem: api.Refused | None = None) -> Any:
        day = _find(Day, number, CLOSE_DAYS)
        return api.render(
            "cashier/closing/sheet.html",
            view=self,
            day=day,
            shift=None,
            problem=problem,
            entered=request.form,
            may_reopen=REOPEN_DAYS.held(day.store_id),
            seal=_seal_of(day),
            unchecked=unchecked(day.store_id, day.day_on, day.day_on),
            **_common(day.store_id, day.sheet, [day.closed_by, day.reopened_by]),
        )


def _seal_of(day: Day) -> dict[str, Any] | None:
    """Return the seal that stands on a sheet, and whether the books have it still."""
    kept = day.sheet.get("seal")
    if not kept:
        return None
    known = find_seal(kept["number"])
    stands = known is not None and known.digest == kept["digest"]
    return {**kept, "stands": stands, "at": dt.datetime.fromisoformat(kept["sealed_at"])}


def _common(store_id: int, sheet: dict[str, Any], people: list[int | None]) -> dict[str, Any]:
    store = api.db.session.get_one(api.Store, store_id)
    return {
        "store": store,
        "sheet": sheet,
        "kinds": dict(ORDER_KINDS),
        "people": drawing.people_named(people),
        "printing": request.args.get("print") == "1",
        **drawing.words(),
    }


def _stores() -> list[api.Store]:
    held = CLOSE_DAYS.stores()
    return [
        store
        for store in api.visible_stores()
        if not store.closed and (held is None or store.id in held)
    ]


def _store(needs: api.Permission) -> int:
    """Return the store that is asked for, else the one that the person is in."""
    wanted = number_of("store_id") or _asked_store() or api.actor().store_id
    ids = [store.id for store in _stores()]
    store_id = wanted or (ids[0] if ids else 0)
    if not needs.held(store_id) or api.db.session.get(api.Store, store_id) is None:
        raise api.NotFound(_("There is no such store."))
    return store_id


def _asked_store() -> int | None:
    text = request.args.get("store", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _day() -> dt.date | None:
    text = text_of("day") or request.args.get("day", "")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise api.Refused(_("Enter a day such as 2026-03-31.")) from problem


def _counted() -> int:
    counted = fen_of("counted")
    if counted is None:
        raise api.Refused(_("Enter the cash that you counted."))
    return counted


def _find(model: Any, number: int, needs: api.Permission) -> Any:
    found = api.find_record(model, number, needs)
    if found is None:
        raise api.NotFound(_("There is no such day."))
    return found


def _colleagues(store_id: int) -> list[tuple[int, str]]:
    """Return who may take a shift over in a store."""
    rows = api.db.session.execute(sa.select(api.User.id, api.User.name).order_by(api.User.name))
    me = api.actor().user_id
    return [
        (row.id, row.name) for row in rows if row.id != me and CLOSE_DAYS.held_by(row.id, store_id)
    ]


class DayAdmin(api.ModelAdmin):
    """The closed days, each with its sheet."""

    subject, noun = Day, "days"
    title = _("Closed days")
    icon, group, order = "calendar", "finance", 12
    needs = {"view": SEE_REPORTS, "export": GET_DAY_SHEETS}
    list_columns = (
        "day_on",
        "store_id",
        "state",
        "net_fen",
        "expected_fen",
        "counted_fen",
        "difference_fen",
        "reason",
        "taken_fen",
        "closed_by",
        "closed_at",
        api.Column("times", hidden=True),
        api.Column("reopened_at", hidden=True),
        api.Column("reopen_reason", hidden=True),
    )
    default_sort = "-day_on"
    filters = ("store_id", "day_on", "state", "difference_fen", "closed_by")
    totals = ("net_fen", "difference_fen", "taken_fen")
    empty_hint = _("Days appear here when they are closed.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        return [api.RecordAction(_("Day sheet"), f"{HOME}days/{record.id}", CLOSE_DAYS, "GET")]


class ShiftAdmin(api.ModelAdmin):
    """The shifts that were handed over."""

    subject, noun = Shift, "shifts"
    title = _("Shifts")
    icon, group, order = "users", "finance", 14
    needs = {"view": SEE_REPORTS, "export": GET_DAY_SHEETS}
    list_columns = (
        "day_on",
        "number",
        "store_id",
        "from_user",
        "to_user",
        "expected_fen",
        "counted_fen",
        "difference_fen",
        "reason",
        "at",
    )
    default_sort = "-at"
    filters = ("store_id", "day_on", "from_user", "difference_fen")
    totals = ("difference_fen",)
    empty_hint = _("Shifts appear here when they are handed over.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        return [api.RecordAction(_("Shift sheet"), f"{HOME}shifts/{record.id}", CLOSE_DAYS, "GET")]
