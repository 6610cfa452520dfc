"""What the waiting list, turns and classes add to the manifest of booking."""

from __future__ import annotations

from plugins.booking import hookspecs_waiting, permissions_waiting, public_classes, public_waiting
from plugins.booking.admin.classes import ClassAdmin
from plugins.booking.admin.turns import Turns
from plugins.booking.admin.waiting import WaitAdmin
from plugins.booking.services import classes, turns, waiting

HOOKS = hookspecs_waiting.HOOKS
PERMISSIONS = permissions_waiting.PERMISSIONS
SETTINGS = (*waiting.SETTINGS, *turns.SETTINGS, *classes.SETTINGS)
VIEWS = (WaitAdmin, Turns, ClassAdmin)
#: Their routes are pages of booking as soon as they are imported.
PAGES = (public_waiting, public_classes)
