"""How each channel stands: what it owes, what it said, what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.models import PaymentKind, Statement, StatementLine
from plugins.cashier.services.online.providers import ACCOUNT as ONLINE
from plugins.cashier.services.reports.spans import ACCOUNT, total


@dataclass
class Standing:
    """One channel: counts of trades by how they match, what it owes, kept and paid."""

    kind: PaymentKind
    matched: int = 0
    open: dict[str, int] = field(default_factory=dict)
    explained: int = 0
    owed_fen: int = 0
    fee_fen: int = 0
    paid_fen: int = 0
    until_on: dt.date | None = None

    @property
    def count_open(self) -> int:
        """How many trades nobody has explained yet."""
        return sum(self.open.values())


def standings_of(kinds: Sequence[PaymentKind]) -> list[Standing]:
    """Return how channels stand now."""
    found = {kind.id: Standing(kind) for kind in kinds}
    settled = StatementLine.resolved_at.is_not(None)
    rows = api.db.session.execute(
        sa.select(
            StatementLine.kind_id,
            StatementLine.state,
            settled.label("explained"),
            sa.func.count(StatementLine.id),
            total(sa.case((StatementLine.settled_fen != 0, StatementLine.fee_fen), else_=0)),
            total(StatementLine.settled_fen),
        ).group_by(StatementLine.kind_id, StatementLine.state, settled)
    )
    for kind_id, state, explained, count, fee, paid in rows:
        one = found.get(kind_id)
        if one is None:
            continue
        one.fee_fen += int(fee)
        one.paid_fen += int(paid)
        if state == "matched":
            one.matched += count
        elif explained:
            one.explained += count
        else:
            one.open[state] = count
    last = sa.select(Statement.kind_id, sa.func.max(Statement.last_on)).group_by(Statement.kind_id)
    for kind_id, day in api.db.session.execute(last):
        if kind_id in found:
            found[kind_id].until_on = day
    owed = _owed()
    for one in found.values():
        one.owed_fen = owed.get(_owner(one.kind), 0)
    return list(found.values())


def _owner(kind: PaymentKind) -> str:
    where, _colon, name = kind.account.partition(":")
    if where == ONLINE:
        return kind.method
    return name if where == "platform" else ""


def _owed() -> dict[str, int]:
    """Return what each channel owes by the books: the accounts named after it."""
    rows: Any = api.db.session.execute(
        sa.select(ACCOUNT.c.owner, total(ACCOUNT.c.debits - ACCOUNT.c.credits))
        .where(ACCOUNT.c.kind == "receivable")
        .group_by(ACCOUNT.c.owner)
    )
    return {owner: int(fen) for owner, fen in rows}
