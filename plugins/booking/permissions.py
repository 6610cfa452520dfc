"""What may be allowed in booking, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

DESK = ("manager", "front_desk")
SEE_VISITS = api.Permission("booking.see_visits", _("See bookings"), (*DESK, "technician"))
EDIT_VISITS = api.Permission("booking.edit_visits", _("Add and change bookings"), DESK)
REVIEW_VISITS = api.Permission("booking.review_visits", _("Accept and decline bookings"), DESK)
SERVE_VISITS = api.Permission(
    "booking.serve_visits", _("Say who arrived and what is done"), (*DESK, "technician")
)
FORCE_VISITS = api.Permission(
    "booking.force_visits", _("Book outside roster and opening hours"), ("manager",)
)
SEE_ROSTER = api.Permission("booking.see_roster", _("See the roster"), (*DESK, "technician"))
EDIT_ROSTER = api.Permission(
    "booking.edit_roster", _("Change and publish the roster"), ("manager",)
)
SEE_RATINGS = api.Permission(
    "booking.see_ratings", _("See what guests think of their visits"), ("manager",)
)
EDIT_WORKS = api.Permission(
    "booking.edit_works", _("Add and remove pictures of technicians' works"), ("manager",)
)
SHARE_CALENDARS = api.Permission(
    "booking.share_calendars", _("Give out and shut calendar links"), ("manager",)
)
FORCE_ROSTER = api.Permission(
    "booking.force_roster", _("Plan shifts outside opening hours"), ("manager",)
)
ASK_LEAVE = api.Permission(
    "booking.ask_leave", _("Ask for leave and swaps of own shifts"), (*DESK, "technician")
)

PERMISSIONS = (
    SEE_VISITS,
    EDIT_VISITS,
    REVIEW_VISITS,
    SERVE_VISITS,
    FORCE_VISITS,
    SEE_ROSTER,
    EDIT_ROSTER,
    FORCE_ROSTER,
    ASK_LEAVE,
    SEE_RATINGS,
    EDIT_WORKS,
    SHARE_CALENDARS,
)
