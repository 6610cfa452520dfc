"""The rules of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from console import api
from console.api import _

from walkin.hookspecs import walkin_guest_called
from walkin.models import Ticket

PATIENCE = api.Setting("walkin.patience", _("Minutes until a number lapses"), 60, least=5)
MOST = api.Setting("walkin.most", _("Most guests who wait"), 20, least=1, per_store=True)


@api.unit
def take_number(store_id: int, member_id: int | None = None) -> int:
    """Put a guest at the end of today's queue and return her number."""
    store = api.db.session.get(api.Store, store_id, with_for_update=True)
    if store is None:
        raise api.NotFound(_("There is no such store."))
    if count_waiting(store_id) >= MOST.get(store_id):
        raise api.Refused(_("The queue is full. Please ask at the front desk."))
    day = today_of(store)
    taken = sa.select(sa.func.max(Ticket.number)).where(
        Ticket.store_id == store_id, Ticket.day_on == day
    )
    number = (api.db.session.scalar(taken) or 0) + 1
    api.db.session.add(
        Ticket(
            store_id=store_id,
            day_on=day,
            number=number,
            member_id=member_id,
            taken_at=api.now(),
        )
    )
    return number


@api.unit
def call_guests(ids: Sequence[int]) -> int:
    """Call these guests and return how many; who was called before is not called again."""
    lapsed = api.now() - timedelta(minutes=PATIENCE.get())
    waiting = sa.select(Ticket).where(Ticket.id.in_(ids), Ticket.called_at.is_(None))
    tickets = api.db.session.scalars(waiting.with_for_update()).all()
    for ticket in tickets:
        if ticket.taken_at < lapsed:
            raise api.Refused(_("Number %(number)s has lapsed.", number=ticket.number))
        ticket.called_at = api.now()
        api.emit(walkin_guest_called, ticket_id=ticket.id, member_id=ticket.member_id)
    return len(tickets)


def count_waiting(store_id: int, before: int | None = None) -> int:
    """Return how many guests wait in a store, or how many of them *before* a number."""
    store = api.db.session.get_one(api.Store, store_id)
    waiting = sa.select(sa.func.count(Ticket.id)).where(
        Ticket.store_id == store_id,
        Ticket.day_on == today_of(store),
        Ticket.called_at.is_(None),
    )
    if before is not None:
        waiting = waiting.where(Ticket.number < before)
    return api.db.session.scalar(waiting) or 0


def tickets_of(member_id: int) -> Sequence[Ticket]:
    """Return the numbers that a member took lately, the newest first."""
    taken = sa.select(Ticket).where(Ticket.member_id == member_id)
    return api.db.session.scalars(taken.order_by(Ticket.id.desc()).limit(10)).all()


def today_of(store: api.Store) -> date:
    """Return the business day of a store, which may end after midnight."""
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)
