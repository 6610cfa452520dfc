"""What other plugins may import."""

from __future__ import annotations

from walkin.hookspecs import walkin_guest_called
from walkin.models import Ticket
from walkin.permissions import SEE
from walkin.services import MOST, PATIENCE, call_guests, count_waiting, take_number, tickets_of

__all__ = [
    "MOST",
    "PATIENCE",
    "SEE",
    "Ticket",
    "call_guests",
    "count_waiting",
    "take_number",
    "tickets_of",
    "walkin_guest_called",
]
