"""What the owner decides about bookings, for the chain or store by store."""

from __future__ import annotations

from console import api
from console.api import _

STEP = api.Setting(
    "booking.step",
    _("Minutes between the times that are offered"),
    15,
    choices=((5, "5"), (10, "10"), (15, "15"), (20, "20"), (30, "30"), (60, "60")),
    per_store=True,
)
LEAD = api.Setting(
    "booking.lead", _("Members book so many minutes ahead at least"), 120, least=0, per_store=True
)
HORIZON = api.Setting(
    "booking.horizon", _("Members book so many days ahead at most"), 30, least=1, per_store=True
)
CUT_OFF = api.Setting(
    "booking.cut_off",
    _("Members change and cancel until so many minutes before"),
    240,
    least=0,
    per_store=True,
)
MOST_OPEN = api.Setting(
    "booking.most_open", _("Most open bookings of a member"), 3, least=1, per_store=True
)
AUTO_ACCEPT = api.Setting(
    "booking.auto_accept",
    _("Accept members' bookings without review"),
    False,
    per_store=True,
)
HOLD = api.Setting("booking.hold", _("Minutes for which a time is kept"), 10, least=1)
ALERT = api.Setting(
    "booking.alert", _("Alert when a booking waits for review so many minutes"), 30, least=1
)
SLOT_CAP = api.Setting(
    "booking.slot_cap",
    _("Most bookings of members that begin at the same time (0: no limit)"),
    0,
    least=0,
    per_store=True,
)
ASK_RATING = api.Setting(
    "booking.ask_rating",
    _("Ask for a rating so many minutes after the visit (0: never)"),
    120,
    least=0,
)
ANONYMOUS = api.Setting(
    "booking.anonymous_ratings", _("Technicians do not read who rated them"), True
)
MAP_LINK = api.Setting(
    "booking.map_link",
    _("Map that members open; {address} becomes the address of the store"),
    "https://uri.amap.com/search?keyword={address}",
)

SETTINGS = (
    STEP,
    LEAD,
    HORIZON,
    CUT_OFF,
    MOST_OPEN,
    AUTO_ACCEPT,
    HOLD,
    ALERT,
    SLOT_CAP,
    ASK_RATING,
    ANONYMOUS,
    MAP_LINK,
)
