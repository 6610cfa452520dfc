"""What may be allowed with the waiting list, turns and classes."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.booking.permissions import DESK

EDIT_WAITING = api.Permission(
    "booking.edit_waiting", _("Offer times to the waiting list, add and remove guests"), DESK
)
KEEP_TURNS = api.Permission(
    "booking.keep_turns", _("Note who came to work, rests, or went home"), DESK
)
SKIP_TURNS = api.Permission(
    "booking.skip_turns", _("Skip technicians and set the order of turns"), ("manager",)
)
EDIT_CLASSES = api.Permission("booking.edit_classes", _("Plan and cancel classes"), ("manager",))

PERMISSIONS = (EDIT_WAITING, KEEP_TURNS, SKIP_TURNS, EDIT_CLASSES)
