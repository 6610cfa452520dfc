"""Typing the code that came by SMS, and what to read when staff must look into it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.public import wizard
from plugins.membership.public.apply import asked_for
from plugins.membership.public.finish import finish
from plugins.membership.public.routes import CARD, routes, show
from plugins.messages.api import ProvenPhone, check_code, send_code, use_code

UNCLEAR = {
    "unknown": _("There is no card with this phone. Staff of the salon were told."),
    "several": _("More than one file may be yours. Staff will look into it and call you."),
    "number": _("This card belongs to another phone. Staff will look into it and call you."),
    "taken": _("This phone is on another file. Staff will look into it and call you."),
}


@routes.get("/confirm", audience="anyone")
def show_confirmation() -> Any:
    """Ask for the code that was sent."""
    step = wizard.current()
    return redirect(CARD) if step is None else _page(step)


@routes.post("/confirm", audience="anyone")
def confirm() -> Any:
    """Check the code and finish what it was asked for."""
    step = wizard.current()
    if step is None:
        return redirect(CARD)
    code = "".join(request.form.get("code", "").split())[:10]
    try:
        proven = check_code(step.phone, f"membership.{step.act}", code)
        if step.act == "old_phone":
            return _ask_for_the_new_one(step, proven)
        return finish(step, proven)
    except api.Refused as problem:
        return _page(step, problem)


@routes.post("/confirm/again", audience="anyone")
def send_again() -> Any:
    """Send another code to the same phone."""
    step = wizard.current()
    if step is None:
        return redirect(CARD)
    try:
        send_code(step.phone, f"membership.{step.act}")
    except api.Refused as problem:
        return _page(step, problem)
    flash(api.gettext("Another code is on its way."), "success")
    return redirect("/membership/confirm")


@routes.get("/unclear", audience="anyone")
def show_unclear() -> Any:
    """Say why no card was bound, and what happens now."""
    why = request.args.get("why", "")
    target = quote(asked_for())
    actions = []
    if why == "unknown":
        actions = [
            {
                "label": api.gettext("Apply for a WeChat member card"),
                "url": f"/membership/apply?next={target}",
            },
            {
                "label": api.gettext("Give a card number"),
                "url": f"/membership/bind?next={target}",
            },
        ]
    return api.render_public(
        "public/message.html",
        heading=api.gettext("Not bound yet"),
        message=UNCLEAR.get(why, UNCLEAR["several"]),
        icon="hourglass" if why != "unknown" else "mood-empty",
        actions=actions or [{"label": api.gettext("Back"), "url": asked_for()}],
    )


def _ask_for_the_new_one(step: wizard.Step, proven: ProvenPhone) -> Response:
    """Remember which phone was proven, and ask for the one that takes its place."""
    api.unit(use_code)(proven)
    wizard.note_proven(step.phone)
    wizard.forget()
    return redirect("/membership/phone/new")


def _page(step: wizard.Step, problem: api.Refused | None = None) -> Any:
    shown = api.mask(step.phone, "phone")
    return show("confirm", problem, step=step, shown=shown, demo=api.demo_flag())
