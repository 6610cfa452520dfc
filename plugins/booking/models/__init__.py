"""The tables of booking."""

from __future__ import annotations

from plugins.booking.models.proposals import ANSWERS, Proposal
from plugins.booking.models.rosters import Leave, Shift, Swap, Template
from plugins.booking.models.visits import (
    ACTS,
    LIVE,
    SOURCES,
    STATUSES,
    Act,
    Cell,
    Claim,
    Item,
    ResourceDay,
    Visit,
)

__all__ = [
    "ACTS",
    "ANSWERS",
    "LIVE",
    "SOURCES",
    "STATUSES",
    "Act",
    "Cell",
    "Claim",
    "Item",
    "Leave",
    "Proposal",
    "ResourceDay",
    "Shift",
    "Swap",
    "Template",
    "Visit",
]
