"""Classes: what is planned, who comes, and who is here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import redirect, render_template, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.booking.forms import (
    key_of_form,
    moment_of,
    new_key,
    number_of,
    reach,
    store_here,
    stores_for,
    text_of,
)
from plugins.booking.models import GroupClass, Seat, Visit, Wait
from plugins.booking.permissions import EDIT_VISITS, FORCE_VISITS, SEE_VISITS, SERVE_VISITS
from plugins.booking.permissions_waiting import EDIT_CLASSES
from plugins.booking.services.claiming import Taken
from plugins.booking.services.class_places import set_places
from plugins.booking.services.classes import (
    MOST_WEEKS,
    ClassDraft,
    cancel_class,
    finish_class,
    places_left,
    plan_classes,
    seats_of,
    take_place,
)
from plugins.booking.services.extending import EXTENDABLE
from plugins.booking.services.showing import LABELS, TONES
from plugins.booking.services.turning import turn_visit
from plugins.booking.showing_waits import class_title, free_places
from plugins.membership.api import Member, find_exactly
from plugins.salon.api import Staff, services_on_sale, working_staff

HOME = "/console/booking/classes/"


class ClassAdmin(api.ModelAdmin):
    """Every class, with its list of guests."""

    subject, noun = GroupClass, "classes"
    title, singular = _("Classes"), _("class")
    icon, group, order = "users", "booking", 28
    needs = {"view": SEE_VISITS}
    list_columns = (
        "starts_at",
        "title",
        "leader_id",
        api.Column("taken", _("Places taken"), load=free_places),
        "price_fen",
        "store_id",
        "cancelled_at",
    )
    default_sort = "-starts_at"
    filters = ("starts_at", "leader_id", "store_id", "variant_id", "cancelled_at")
    search = ("title",)
    details = (
        "title",
        "starts_at",
        "ends_at",
        "leader_id",
        "capacity",
        "price_fen",
        "store_id",
        "note",
        "cancelled_at",
        "reason",
    )
    page_actions = (
        {
            "label": _("Plan a class"),
            "icon": "plus",
            "url": f"{HOME}plan",
            "needs": EDIT_CLASSES,
        },
    )
    empty_hint = _("A class has one leader, one room and so many places; members book a place.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.cancelled_at is not None or record.visit.status == "done":
            return []
        where, found = f"{HOME}{record.id}", []
        if record.starts_at <= api.now():
            found.append(api.RecordAction(_("Class is over"), f"{where}/finish", SERVE_VISITS))
        visit = f"/console/booking/visits/{record.visit_id}"
        if record.visit.status in EXTENDABLE:
            extend = api.lazy_pgettext("visit", "Extend")
            found.append(api.RecordAction(extend, f"{visit}/extend", SERVE_VISITS, "GET"))
        if record.visit.status in ("confirmed", "arrived"):
            found += [
                api.RecordAction(_("Move class"), f"{visit}/change", EDIT_CLASSES, "GET"),
                api.RecordAction(
                    _("Cancel class"), f"{where}/cancel", EDIT_CLASSES, "GET", danger=True
                ),
            ]
        return found

    def panels(self, record: Any) -> list[api.Panel]:
        seats = seats_of(record.id)
        waits = api.db.session.query(Wait).filter(
            Wait.class_id == record.id, Wait.state.in_(("waiting", "offered"))
        )
        html = render_template(
            "booking/_class.html",
            group=record,
            seats=seats,
            left=places_left([record])[record.id],
            waits=waits.order_by(Wait.joined_at).all(),
            words=LABELS,
            tones=TONES,
            may_book=EDIT_VISITS.held(record.store_id) and record.cancelled_at is None,
            may_plan=EDIT_CLASSES.held(record.store_id) and record.cancelled_at is None,
            may_serve=SERVE_VISITS.held(record.store_id),
            key=new_key(),
        )
        return [api.Panel(_("Who comes"), Markup(html), 10)]  # noqa: S704 - a template escapes

    @api.page("/plan", needs=EDIT_CLASSES)
    def ask(self) -> Any:
        return self._form()

    @api.page("/plan", needs=EDIT_CLASSES, methods=("POST",))
    def plan(self) -> Any:
        """Plan a class, or one for each of some weeks."""
        store = store_here(EDIT_CLASSES)
        try:
            groups = plan_classes(
                store.id,
                _draft(store),
                key=key_of_form(),
                weeks=number_of("weeks") or 1,
                force=bool(text_of("force")) and FORCE_VISITS.held(store.id),
            )
        except api.Refused as refused:
            return self._form(refused)
        words = api.ngettext("Class planned.", "%(num)s classes planned.", len(groups))
        api.say_done(words)
        return redirect(f"{HOME}{groups[0].id}/")

    @api.page("/<int:number>/place", needs=EDIT_VISITS, methods=("POST",))
    def add_guest(self, number: int) -> Any:
        """Give a guest a place; a member is found by phone or number."""
        group = reach(GroupClass, number, EDIT_VISITS)
        text = text_of("guest")
        found = find_exactly(text) if text else []
        member = reach(Member, found[0].id, EDIT_VISITS) if len(found) == 1 else None
        take_place(
            group.id,
            key=key_of_form(),
            member_id=member.id if member else None,
            guest_name=text,
        )
        api.say_done(api.gettext("Booked."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/places", needs=EDIT_CLASSES, methods=("POST",))
    def set_places(self, number: int) -> Any:
        """Give a class more places or fewer."""
        group = reach(GroupClass, number, EDIT_CLASSES)
        set_places(group.id, number_of("capacity") or 0)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/turn/<act>", needs=SERVE_VISITS, methods=("POST",))
    def turn(self, number: int, act: str) -> Any:
        """Say of one guest that she is here, or give her place back."""
        needs = {"arrive": SERVE_VISITS, "cancel": EDIT_VISITS}.get(act)
        if needs is None:
            raise api.NotFound(_("There is no such record."))
        group = reach(GroupClass, number, needs)
        visit = reach(Visit, number_of("visit_id") or 0, needs)
        if not api.db.session.query(Seat).filter_by(class_id=group.id, visit_id=visit.id).count():
            raise api.NotFound(_("There is no such record."))
        turn_visit(visit.id, act)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/finish", needs=SERVE_VISITS, methods=("POST",))
    def finish(self, number: int) -> Any:
        finish_class(reach(GroupClass, number, SERVE_VISITS).id)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/cancel", needs=EDIT_CLASSES)
    def ask_cancel(self, number: int) -> Any:
        return self._cancel(reach(GroupClass, number, EDIT_CLASSES))

    @api.page("/<int:number>/cancel", needs=EDIT_CLASSES, methods=("POST",))
    def cancel(self, number: int) -> Any:
        group = reach(GroupClass, number, EDIT_CLASSES)
        try:
            cancel_class(group.id, text_of("reason"))
        except api.Refused as refused:
            return self._cancel(reach(GroupClass, number, EDIT_CLASSES), refused)
        api.say_done(api.gettext("Cancelled; everybody is told."))
        return redirect(f"{HOME}{number}/")

    def _cancel(self, group: GroupClass, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "booking/class_cancel.html",
            view=self,
            group=group,
            title=class_title(group),
            taken=len(seats_of(group.id)),
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _form(self, problem: api.Refused | None = None) -> Any:
        store = store_here(EDIT_CLASSES)
        page = api.render(
            "booking/class_plan.html",
            view=self,
            store=store,
            stores=stores_for(EDIT_CLASSES),
            services=services_on_sale(store.id),
            staff=[each for each in working_staff(store.id) if each.skills],
            entered=request.values,
            most_weeks=MOST_WEEKS,
            may_force=FORCE_VISITS.held(store.id),
            key=request.form.get("key") or new_key(),
            problem=problem,
            others=problem.alternatives if isinstance(problem, Taken) else (),
        )
        return (page, problem.status) if problem else page


def _draft(store: api.Store) -> ClassDraft:
    price = text_of("price")
    leader = reach(Staff, number_of("leader_id") or 0, EDIT_CLASSES)
    return ClassDraft(
        variant_id=number_of("variant_id") or 0,
        leader_id=leader.id,
        starts_at=_whole(moment_of("starts_at", store.time_zone)),
        capacity=number_of("capacity") or 0,
        title=text_of("title"),
        price_fen=api.parse_fen(price) if price else None,
        note=text_of("note"),
    )


def _whole(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)
