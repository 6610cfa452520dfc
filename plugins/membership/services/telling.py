"""What a member is told of her level."""

from __future__ import annotations

import datetime as dt

from plugins.membership.models import Level, Member


def tell_of_level(member: Member, old: Level, new: Level | None, until_on: dt.date | None) -> None:
    """Tell a member that she has another level."""


def tell_of_ending(member: Member, level: Level, until_on: dt.date, gap_fen: int) -> None:
    """Tell a member that her level ends, and what is missing to keep it."""
