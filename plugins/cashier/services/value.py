"""Stored value as the till uses it."""

from __future__ import annotations

from collections.abc import Sequence

from plugins.ledger.api import Entry, Line, Spent, spend


def pay_from_balance(
    entry: Entry, member_id: int, lines: Sequence[Line], purse: str | None
) -> Spent:
    """Pay lines from a member's stored value; the till tells her itself."""
    return spend(entry, member_id, lines, purse=purse)
