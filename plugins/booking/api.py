"""What other plugins may use of booking: free times, visits, and what is done with them."""

from __future__ import annotations

from plugins.booking.hookspecs import (
    booking_check_visit,
    booking_visit_booked,
    booking_visit_moved,
    booking_visit_status_changed,
)
from plugins.booking.models import Item, Visit
from plugins.booking.services.booking import book, change_visit, submit, wishes_of
from plugins.booking.services.claiming import Taken
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.turning import extend_visit, turn_visit

__all__ = [
    "Item",
    "Taken",
    "Visit",
    "Wish",
    "book",
    "booking_check_visit",
    "booking_visit_booked",
    "booking_visit_moved",
    "booking_visit_status_changed",
    "change_visit",
    "extend_visit",
    "free_times",
    "submit",
    "turn_visit",
    "wishes_of",
]
