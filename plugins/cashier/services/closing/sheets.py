"""The sheet of a day or shift: what came in, how, and what is not finished yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.desk import LooseEnd
from plugins.cashier.models import (
    Bill,
    CashMove,
    Line,
    Performer,
    Settlement,
)
from plugins.cashier.services.asking import loose_ends
from plugins.cashier.services.closing.running import drawer_of, received_since
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.reports.net import by_order_kind, net
from plugins.cashier.services.reports.receipts import channel_of, channels, receipts
from plugins.cashier.services.reports.spans import Span, paid_a_debt, voided_day

#: A sheet names so many unfinished things of each kind.
NAMED = 50
#: What a sheet says of the bills that were settled.
NET = ("list_fen", "discount_fen", "due_fen", "owing_fen", "balance_fen")


@dataclass(frozen=True)
class Unfinished:
    """What somebody should look at before a day is closed."""

    open_bills: list[Bill] = field(default_factory=list)
    part_paid: list[Bill] = field(default_factory=list)
    without_performer: list[tuple[Bill, Line]] = field(default_factory=list)
    loose_ends: list[LooseEnd] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How much there is that should be finished; what is owing may stay."""
        return len(self.open_bills) + len(self.without_performer) + len(self.loose_ends)


def unfinished(store_id: int, day: dt.date) -> Unfinished:
    """Return the open bills of a store, lines of a day that nobody performed, and the like."""
    open_ = sa.select(Bill).where(
        Bill.store_id == store_id, Bill.state.in_(("open", "held")), Bill.business_on <= day
    )
    owing = sa.select(Bill).where(
        Bill.store_id == store_id, Bill.state == "part_paid", Bill.booked_on == day
    )
    performed = sa.select(Performer.id).where(Performer.line_id == Line.id)
    missing = (
        sa.select(Bill, Line)
        .select_from(Bill)
        .join(Line, Line.bill_id == Bill.id)
        .where(Bill.store_id == store_id, Bill.booked_on == day)
        .where(Bill.state.in_(("settled", "part_paid")), Line.order_kind == "service")
        .where(~sa.exists(performed), Line.removed_at.is_(None))
        .order_by(Bill.id, Line.place)
        .limit(NAMED)
    )
    return Unfinished(
        list(api.db.session.scalars(open_.order_by(Bill.id).limit(NAMED))),
        list(api.db.session.scalars(owing.order_by(Bill.id).limit(NAMED))),
        [(bill, line) for bill, line in api.db.session.execute(missing)],
        loose_ends(store_id, day),
    )


def write_sheet(store_id: int, day: dt.date, *, since: dt.datetime | None = None) -> dict[str, Any]:
    """Return the figures of a store's day as plain values; those of a shift with *since*."""
    span = Span(day, day, frozenset({store_id}))
    rows = receipts(span)
    sums: dict[str, int] = {}
    for row in rows:
        sums[channel_of(row)] = sums.get(channel_of(row), 0) + row.fen
    columns = channels(rows)
    online = {channel.key for channel in columns if channel.online}
    used = consumption(span)
    nets = net(span)
    sheet: dict[str, Any] = {
        "day": day.isoformat(),
        "receipts": [
            {
                "key": channel.key,
                "title": channel.title,
                "online": channel.online,
                "fen": sums[channel.key],
            }
            for channel in columns
        ],
        "online_fen": sum(fen for key, fen in sums.items() if key in online),
        "booked_fen": sum(fen for key, fen in sums.items() if key not in online),
        "net_fen": sum(sums.values()),
        "orders": [vars(part) for part in by_order_kind(span)],
        **{name: sum(getattr(one, name) for one in nets) for name in NET},
        "principal_fen": sum(one.principal_fen for one in used),
        "bonus_fen": sum(one.bonus_fen for one in used),
        "sessions": sum(one.sessions + one.free_sessions for one in used),
        "session_fen": sum(one.session_income_fen for one in used),
        "counts": _counts(store_id, day),
        "cash_moves": _cash_moves(store_id, day),
        "drawer": drawer_of(store_id, day, since),
    }
    if since is not None:
        sheet["since"] = since.isoformat()
        sheet["shift"] = received_since(store_id, day, since)
    return sheet


def _counts(store_id: int, day: dt.date) -> dict[str, int]:
    """Count bills by what became of them, and the guests who were served."""
    here = Bill.store_id == store_id
    bills = sa.select(
        sa.func.count(),
        sa.func.sum(sa.case((Bill.member_id.is_(None), 1), else_=0)),
        sa.func.sum(sa.case((Bill.late, 1), else_=0)),
    ).where(here, Bill.booked_on == day)
    done = bills.where(Bill.state.in_(("settled", "part_paid", "refunded")))
    settled, walk_ins, late = api.db.session.execute(done).one()
    # Whatever day the bill is of: who makes an old one void does so today.
    voids = sa.select(sa.func.count()).where(here, Bill.state == "void", voided_day() == day)
    acts = sa.select(Settlement.bill_id, Settlement.undone_at).distinct()
    acts = acts.join(Bill, Bill.id == Settlement.bill_id).where(here, Settlement.undone_on == day)
    acts = acts.where(~paid_a_debt())
    reopened = sa.select(sa.func.count()).select_from(acts.subquery())
    return {
        "bills": int(settled),
        "walk_ins": int(walk_ins or 0),
        "late": int(late or 0),
        "void": int(api.db.session.scalar(voids) or 0),
        "reopened": int(api.db.session.scalar(reopened) or 0),
    }


def _cash_moves(store_id: int, day: dt.date) -> list[dict[str, Any]]:
    rows = sa.select(CashMove).where(CashMove.store_id == store_id, CashMove.day_on == day)
    return [
        {"kind": move.kind, "fen": move.amount_fen, "note": move.note}
        for move in api.db.session.scalars(rows.order_by(CashMove.id))
    ]
