"""What the owner decides about payments that members make online."""

from __future__ import annotations

from console import api
from console.api import _

GROUP = _("Online payment")
LEAST = api.Setting(
    "cashier.online_least_fen", _("Least that is paid online"), 100, least=1, group=GROUP
)
MOST = api.Setting(
    "cashier.online_most_fen",
    _("Most that is paid online at once"),
    1_000_000,
    least=1,
    group=GROUP,
)
MINUTES = api.Setting(
    "cashier.online_minutes",
    _("Minutes until an unpaid online order is closed"),
    30,
    least=5,
    most=120,
    group=GROUP,
)
LATE = api.Setting(
    "cashier.online_late",
    _("Money that arrives after an online order was closed"),
    "settle",
    choices=(("settle", _("is booked as ordered")), ("refund", _("goes back"))),
    group=GROUP,
)
SETTINGS = (LEAST, MOST, MINUTES, LATE)
