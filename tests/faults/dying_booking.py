"""Acts of booking that may die at a fail point.

Each is sent with the same key every time, as a form is that got no answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from console import api
from plugins.booking.api import (
    Visit,
    Wish,
    book,
    change_visit,
    serve_waiting,
    submit,
    take_offer,
    turn_visit,
    wishes_of,
)
from plugins.booking.services.proposing import propose_time
from plugins.booking.services.telling import remind_guests

KEY = "booking: one form"
AN_HOUR = dt.timedelta(hours=1)


def book_like(visit_id: int) -> None:
    """Book what another visit is, an hour after it."""
    visit = api.db.session.get_one(Visit, visit_id)
    again = [Wish(wish.variant_id) for wish in wishes_of(visit)]
    book(
        visit.store_id,
        visit.starts_at + AN_HOUR,
        again,
        key=KEY,
        member_id=visit.member_id,
        source="phone",
    )


def send_kept(visit_id: int) -> None:
    """Make a booking of what is kept."""
    submit(api.db.session.get_one(Visit, visit_id).key)


def change(visit_id: int) -> None:
    """Move a visit an hour on, the first time."""
    visit = api.db.session.get_one(Visit, visit_id)
    change_visit(visit_id, visit.starts_at + AN_HOUR, key=KEY)


def propose(visit_id: int) -> None:
    """Propose an hour later, the first time."""
    visit = api.db.session.get_one(Visit, visit_id)
    propose_time(visit_id, visit.starts_at + AN_HOUR, key=KEY)


def cancel(visit_id: int) -> None:
    """Cancel a visit, for which somebody waits."""
    if api.db.session.get_one(Visit, visit_id).status != "cancelled":
        turn_visit(visit_id, "cancel")


def offer(store_id: int) -> None:
    """Offer what is free to who waits."""
    serve_waiting(store_id)


def take(wait_id: int) -> None:
    """Take what was offered."""
    take_offer(wait_id)


def remind(_number: int) -> None:
    """Remind everybody whose visit is near."""
    remind_guests()


ACTS: dict[str, Callable[[int], None]] = {
    "booking": book_like,
    "kept time": send_kept,
    "change": change,
    "proposal": propose,
    "cancellation": cancel,
    "offer": offer,
    "taken offer": take,
    "reminders": remind,
}
