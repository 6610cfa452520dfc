"""The page with how one person does the services: whether, how long, and at which price level."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.salon.admin.records import reach
from plugins.salon.models import Level, Practice, Service, Staff
from plugins.salon.permissions import EDIT_STAFF, SEE_STAFF
from plugins.salon.services.catalogue import services_on_sale
from plugins.salon.services.staffing import drop_practice, put_practice

ANSWERS = {None: "", True: "yes", False: "no"}


class PracticePages:
    """A page of the staff view: her services."""

    @api.page("/<int:number>/services", needs=SEE_STAFF)
    def services(self, number: int) -> Any:
        return self._show_services(reach(Staff, number, SEE_STAFF))

    @api.page("/<int:number>/services", needs=EDIT_STAFF, methods=("POST",))
    def save_services(self, number: int) -> Any:
        staff = reach(Staff, number, EDIT_STAFF)
        try:
            _save(staff.id, services_on_sale())
        except api.Refused as refused:
            return self._show_services(reach(Staff, number, EDIT_STAFF), problem=refused)
        flash(api.gettext("Services and times saved."), "success")
        return redirect(f"/console/salon/staff/{number}/services")

    def _show_services(self, staff: Staff, problem: api.Refused | None = None) -> Any:
        said = {
            row.service_id: row
            for row in api.db.session.scalars(
                sa.select(Practice).where(Practice.staff_id == staff.id)
            )
        }
        skills = {skill.id for skill in staff.skills}
        rows = [
            _row(service, said.get(service.id), by_skill=service.skill_id in skills)
            for service in services_on_sale()
        ]
        page = api.render(
            "salon/practice.html",
            view=self,
            staff=staff,
            rows=rows,
            levels=api.db.session.scalars(sa.select(Level).order_by(Level.place)).all(),
            problem=problem,
            may_edit=EDIT_STAFF.held(staff.main_store_id),
        )
        return (page, problem.status) if problem else page


def _row(service: Service, practice: Practice | None, *, by_skill: bool) -> dict[str, Any]:
    stored = {
        "offered": ANSWERS[practice.offered if practice is not None else None],
        "minutes": str(practice.minutes or "") if practice else "",
        "level": str(practice.level_id or "") if practice else "",
    }
    usual = sum(s.minutes for s in service.segments if s.kind == "work" and s.skill_id is None)
    typed = {key: request.form.get(f"{key}-{service.id}", text) for key, text in stored.items()}
    return {"service": service, "by_skill": by_skill, "usual": usual, **typed}


@api.unit
def _save(staff_id: int, services: list[Service]) -> None:
    levels = {str(number): number for number in api.db.session.scalars(sa.select(Level.id))}
    for service in services:
        offered, minutes, level = (
            request.form.get(f"{key}-{service.id}", "").strip()
            for key in ("offered", "minutes", "level")
        )
        if not (offered or minutes or level):
            drop_practice(staff_id, service.id)
            continue
        if minutes and not (minutes.isdecimal() and 0 < int(minutes) <= 600):
            raise api.Refused(
                _("%(service)s: enter minutes between 1 and 600.", service=service.shown_name)
            )
        put_practice(
            staff_id,
            service.id,
            offered={"yes": True, "no": False}.get(offered),
            minutes=int(minutes) if minutes else None,
            level_id=levels.get(level),
        )
