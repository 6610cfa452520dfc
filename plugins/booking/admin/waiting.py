"""The waiting list: who waits, why she was passed over, and offering by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.booking.forms import (
    day_of,
    key_of_form,
    moment_of,
    new_key,
    number_of,
    reach,
    store_here,
    stores_for,
    text_of,
    today_of,
)
from plugins.booking.models import OPEN_WAITS, WAIT_ACTS, Wait, WaitAct
from plugins.booking.permissions import SEE_VISITS
from plugins.booking.permissions_waiting import EDIT_WAITING
from plugins.booking.services.claiming import Taken
from plugins.booking.services.planning import MOST_GUESTS
from plugins.booking.services.reading import free_times
from plugins.booking.services.showing import clock_of
from plugins.booking.services.waiting import WaitDraft, join_waiting, wishes_of_wait
from plugins.booking.services.waiting_offers import (
    decline_offer,
    has_offer,
    leave_waiting,
    offer_time,
    serve_waiting,
    take_offer,
)
from plugins.booking.showing_waits import (
    STATE_TONES,
    days_of,
    hours,
    hours_of,
    what_of,
    whats,
    why_words,
)
from plugins.membership.api import Member, find_exactly
from plugins.salon.api import Staff, read_time, services_on_sale, show_time, working_staff

HOME = "/console/booking/waiting/"
#: So many days are shown when a time is offered by hand.
DAYS = 7


class WaitAdmin(api.ModelAdmin):
    """Who waits for a time or a place, first come first."""

    subject, noun = Wait, "waiting"
    title, singular = _("Waiting list"), _("guest on the waiting list")
    icon, group, order = "hourglass", "booking", 24
    needs = {"view": SEE_VISITS}
    list_columns = (
        "joined_at",
        "guest_name",
        api.Column("what", _("Waits for"), load=whats),
        "party",
        "first_on",
        "last_on",
        api.Column("hours", _("Hours"), load=hours),
        "staff_id",
        "state",
        "store_id",
    )
    default_sort = "joined_at"
    filters = ("state", "store_id", "first_on", "last_on", "member_id", "class_id", "source")
    search = ("guest_name",)
    details = (
        "guest_name",
        "member_id",
        "guest_phone",
        "party",
        "first_on",
        "last_on",
        "staff_id",
        "state",
        "offered_until",
        "joined_at",
        "source",
        "store_id",
        "note",
    )
    page_actions = (
        {
            "label": _("Add to the waiting list"),
            "icon": "plus",
            "url": f"{HOME}add",
            "needs": EDIT_WAITING,
        },
    )
    empty_hint = _("Members join from their phones when no time suits; you can add them here too.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        where, found = f"{HOME}{record.id}", []
        if has_offer(record):
            found += [
                api.RecordAction(_("She takes it"), f"{where}/take", EDIT_WAITING),
                api.RecordAction(_("She declines it"), f"{where}/decline", EDIT_WAITING),
            ]
        elif record.state in OPEN_WAITS and record.class_id is None:
            found.append(api.RecordAction(_("Offer a time"), f"{where}/offer", EDIT_WAITING, "GET"))
        if record.state in OPEN_WAITS:
            found.append(
                api.RecordAction(
                    _("Remove from the list"), f"{where}/leave", EDIT_WAITING, "GET", danger=True
                )
            )
        return found

    def panels(self, record: Any) -> list[api.Panel]:
        acts = sa.select(WaitAct).where(WaitAct.wait_id == record.id).order_by(WaitAct.id.desc())
        html = render_template(
            "booking/_wait.html",
            wait=record,
            what=what_of(record),
            hours=hours_of(record),
            days=days_of(record),
            offered=has_offer(record),
            acts=api.db.session.scalars(acts.limit(60)).all(),
            labels=dict(WAIT_ACTS),
            why_words=why_words,
            tones=STATE_TONES,
        )
        return [api.Panel(_("Waits for"), Markup(html), 10)]  # noqa: S704 - a template escapes

    @api.page("/add", needs=EDIT_WAITING)
    def ask(self) -> Any:
        return self._form()

    @api.page("/add", needs=EDIT_WAITING, methods=("POST",))
    def add(self) -> Any:
        """Put a guest on the list, and offer her what is free already."""
        store = store_here(EDIT_WAITING)
        try:
            wait = join_waiting(store.id, _draft(store), key=key_of_form())
        except api.Refused as refused:
            return self._form(refused)
        serve_waiting(store.id)
        api.say_done(api.gettext("Added to the waiting list."))
        return redirect(f"{HOME}{wait.id}/")

    @api.page("/<int:number>/offer", needs=EDIT_WAITING)
    def ask_offer(self, number: int) -> Any:
        return self._offer(reach(Wait, number, EDIT_WAITING))

    @api.page("/<int:number>/offer", needs=EDIT_WAITING, methods=("POST",))
    def offer(self, number: int) -> Any:
        """Keep a time that was chosen by hand for her, and tell her."""
        wait = reach(Wait, number, EDIT_WAITING)
        try:
            offer_time(wait.id, moment_of("starts_at", wait.store.time_zone), number_of("staff_id"))
        except api.Refused as refused:
            return self._offer(reach(Wait, number, EDIT_WAITING), refused)
        api.say_done(api.gettext("Offered: the time is kept for her."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/take", needs=EDIT_WAITING, methods=("POST",))
    def take(self, number: int) -> Any:
        visit = take_offer(reach(Wait, number, EDIT_WAITING).id)
        api.say_done(api.gettext("Booked."))
        return redirect(f"/console/booking/visits/{visit.id}/")

    @api.page("/<int:number>/decline", needs=EDIT_WAITING, methods=("POST",))
    def decline(self, number: int) -> Any:
        decline_offer(reach(Wait, number, EDIT_WAITING).id)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}{number}/")

    @api.page("/<int:number>/leave", needs=EDIT_WAITING)
    def ask_leave(self, number: int) -> Any:
        wait = reach(Wait, number, EDIT_WAITING)
        return api.render("booking/wait_leave.html", view=self, wait=wait)

    @api.page("/<int:number>/leave", needs=EDIT_WAITING, methods=("POST",))
    def leave(self, number: int) -> Any:
        leave_waiting(reach(Wait, number, EDIT_WAITING).id, text_of("reason"))
        api.say_done(api.gettext("Removed from the waiting list."))
        return redirect(f"{HOME}{number}/")

    def _form(self, problem: api.Refused | None = None) -> Any:
        store = store_here(EDIT_WAITING)
        today, member_id = today_of(store), number_of("member_id")
        page = api.render(
            "booking/wait_add.html",
            view=self,
            store=store,
            stores=stores_for(EDIT_WAITING),
            member=api.find_record(Member, member_id, EDIT_WAITING) if member_id else None,
            services=services_on_sale(store.id),
            staff=[each for each in working_staff(store.id) if each.skills],
            most=MOST_GUESTS,
            days=[today + dt.timedelta(days=n) for n in range(31)],
            times=[show_time(minute) for minute in range(6 * 60, 24 * 60 + 1, 30)],
            entered=request.values,
            key=request.form.get("key") or new_key(),
            problem=problem,
            others=(),
        )
        return (page, problem.status) if problem else page

    def _offer(self, wait: Wait, problem: api.Refused | None = None) -> Any:
        first = max(day_of("day", wait.first_on), today_of(wait.store))
        days, other = dict[dt.date, list[dt.datetime]](), problem
        staff_id = number_of("staff_id")
        try:
            wishes = wishes_of_wait(wait, staff_id)
            last = first + dt.timedelta(days=DAYS - 1)
            days = free_times(wait.store_id, wishes, first, last)
        except api.Refused as refused:
            other = other or refused
        page = api.render(
            "booking/wait_offer.html",
            view=self,
            wait=wait,
            what=what_of(wait),
            wanted=days_of(wait),
            hours=hours_of(wait),
            times=days,
            staff=[each for each in working_staff(wait.store_id) if each.skills],
            staff_id=staff_id,
            clock_of=clock_of,
            later=first + dt.timedelta(days=DAYS),
            problem=other,
            others=problem.alternatives if isinstance(problem, Taken) else (),
        )
        return (page, problem.status) if problem else page


def _draft(store: api.Store) -> WaitDraft:
    member, name, phone = _guest()
    today = today_of(store)
    staff_id = number_of("staff_id")
    if staff_id:
        staff_id = reach(Staff, staff_id, EDIT_WAITING).id
    chosen = request.form.getlist("variant_id")[:6]
    return WaitDraft(
        first_on=day_of("first_on", today),
        last_on=day_of("last_on", today),
        variant_ids=tuple(int(each) for each in chosen if each.isascii() and each.isdecimal()),
        staff_id=staff_id,
        from_minute=minute_of("from_time", 0),
        to_minute=minute_of("to_time", 2160),
        member_id=member.id if member else None,
        guest_name=name,
        guest_phone=phone,
        note=text_of("note"),
        party=number_of("people") or 1,
    )


def minute_of(name: str, usual: int) -> int:
    """Return a wall time that was sent as minutes after midnight, or the usual one."""
    text = text_of(name)
    return read_time(text) if text else usual


def _guest() -> tuple[Member | None, str, str | None]:
    member_id, text = number_of("member_id"), text_of("guest")
    if member_id:
        return reach(Member, member_id, EDIT_WAITING), "", None
    found = find_exactly(text) if text else []
    if len(found) == 1:
        return found[0], "", None
    return None, text, text_of("guest_phone") or None
