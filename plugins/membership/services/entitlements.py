"""What a member has: balance, points, and what is left of her cards."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.ledger.api import SESSION, Standing


@dataclass(frozen=True)
class Holdings:
    """A member's balances; *sessions* are pairs of a card's name and the uses that are left."""

    principal_fen: int = 0
    bonus_fen: int = 0
    points: int = 0
    owing_fen: int = 0
    sessions: tuple[tuple[str, int], ...] = ()

    @property
    def balance_fen(self) -> int:
        """Principal and bonus together."""
        return self.principal_fen + self.bonus_fen


def holdings_of(member_id: int) -> Holdings:
    """Return what a member has, as the ledger stands."""
    rows = api.db.session.execute(
        sa.select(Standing.kind, Standing.unit, Standing.amount)
        .where(Standing.owner == "member", Standing.owner_id == member_id)
        .order_by(Standing.unit)
    )
    sums: dict[str, int] = {}
    cards: dict[str, int] = {}
    for kind, unit, amount in rows:
        sums[kind] = sums.get(kind, 0) + amount
        if kind in ("sessions", "free_sessions") and amount:
            name = unit.removeprefix(SESSION)
            cards[name] = cards.get(name, 0) + amount
    return Holdings(
        principal_fen=sums.get("principal", 0),
        bonus_fen=sums.get("bonus", 0),
        points=sums.get("all_points", 0),
        owing_fen=-sums.get("owing", 0),
        sessions=tuple(cards.items()),
    )
