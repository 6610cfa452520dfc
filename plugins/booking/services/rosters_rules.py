"""What the owner decides about rosters, for the chain or store by store."""

from __future__ import annotations

from console import api
from console.api import _

MARGIN = api.Setting(
    "booking.roster_margin",
    _("A shift may begin before opening and end after closing by so many minutes"),
    60,
    least=0,
    most=240,
    per_store=True,
)
MIN_COVER = api.Setting(
    "booking.roster_min_cover",
    _("Technicians needed in every opening hour at least"),
    2,
    least=0,
    most=50,
    per_store=True,
)
MAX_HOURS = api.Setting(
    "booking.roster_max_hours",
    _("Hours that a person works in a week at most"),
    48,
    least=1,
    most=100,
    per_store=True,
)
REST_DAYS = api.Setting(
    "booking.roster_rest_days",
    _("Rest days of a person in a week at least"),
    1,
    least=0,
    most=6,
    per_store=True,
)
TARGET_USE = api.Setting(
    "booking.roster_target_use",
    _("A technician is planned to be busy for this share of her time (%)"),
    70,
    least=20,
    most=100,
    per_store=True,
)
FILL = api.Setting(
    "booking.roster_fill",
    _("Propose a full week for everybody, also where fewer people would do"),
    True,
    per_store=True,
)

ROSTER_SETTINGS = (MARGIN, MIN_COVER, MAX_HOURS, REST_DAYS, TARGET_USE, FILL)
