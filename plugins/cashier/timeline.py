"""What the till tells in a member's timeline: her bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import STATES, Bill, Line
from plugins.membership.api import TimelineMoment, TimelinePlace, older_than

SOURCE, KIND = "cashier", "bills"
SHOWN = ("settled", "part_paid", "refunded", "void")
TONES = {"part_paid": "warn", "void": "bad"}


@api.hookimpl
def membership_timeline_kinds() -> Iterable[tuple[str, Any]]:
    """Name bills as a kind of moment."""
    yield KIND, _("Bills")


@api.hookimpl
def membership_timeline_moments(
    member_id: int, before: TimelinePlace | None, most: int, kind: str
) -> Iterable[TimelineMoment]:
    """Tell of the bills of a member: what was on them, and what she paid."""
    if kind not in ("", KIND):
        return
    wanted = sa.select(Bill).where(Bill.member_id == member_id, Bill.state.in_(SHOWN))
    wanted = wanted.where(older_than(before, SOURCE, Bill.opened_at, Bill.id))
    bills = api.db.session.scalars(
        wanted.order_by(Bill.opened_at.desc(), Bill.id.desc()).limit(most)
    ).all()
    titles = _titles([bill.id for bill in bills])
    states = dict(STATES)
    for bill in bills:
        words = api.gettext("Bill %(number)s", number=bill.number)
        yield TimelineMoment(
            at=bill.opened_at,
            source=SOURCE,
            number=bill.id,
            kind=KIND,
            text=words if bill.state == "settled" else f"{words} · {states[bill.state]}",
            detail=api.gettext(", ").join(titles.get(bill.id, ())),
            url=f"/console/cashier/bills/{bill.id}/",
            icon="receipt",
            tone=TONES.get(bill.state, ""),
            figure=api.format_fen(bill.due_fen),
        )


def _titles(bill_ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = sa.select(Line).where(Line.bill_id.in_(bill_ids), Line.removed_at.is_(None))
    rows = rows.order_by(Line.place)
    for line in api.db.session.scalars(rows):
        names = line.facts.get("names") or {}
        found.setdefault(line.bill_id, []).append(api.translate(line.title, names))
    return found
