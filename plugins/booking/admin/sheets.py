"""Sheets to print and hang up: the roster of a week, its bookings, and a day for the mirror."""

from __future__ import annotations

import datetime as dt
from typing import Any

from console import api
from console.api import _
from plugins.booking.forms import day_of, number_of, store_here, text_of, today_of
from plugins.booking.permissions import SEE_ROSTER, SEE_VISITS
from plugins.booking.services.board import Sight
from plugins.booking.services.rosters_grid import tell_week
from plugins.booking.services.sheets import Row, rows_of
from plugins.salon.api import WEEKDAYS, Equipment, working_staff

A_DAY = dt.timedelta(days=1)


class Sheets(api.AdminView):
    """Names and hours on paper; no number of anybody."""

    title, noun = _("Sheets to print"), "sheets"
    group, icon = None, "printer"

    @api.page("/", needs=SEE_VISITS)
    def index(self) -> Any:
        """Show the bookings of a week: a row for each technician or each room."""
        store, kind = store_here(SEE_VISITS), _kind()
        monday = _monday(store)
        days = tuple(monday + n * A_DAY for n in range(7))
        rows = rows_of(Sight(store, days, kind), _rooms(store), short=_short())
        return self._show("week", store, days, rows, kind)

    @api.page("/day", needs=SEE_VISITS)
    def day(self) -> Any:
        """Show a day of each technician, or of one, for the mirror at which she works."""
        store, only = store_here(SEE_VISITS), number_of("only")
        days = (day_of("day", today_of(store)),)
        rows = rows_of(Sight(store, days, "staff", only), _rooms(store), short=_short())
        return self._show("day", store, days, rows, "staff", only)

    @api.page("/roster", needs=SEE_ROSTER)
    def roster(self) -> Any:
        """Show who works when in a week."""
        store = store_here(SEE_ROSTER)
        monday = _monday(store)
        told = tell_week(store, monday)
        return api.render(
            "booking/sheet_roster.html",
            view=self,
            store=store,
            days=[monday + n * A_DAY for n in range(7)],
            before=monday - 7 * A_DAY,
            after=monday + 7 * A_DAY,
            told=told,
            away_days={
                (leave["staff"], day)
                for leave in told["leaves"]
                if leave["state"] == "approved"
                for day in leave["days"]
            },
            printed=api.now(),
        )

    def _show(
        self,
        sheet: str,
        store: api.Store,
        days: tuple[dt.date, ...],
        rows: list[Row],
        kind: str,
        only: int | None = None,
    ) -> Any:
        step = len(days) * A_DAY
        return api.render(
            f"booking/sheet_{sheet}.html",
            view=self,
            store=store,
            days=days,
            before=days[0] - step,
            after=days[0] + step,
            rows=rows,
            kind=kind,
            only=only,
            staff=[each for each in working_staff(store.id) if each.skills],
            short=_short(),
            weekdays=dict(WEEKDAYS),
            printed=api.now(),
        )


def _kind() -> str:
    return "place" if text_of("by") == "place" else "staff"


def _short() -> bool:
    """Tell whether guests' names are shortened, as they are unless somebody asks for them."""
    return text_of("names") != "full"


def _monday(store: api.Store) -> dt.date:
    day = day_of("day", today_of(store))
    return day - dt.timedelta(days=day.weekday())


def _rooms(store: api.Store) -> dict[int, str]:
    rows = api.db.session.query(Equipment).filter_by(store_id=store.id)
    return {each.id: each.shown_name for each in rows}
