"""The tables of booking."""

from __future__ import annotations

from plugins.booking.models.rosters import Leave, Shift, Template
from plugins.booking.models.visits import (
    LIVE,
    SOURCES,
    STATUSES,
    Cell,
    Claim,
    Item,
    ResourceDay,
    Visit,
)

__all__ = [
    "LIVE",
    "SOURCES",
    "STATUSES",
    "Cell",
    "Claim",
    "Item",
    "Leave",
    "ResourceDay",
    "Shift",
    "Template",
    "Visit",
]
