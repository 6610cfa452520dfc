"""Rings for guests who were called, and tells the front desk how long they waited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from console import api
from console.api import _
from walkin.api import Ticket

HEAR = api.Permission("bell.hear_it", _("Hear the bell"), ("front_desk",))


class Bell(api.Plugin):
    """A small neighbour of the walk-in queue."""

    name, version, title = "bell", "1.0", _("Bell")
    summary = _("Rings for guests who were called.")
    requires = {"walkin": ">=0.1"}
    permissions = (HEAR,)

    @api.hookimpl
    def walkin_guest_called(self, ticket_id: int) -> None:
        """Told by the worker, after the commit, in a unit of its own."""
        ticket = api.db.session.get(Ticket, ticket_id)
        if ticket is not None:
            title = _("Number %(number)s was called", number=ticket.number)
            api.notify(title, store_id=ticket.store_id, permission=HEAR, key=f"bell:{ticket_id}")

    @api.hookimpl
    def console_list_columns(self, model: type[Any]) -> Iterable[api.Column]:
        """Show in the queue how long each guest waited."""
        if model is Ticket:
            yield api.Column("waited", _("Minutes waited"), load=minutes_waited, kind="number")


def minutes_waited(ids: Sequence[int]) -> Mapping[int, int]:
    """Return the minutes for all rows of a page, by one query."""
    called = sa.select(Ticket).where(Ticket.id.in_(ids), Ticket.called_at.is_not(None))
    return {
        ticket.id: int((ticket.called_at - ticket.taken_at).total_seconds() // 60)
        for ticket in api.db.session.scalars(called)
        if ticket.called_at is not None
    }
