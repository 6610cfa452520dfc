"""What may be allowed, and which preset roles have it from the start."""

from __future__ import annotations

from console import api
from console.api import _

DESK = ("manager", "front_desk")
SEE = api.Permission("walkin.see_queue", _("See the queue"), DESK)
CALL = api.Permission("walkin.call_guests", _("Call guests"), DESK)
