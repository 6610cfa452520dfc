"""Months, locked or not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request
from werkzeug.utils import redirect

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import text_of
from plugins.cashier.permissions import LOCK_PERIODS, SEE_REPORTS
from plugins.cashier.services.closing.periods import (
    lock_month,
    month_end,
    months,
    open_days,
    unlock_month,
)

HOME = "/console/cashier/periods/"


class Periods(api.AdminView):
    """Which months are locked."""

    title, noun = _("Locked months"), "periods"
    icon, group, order = "lock", "finance", 18

    @api.page("/", needs=SEE_REPORTS)
    def index(self) -> Any:
        """Show the months that had bills."""
        return self._show()

    @api.page("/lock", needs=LOCK_PERIODS, methods=("POST",))
    def lock(self) -> Any:
        """Lock a month."""
        return self._try(lambda month: lock_month(month), api.gettext("The month is locked."))

    @api.page("/unlock", needs=LOCK_PERIODS, methods=("POST",))
    def unlock(self) -> Any:
        """Unlock the last locked month."""
        done = api.gettext("The month is open again.")
        return self._try(lambda month: unlock_month(month, text_of("reason")), done)

    def _try(self, act: Any, done: str) -> Any:
        try:
            act(_month())
        except api.Refused as refused:
            return self._show(refused), refused.status
        api.say_done(done)
        return redirect(HOME)

    def _show(self, problem: api.Refused | None = None) -> str:
        today = api.today("Asia/Shanghai")
        rows: list[dict[str, Any]] = [
            {
                "month": month,
                "lock": lock,
                "over": month_end(month) < today,
                "missing": () if lock and lock.locked else open_days(month),
            }
            for month, lock in months()
        ]
        people = drawing.people_named(
            [
                number
                for row in rows
                if row["lock"] is not None
                for number in (row["lock"].locked_by, row["lock"].unlocked_by)
            ]
        )
        return api.render(
            "cashier/reports/periods.html",
            view=self,
            rows=rows,
            people=people,
            last=next((row["month"] for row in rows if row["lock"] and row["lock"].locked), None),
            may_lock=LOCK_PERIODS.held(),
            entered=request.form,
            problem=problem,
        )


def _month() -> dt.date:
    try:
        return dt.date.fromisoformat(text_of("month"))
    except ValueError as problem:
        raise api.Refused(_("Load the page again.")) from problem
