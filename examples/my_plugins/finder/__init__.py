"""Finds the numbers of the queue from every page."""

from __future__ import annotations

import sqlalchemy as sa
from console import api
from console.api import _
from walkin.api import SEE, Ticket

#: Digits of the longest number that a ticket has.
LONGEST = 4


def find_tickets(text: str, most: int) -> list[api.SearchHit]:
    """Return the latest tickets with this number that the person may see."""
    if not text.isdecimal() or len(text) > LONGEST:
        return []
    latest = sa.select(Ticket.id).where(Ticket.number == int(text)).order_by(Ticket.id.desc())
    found = (
        api.find_record(Ticket, key, SEE) for key in api.db.session.scalars(latest.limit(most))
    )
    return [_show(ticket) for ticket in found if ticket is not None]


def _show(ticket: Ticket) -> api.SearchHit:
    label = api.gettext("Number %(number)s", number=ticket.number)
    detail = api.gettext("Called") if ticket.called_at else api.gettext("Waiting")
    return api.SearchHit(label, detail, f"/console/walkin/tickets/{ticket.id}/", "ticket")


class Finder(api.Plugin):
    """Puts the queue into the search palette."""

    name, version, title = "finder", "1.0", _("Finder")
    summary = _("Finds the numbers of the queue.")
    requires = {"walkin": ">=0.1"}
    search = (api.SearchSource("walkin_ticket", _("Walk-in queue"), SEE, find_tickets),)
