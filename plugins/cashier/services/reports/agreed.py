"""How members agreed to what was taken from them: the share that did not rest on staff alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.services.reports.consumption import LOT, USE
from plugins.cashier.services.reports.spans import JOURNAL, Span, total

#: Journals that take something from a member in return for a service or product.
TAKING = ("spend", "pay_card", "use_session")
#: What says nothing of the member herself.
NOT_HERSELF = ("staff_only", "")


@dataclass(frozen=True)
class Agreed:
    """What was taken in a store in one way of agreeing; *way* is empty where nobody was asked."""

    store_id: int
    way: str
    count: int
    fen: int
    sessions: int

    @property
    def by_herself(self) -> bool:
        """Whether the member gave a code, her PIN or her signature."""
        return self.way not in NOT_HERSELF


def agreed(span: Span) -> list[Agreed]:
    """Return what was taken from balances and cards and not taken back, by store and way."""
    back: Any = JOURNAL.alias("back")
    undone = sa.exists().where(back.c.reverses_id == JOURNAL.c.id, *span.knows(back.c.posted_at))
    way = sa.func.coalesce(JOURNAL.c.agreed_by, "").label("way")
    money = sa.case((LOT.c.kind == "money", USE.c.paid + USE.c.gift), else_=0)
    counts = sa.case((LOT.c.kind == "money", 0), else_=USE.c.paid + USE.c.gift)
    rows = api.db.session.execute(
        sa.select(
            JOURNAL.c.store_id,
            way,
            sa.func.count(sa.distinct(JOURNAL.c.id)),
            total(money),
            total(counts),
        )
        .select_from(JOURNAL)
        .join(USE, USE.c.journal_id == JOURNAL.c.id)
        .join(LOT, LOT.c.id == USE.c.lot_id)
        .where(*span.posted(), JOURNAL.c.code.in_(TAKING), ~undone)
        .group_by(JOURNAL.c.store_id, way)
        .order_by(JOURNAL.c.store_id, way)
    )
    return [Agreed(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]


def share_of(some: int, whole: int) -> str:
    """Write a share as a percentage with one digit."""
    return f"{some * 100 / whole:.1f}%" if whole else ""
