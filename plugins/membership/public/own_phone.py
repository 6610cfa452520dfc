"""Changing her phone: a code to the old one, then a code to the new one."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.membership.public import wizard
from plugins.membership.public.apply import go_on
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.phones import normalise_phone
from plugins.messages.api import send_code


@routes.get("/phone", audience="visitor")
def show_own_phone() -> Any:
    """Say how a phone is changed, and offer to send the first code."""
    return _page("old_phone")


@routes.post("/phone", audience="visitor")
def ask_old_phone() -> Any:
    """Send a code to the phone that she has so far."""
    member = member_here()
    if member.phone is None:
        return _page("old_phone", api.Refused(_("The front desk can put your phone down.")))
    try:
        send_code(member.phone, "membership.old_phone")
    except api.Refused as problem:
        return _page("old_phone", problem)
    wizard.keep(wizard.Step("old_phone", member.phone, member_id=member.id))
    return redirect("/membership/confirm")


@routes.get("/phone/new", audience="visitor")
def show_new_phone() -> Any:
    """Ask for the new phone of a member who has proven the old one."""
    return _page("new_phone") if _has_proven() else redirect("/membership/phone")


@routes.post("/phone/new", audience="visitor")
def ask_new_phone() -> Any:
    """Send a code to the new phone."""
    member = member_here()
    if member.phone is None or not _has_proven():
        return redirect("/membership/phone")
    try:
        phone = normalise_phone(request.form.get("phone", ""))
        if phone == member.phone:
            raise api.Refused(_("This is the phone that you have already."))
        step = wizard.Step(
            "new_phone", phone, "/membership/me", former=member.phone, member_id=member.id
        )
        return go_on(step)
    except api.Refused as problem:
        return _page("new_phone", problem)


def _has_proven() -> bool:
    phone = member_here().phone
    return phone is not None and wizard.is_proven(phone)


def _page(template: str, problem: api.Refused | None = None) -> Any:
    member = member_here()
    return show(
        template, problem, phone=api.mask(member.phone or "", "phone"), entered=request.form
    )
