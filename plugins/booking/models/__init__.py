"""The tables of booking."""

from __future__ import annotations

from plugins.booking.models.attendance import Stint
from plugins.booking.models.classes import GroupClass, Seat
from plugins.booking.models.proposals import ANSWERS, Proposal
from plugins.booking.models.rosters import Leave, Shift, Swap, Template
from plugins.booking.models.telling import STARS, TAGS, Feed, Rating, Work
from plugins.booking.models.turns import TURN_ACTS, TurnAct, TurnPlace
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
from plugins.booking.models.waiting import (
    OPEN_WAITS,
    WAIT_ACTS,
    WAIT_STATES,
    Wait,
    WaitAct,
    WaitItem,
)

__all__ = [
    "ACTS",
    "ANSWERS",
    "LIVE",
    "OPEN_WAITS",
    "SOURCES",
    "STARS",
    "STATUSES",
    "TAGS",
    "TURN_ACTS",
    "WAIT_ACTS",
    "WAIT_STATES",
    "Act",
    "Cell",
    "Claim",
    "Feed",
    "GroupClass",
    "Item",
    "Leave",
    "Proposal",
    "Rating",
    "ResourceDay",
    "Seat",
    "Shift",
    "Stint",
    "Swap",
    "Template",
    "TurnAct",
    "TurnPlace",
    "Visit",
    "Wait",
    "WaitAct",
    "WaitItem",
    "Work",
]
