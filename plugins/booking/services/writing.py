"""Writing a visit with its services, and the time that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console import api
from plugins.booking.services.facts import StoreFacts, facts_of, offer_of, price_at
from plugins.booking.services.planning import Wish
from plugins.booking.services.seating import Seat
from plugins.booking.services.taking import take


def write_visit(
    key: str, store_id: int, wishes: Sequence[Wish], seat: Seat, **values: Any
) -> int | None:
    """Add a visit with what it consists of, and claim its time; raises `JustTaken`.

    Returns None, and adds nothing, if its key was used in this very moment.
    """
    found = {
        "key": key,
        "version": 1,
        "reason": "",
        "store_id": store_id,
        "day_on": seat.day.day,
        "starts_at": seat.starts_at,
        "ends_at": seat.ends_at,
        "party": len({wish.guest for wish in wishes}),
        "booked_at": api.now(),
        "booked_by": api.actor().user_id,
    }
    return _write({**found, **values}, store_id, wishes, seat)


def write_seat(visit_id: int, store_id: int, wishes: Sequence[Wish], seat: Seat) -> None:
    """Write what a visit consists of, and claim its time; raises `JustTaken`."""
    _write(visit_id, store_id, wishes, seat)


def _write(
    visit: int | Mapping[str, Any], store_id: int, wishes: Sequence[Wish], seat: Seat
) -> int | None:
    facts = facts_of(store_id)
    items = [_item(facts, n, wish, seat) for n, wish in enumerate(wishes)]
    return take(visit, seat.choices, seat.day.first, seat.start, seat.rows, items)


def _item(facts: StoreFacts, number: int, wish: Wish, seat: Seat) -> dict[str, Any]:
    offset, minutes = seat.plan.times[number]
    staff_id = seat.staff_of(number)
    title, price = "", None
    if wish.variant_id is not None:
        title = offer_of(wish.variant_id).title
        price = price_at(facts, wish.variant_id, staff_id)
    return {
        "guest": wish.guest,
        "variant_id": wish.variant_id,
        "title": title,
        "staff_id": staff_id,
        "requested": wish.staff_id is not None and wish.asked,
        "offset": offset,
        "minutes": minutes,
        "agreed_minutes": wish.length,
        "price_fen": price,
    }
