"""The page on which a person's leaving is confirmed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.salon.admin.records import reach
from plugins.salon.models import Staff
from plugins.salon.permissions import END_EMPLOYMENT
from plugins.salon.services.staffing import (
    end_employment,
    leaving_consequences,
    take_back,
    working_staff,
)

#: Every number of so many digits fits into the database.
LONGEST_NUMBER = 18


class LeavingPages:
    """Pages of the staff view: what leaving will do, doing it, and taking somebody back."""

    @api.page("/<int:number>/leave", needs=END_EMPLOYMENT)
    def leave(self, number: int) -> Any:
        return self._show_leaving(reach(Staff, number, END_EMPLOYMENT))

    @api.page("/<int:number>/leave", needs=END_EMPLOYMENT, methods=("POST",))
    def confirm_leaving(self, number: int) -> Any:
        staff = reach(Staff, number, END_EMPLOYMENT)
        name = staff.name
        try:
            last_on, successor_id = _read_last_day(), _read_successor()
            end_employment(staff.id, last_on=last_on, successor_id=successor_id)
        except api.Refused as refused:
            return self._show_leaving(reach(Staff, number, END_EMPLOYMENT), problem=refused)
        flash(api.gettext("%(name)s has left.", name=name), "success")
        return redirect("/console/salon/staff/")

    @api.page("/<int:number>/take-back", needs=END_EMPLOYMENT, methods=("POST",))
    def take_back(self, number: int) -> Response:
        staff = reach(Staff, number, END_EMPLOYMENT)
        take_back(staff.id)
        flash(api.gettext("%(name)s works here again.", name=staff.name), "success")
        return redirect("/console/salon/staff/")

    def _show_leaving(self, staff: Staff, problem: api.Refused | None = None) -> Any:
        successors = [
            person for person in working_staff() if person.id != staff.id and person.stores
        ]
        page = api.render(
            "salon/leave.html",
            view=self,
            staff=staff,
            consequences=leaving_consequences(staff),
            successors=successors,
            today=api.today(staff.main_store.time_zone),
            problem=problem,
            entered=request.form,
        )
        return (page, problem.status) if problem else page


def _read_last_day() -> dt.date:
    try:
        return dt.date.fromisoformat(request.form.get("last_on", "").strip())
    except ValueError:
        raise api.Refused(_("Enter a day such as 2026-02-17.")) from None


def _read_successor() -> int | None:
    entered = request.form.get("successor_id", "").strip()
    if not entered:
        return None
    if not entered.isascii() or not entered.isdigit() or len(entered) > LONGEST_NUMBER:
        raise api.Refused(_("Choose somebody else who works here as the successor."))
    return int(entered)
