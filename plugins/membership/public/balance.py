"""Her stored value on her phone: cards with their top-ups, the offers, and her PIN."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.membership.hookspecs import membership_balance_acts
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.holding import hold_of
from plugins.membership.services.movements import notes_on, tell_movements
from plugins.membership.services.offers import offers_for
from plugins.membership.services.pins import check_member_pin, has_pin, set_member_pin
from plugins.membership.services.purses import purses_of, say_rates
from plugins.membership.services.recharging import say_bars

LINES = 5


@routes.get("/balance", audience="visitor")
def show_balance() -> Any:
    """Show what is left of each top-up, the latest movements, and the offers."""
    member = member_here()
    purses = purses_of(member.id)
    moments = list(tell_movements(member.id, None, LINES, to_her=True))
    hold = hold_of(member.id)
    acts = [] if hold else api.answers(membership_balance_acts, member_id=member.id)
    return show(
        "balance",
        purses=[one for one in purses if one.balance_fen or not one.code],
        total_fen=sum(one.balance_fen for one in purses),
        hold=hold,
        acts=[one for answer in acts for one in answer],
        offers=offers_for(member.id, member.home_store_id),
        moments=moments,
        notes=notes_on(member.id, moments),
        has_pin=has_pin(member.id),
        say_rates=say_rates,
        say_bars=say_bars,
    )


@routes.get("/pin", audience="visitor")
def show_pin() -> Any:
    """Ask for a new PIN, and for the one there is."""
    return show("pin", has_pin=has_pin(member_here().id))


@routes.post("/pin", audience="visitor")
def put_pin() -> Any:
    """Set her PIN; whoever holds her phone needs the one there is."""
    member_id = member_here().id
    known = has_pin(member_id)
    try:
        pin = request.form.get("pin", "").strip()
        if pin != request.form.get("again", "").strip():
            raise api.Refused(_("The two PINs differ."))
        api.db.session.rollback()
        if known:
            check_member_pin(member_id, request.form.get("old", ""))
        set_member_pin(member_id, pin)
    except api.Refused as problem:
        return show("pin", problem, has_pin=known)
    return redirect("/membership/balance")
