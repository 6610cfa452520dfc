"""The unbound card and its two ways: applying for a card, and binding one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from flask import redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.public import finish, touches, wizard
from plugins.membership.public.routes import CARD, routes, show
from plugins.membership.services.consents import text_in_force
from plugins.membership.services.phones import normalise_phone
from plugins.messages.api import send_code

LONGEST_NUMBER = 40


@routes.get("/welcome", audience="anyone")
def welcome() -> Any:
    """Show the two ways to a card; who has one on this phone goes on."""
    target = asked_for()
    if api.find_visitor() is not None:
        return redirect(target)
    return show("welcome", target=target)


@routes.get("/apply", audience="anyone")
def show_application() -> Any:
    """Show the form of an application."""
    return _application()


@routes.post("/apply", audience="anyone")
def apply() -> Any:
    """Send a code to the phone; whoever has it becomes a member on the next page."""
    try:
        step = wizard.Step(
            act="apply",
            phone=normalise_phone(request.form.get("phone", "")),
            target=asked_for(),
            store_id=_chosen_store(),
            marketing="marketing" in request.form,
        )
        if "agreed" not in request.form:
            raise api.Refused(_("Please read and accept the privacy notice first."))
        return go_on(step)
    except api.Refused as problem:
        return _application(problem)


@routes.get("/notice", audience="anyone")
def show_notice() -> Any:
    """Show what members agree to, before anybody is one."""
    text = text_in_force("service").shown
    return show("notice", text=text, target=asked_for())


@routes.get("/bind", audience="anyone")
def show_binding() -> Any:
    """Show the form by which a card is bound."""
    return show("bind", target=asked_for(), entered=request.args)


@routes.post("/bind", audience="anyone")
def bind() -> Any:
    """Send a code to the phone; whoever has it sees her card on the next page."""
    try:
        step = wizard.Step(
            act="bind",
            phone=normalise_phone(request.form.get("phone", "")),
            target=asked_for(),
            number=request.form.get("number", "").strip()[:LONGEST_NUMBER],
        )
        return go_on(step)
    except api.Refused as problem:
        return show("bind", problem, target=asked_for(), entered=request.form)


def go_on(step: wizard.Step) -> Response:
    """Ask for a code, or finish at once when this phone was proven some minutes ago."""
    if wizard.is_proven(step.phone):
        return finish.finish(step)
    send_code(step.phone, f"membership.{step.act}")
    wizard.keep(step)
    return redirect("/membership/confirm")


def asked_for() -> str:
    """Return the page that was first asked for: a member's page of ours, else the card."""
    given = request.form.get("next") or request.args.get("next")
    return api.public_path(given, CARD)


def open_stores() -> list[api.Store]:
    """Return the stores that somebody can belong to."""
    query = sa.select(api.Store).where(api.Store.closed.is_(False)).order_by(api.Store.id)
    return list(api.db.session.scalars(query))


def store_in(target: str) -> str:
    """Return the number of the store that a page which was asked for is about, or ""."""
    return parse_qs(urlsplit(target).query).get("store", [""])[0]


def _chosen_store() -> int:
    wanted = request.form.get("store_id", "")
    found = next((store.id for store in open_stores() if str(store.id) == wanted), None)
    if found is None:
        raise api.Refused(_("Choose a store."))
    return int(found)


def _application(problem: api.Refused | None = None) -> Any:
    stores = open_stores()
    scanned = touches.latest()
    entered = request.form if problem else request.args
    return show(
        "apply",
        problem,
        target=asked_for(),
        entered=entered,
        stores=[(store.id, store.name) for store in stores],
        chosen=entered.get("store_id")
        or (scanned.store_id if scanned else stores[0].id if len(stores) == 1 else "")
        or store_in(asked_for()),
    )
