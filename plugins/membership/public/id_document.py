"""Her ID on her phone: she may note it herself before she buys a card or tops up."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from console import api
from plugins.membership.models import DOCUMENTS
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.id_documents import id_of, note_id


@routes.get("/id", audience="visitor")
def show_id() -> Any:
    """Show which document is noted, and the form for another one."""
    return _page()


@routes.post("/id", audience="visitor")
def put_id() -> Any:
    """Note her document."""
    kind, number = request.form.get("kind", ""), request.form.get("number", "")[:40]
    member_id = member_here().id
    api.db.session.rollback()
    api.count_try("member id", member_id)
    try:
        note_id(member_id, kind, number)
    except api.Refused as problem:
        return _page(problem)
    flash(api.gettext("Saved."), "success")
    return redirect(_next() or "/membership/id")


def _next() -> str:
    """Return the page of a purchase that waits for it; "" where none does."""
    target = request.values.get("next", "")
    fits = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if fits else ""


def _page(problem: api.Refused | None = None) -> Any:
    noted = id_of(member_here().id)
    said = dict(DOCUMENTS)[noted.kind] if noted else ""
    return show("id", problem, noted=noted, said=said, documents=DOCUMENTS, entered=request.form)
