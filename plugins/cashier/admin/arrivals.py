"""Scanning a member's code when she arrives, and who has arrived today."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.cashier.admin import till_screen
from plugins.cashier.admin.forms import text_of
from plugins.cashier.models import ARRIVAL_ENDS, Arrival
from plugins.cashier.permissions import OPEN_BILLS
from plugins.cashier.services.arrivals import (
    arrival_clock,
    arrivals_of_day,
    arrive,
    end_arrival,
    find_arrival,
)
from plugins.cashier.services.keys import new_key
from plugins.membership.api import Member

HOME = "/console/cashier/arrivals/"


class Arrivals(api.AdminView):
    """One scan when she comes is her consent for the visit; each one of today is listed."""

    title, noun = _("Arrivals"), "arrivals"
    icon, group, order = "qrcode", "till", 15

    @api.page("/", needs=OPEN_BILLS)
    def index(self) -> Any:
        store = till_screen.store_here()
        return self._show(store) if store else till_screen.ask_store(self)

    @api.page("/scan", needs=OPEN_BILLS, methods=("POST",))
    def scan(self) -> Any:
        """Use a code up for the visit of the member who showed it."""
        store = till_screen.store_named(_number("store_id"))
        ticket = request.values.get("ticket", "")
        try:
            arrival = arrive(
                store.id,
                "".join(text_of("code").split()),
                key=f"shown:{ticket}" if ticket else text_of("key") or new_key(),
                ticket=ticket,
                member_id=_number("member_id"),
                about=text_of("about"),
            )
        except api.Refused as refused:
            return self._show(store, refused)
        told = {"name": arrival.member.name, "time": arrival_clock(arrival)}
        api.say_done(api.gettext("%(name)s has arrived, scanned at %(time)s.", **told))
        return redirect(_next(), 303)

    @api.page("/<int:number>/left", needs=OPEN_BILLS, methods=("POST",))
    def left(self, number: int) -> Any:
        """Let a scan stand no longer: she has left."""
        arrival = api.find_record(Arrival, number, OPEN_BILLS)
        if arrival is None:
            raise api.NotFound(_("There is no such record."))
        end_arrival(number, "left")
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}?store={arrival.store_id}", 303)

    def _show(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        member = self._wanted()
        standing = find_arrival(member.id, store.id) if member else None
        rows = arrivals_of_day(store.id)
        page = api.render(
            "cashier/arrivals.html",
            view=self,
            store=store,
            stores=till_screen.stores(),
            member=member,
            about=request.values.get("about", ""),
            ticket=request.args.get("shown", ""),
            next=_next(""),
            standing=arrival_clock(standing),
            rows=rows,
            people=_people(rows),
            ends=dict(ARRIVAL_ENDS),
            arrival_clock=arrival_clock,
            now=api.now(),
            key=new_key(),
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _wanted(self) -> Member | None:
        number = _number("member") or _number("member_id")
        if number is None:
            return None
        found: Member | None = api.find_record(Member, number, OPEN_BILLS)
        if found is None:
            raise api.NotFound(_("There is no such member."))
        return found


def _number(name: str) -> int | None:
    return request.values.get(name, type=int)


def _people(rows: list[Arrival]) -> dict[int, str]:
    """Return the names of those who scanned."""
    numbers = {one.by_user for one in rows if one.by_user}
    found = api.db.session.execute(
        sa.select(api.User.id, api.User.name).where(api.User.id.in_(numbers))
    )
    return {row.id: row.name for row in found}


def _next(usual: str = HOME) -> str:
    """Return the page of this console that the form leads on to."""
    wanted = request.values.get("next", "")
    return wanted if wanted.startswith("/console/") else usual
