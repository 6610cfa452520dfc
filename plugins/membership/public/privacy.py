"""The privacy centre on a member's phone: consents, a copy of her data, being forgotten."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, send_file
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.models import PURPOSES
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.consents import BASIC, consents_of, give_consent, withdraw_consent
from plugins.membership.services.copying import ask_copy, copies_of, find_copy
from plugins.membership.services.erasing import (
    open_erasure,
    what_she_has,
    wish_erasure,
    withdraw_erasure,
)

HERE = "/membership/privacy"


@routes.get("/privacy", audience="visitor")
def show_privacy() -> Any:
    """Show what she agreed to, and what she may ask for."""
    return _page()


@routes.post("/privacy/consents", audience="visitor")
def put_consent() -> Any:
    """Write down what she gave or took back."""
    purpose = request.form.get("purpose", "")
    if purpose not in dict(PURPOSES):
        raise api.NotFound(_("There is no such purpose."))
    gives = request.form.get("act") == "give"
    if not gives and purpose in BASIC:
        return _page(
            api.Refused(_("Without it there is no membership; you may ask for erasure instead."))
        )
    (give_consent if gives else withdraw_consent)(api.visitor().id, purpose, channel="phone")
    said = api.gettext("Thank you, it is written down.")
    flash(said if gives else api.gettext("Withdrawn, from now on."), "success")
    return redirect(HERE)


@routes.post("/privacy/copies", audience="visitor")
def ask_for_copy() -> Response:
    """Have a copy of her data made."""
    ask_copy(api.visitor().id, "phone")
    flash(api.gettext("Your copy is being made. Come back in a minute."), "success")
    return redirect(HERE)


@routes.get("/privacy/copies/<int:copy>", audience="visitor")
def fetch_copy(copy: int) -> Response:
    """Send her the copy."""
    member = member_here()
    place = find_copy(member.id, copy)
    return send_file(place, as_attachment=True, download_name=f"{member.number}.zip")


@routes.post("/privacy/erasure", audience="visitor")
def ask_for_erasure() -> Response:
    """Tell the staff that she wants to be forgotten."""
    wish_erasure(api.visitor().id)
    flash(api.gettext("We have your request and will get in touch with you."), "success")
    return redirect(HERE)


@routes.post("/privacy/erasure/withdraw", audience="visitor")
def stay() -> Response:
    """Take the request back."""
    withdraw_erasure(api.visitor().id)
    flash(api.gettext("Your request was withdrawn."), "success")
    return redirect(HERE)


def _page(problem: api.Refused | None = None) -> Any:
    member = member_here()
    return show(
        "privacy",
        problem,
        member=member,
        consents=consents_of(member.id),
        basic=BASIC,
        copies=copies_of(member.id),
        wish=open_erasure(member.id),
        has=what_she_has(member.id),
    )
