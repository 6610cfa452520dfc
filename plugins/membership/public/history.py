"""What a member had and has: her movements in the ledger, and what is left of her cards."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import request

from console import api
from plugins.ledger.api import Journal
from plugins.membership.hookspecs import TimelinePlace
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.movements import SOURCE, notes_on, tell_movements

PAGE = 20


@routes.get("/history", audience="visitor")
def show_history() -> Any:
    """Show her own movements, the latest first, a page at a time."""
    member = member_here()
    found = list(tell_movements(member.id, _place(), PAGE + 1, to_her=True))
    shown = found[:PAGE]
    return show(
        "history",
        moments=shown,
        notes=notes_on(member.id, shown),
        older=shown[-1].number if len(found) > PAGE else None,
        holdings=holdings_of(member.id),
    )


@routes.get("/services", audience="visitor")
def show_services() -> Any:
    """Show how often she may still use each of her cards."""
    return show("services", holdings=holdings_of(member_here().id))


def _place() -> TimelinePlace | None:
    """Return where an older page begins: at the journal that the page before ended with."""
    text = request.args.get("before", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        return None
    at = api.db.session.scalar(sa.select(Journal.posted_at).where(Journal.id == int(text)))
    return TimelinePlace(at, SOURCE, int(text)) if at is not None else None
