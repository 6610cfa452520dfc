"""Turns: who is next for a guest who walks in, and how the list came about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.forms import (
    day_of,
    key_of_form,
    new_key,
    number_of,
    reach,
    store_here,
    stores_for,
    text_of,
    today_of,
)
from plugins.booking.models import TURN_ACTS
from plugins.booking.permissions import EDIT_VISITS, SEE_VISITS
from plugins.booking.permissions_waiting import KEEP_TURNS, SKIP_TURNS
from plugins.booking.services.booking import book
from plugins.booking.services.planning import Wish
from plugins.booking.services.showing import clock_of
from plugins.booking.services.turn_proposal import NextTurn, next_in_turn
from plugins.booking.services.turns import (
    ORDER,
    Step,
    TurnDay,
    note_turn,
    order_after,
    put_order,
    read_turns,
    set_order,
)
from plugins.membership.api import find_exactly
from plugins.salon.api import Staff, services_on_sale, working_staff

HOME = "/console/booking/turns/"


class Turns(api.AdminView):
    """The list of a day, who is next and why, and every step that led there."""

    title, noun = _("Turns"), "turns"
    group, icon, order = "booking", "users-group", 26

    @api.page("/", needs=SEE_VISITS)
    def index(self) -> Any:
        return self._show()

    @api.page("/", needs=KEEP_TURNS, methods=("POST",))
    def note(self) -> Any:
        """Note that somebody came, rests, is back or went home."""
        store = store_here(KEEP_TURNS)
        act, _colon, number = text_of("act").partition(":")
        if act not in ("here", "break", "back", "gone") or not number.isdecimal():
            raise api.NotFound(_("There is no such record."))
        note_turn(store.id, today_of(store), int(number), act)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}?store_id={store.id}")

    @api.page("/walk-in", needs=EDIT_VISITS, methods=("POST",))
    def walk_in(self) -> Any:
        """Book a guest who is here with the one whose turn it is; she was not asked for."""
        store = store_here(EDIT_VISITS)
        found = find_exactly(text_of("guest")) if text_of("guest") else []
        seconds = int(api.now().timestamp())
        wish = Wish(number_of("variant_id"), number_of("staff_id"), asked=False)
        try:
            visit = book(
                store.id,
                dt.datetime.fromtimestamp(seconds - seconds % 300, dt.UTC),
                [wish],
                key=key_of_form(),
                member_id=found[0].id if len(found) == 1 else None,
                guest_name=text_of("guest") or api.gettext("Walk-in"),
                source="walk_in",
            )
        except api.Refused as refused:
            return self._show(refused)
        api.say_done(api.gettext("Booked."))
        return redirect(f"/console/booking/visits/{visit.id}/")

    @api.page("/skip", needs=SKIP_TURNS)
    def ask_skip(self) -> Any:
        return self._skip(store_here(SKIP_TURNS))

    @api.page("/skip", needs=SKIP_TURNS, methods=("POST",))
    def skip(self) -> Any:
        store = store_here(SKIP_TURNS)
        try:
            staff_id = number_of("staff_id") or 0
            note_turn(store.id, today_of(store), staff_id, "skip", reason=text_of("reason"))
        except api.NotFound:
            raise
        except api.Refused as refused:
            return self._skip(store_here(SKIP_TURNS), refused)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}?store_id={store.id}")

    @api.page("/order", needs=SKIP_TURNS, methods=("POST",))
    def put_order(self) -> Any:
        """Set the order in which the days of a store begin."""
        store = store_here(SKIP_TURNS)
        people = _with_skills(store.id)
        places = {each.id: number_of(f"place-{each.id}") or 99 for each in people}
        put_order(store.id, sorted(places, key=lambda number: (places[number], number)))
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}?store_id={store.id}")

    def _skip(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        staff = reach(Staff, number_of("staff_id") or 0, SKIP_TURNS)
        page = api.render(
            "booking/turn_skip.html", view=self, store=store, staff=staff, problem=problem
        )
        return (page, problem.status) if problem else page

    def _show(self, problem: api.Refused | None = None) -> Any:
        store = store_here(SEE_VISITS)
        today = today_of(store)
        day, chosen = day_of("day", today), number_of("variant_id")
        turns, other = read_turns(store.id, day), problem
        try:
            found = next_in_turn(store, day, [chosen] if chosen else [], turns)
        except api.Refused as refused:
            found, other = NextTurn(), other or refused
        page = api.render(
            "booking/turns.html",
            view=self,
            store=store,
            stores=stores_for(SEE_VISITS),
            day=day,
            before=day - dt.timedelta(days=1),
            after=day + dt.timedelta(days=1),
            today=today,
            turns=turns,
            next=found,
            steps=_explained(store.id, turns),
            labels=dict(TURN_ACTS),
            clock=lambda moment: clock_of(moment, store.time_zone),
            may_keep=KEEP_TURNS.held(store.id),
            may_skip=SKIP_TURNS.held(store.id),
            may_book=EDIT_VISITS.held(store.id),
            services=services_on_sale(store.id),
            chosen=chosen,
            entered=request.values,
            key=request.form.get("key") or new_key(),
            order=_in_set_order(store.id),
            settable=ORDER.get(store.id) == "set",
            problem=other,
            others=(),
        )
        return (page, problem.status) if problem else page


def turn_strip(store: api.Store) -> NextTurn | None:
    """Return who is next, for the strip beside the board; None where nobody takes turns."""
    today = today_of(store)
    turns = read_turns(store.id, today)
    return next_in_turn(store, today, (), turns) if turns.rule != "off" and turns.line else None


def _explained(store_id: int, turns: TurnDay) -> list[tuple[Step, list[str]]]:
    """Return each step with the list after it, the latest first."""
    places = set_order(store_id) if ORDER.get(store_id) == "set" else None
    found = []
    for count, step in enumerate(turns.steps, 1):
        line = order_after(turns.steps[:count], rule=turns.rule, places=places)
        found.append((step, [turns.staff[one.staff_id].name for one in line]))
    return found[::-1]


def _with_skills(store_id: int) -> list[Staff]:
    return [each for each in working_staff(store_id) if each.skills]


def _in_set_order(store_id: int) -> list[Staff]:
    places = set_order(store_id)
    return sorted(_with_skills(store_id), key=lambda each: (places.get(each.id, 99), each.id))
