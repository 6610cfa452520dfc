"""What must hold for drawers and closed days, as queries that return what breaks it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console.api import _
from plugins.cashier.models import CashMove, Day, Shift
from plugins.cashier.services.reports.spans import (
    ACCOUNT,
    JOURNAL,
    LEG,
    effective_code,
    total,
)
from plugins.cashier.tie_rules import TieRule


def _row(model: Any, expected: Any, found: Any) -> tuple[Any, ...]:
    """Return the columns of a rule about days; no bill stands behind them."""
    return (
        model.store_id.label("store_id"),
        model.day_on.label("day"),
        sa.null().label("bill_id"),
        sa.cast(model.day_on, sa.String).label("what"),
        expected.label("expected"),
        found.label("found"),
    )


def _cash_by(code: str) -> list[Any]:
    """Return what journals of a code moved in and out of drawers, as parts of one sum."""
    why, reversed_ = effective_code()
    return [
        sa.select(
            JOURNAL.c.store_id.label("store_id"),
            JOURNAL.c.business_on.label("day"),
            sa.literal(0).label("expected"),
            (sign * LEG.c.amount).label("found"),
        )
        .select_from(JOURNAL)
        .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
        .join(ACCOUNT, ACCOUNT.c.id == side)
        .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
        .where(ACCOUNT.c.kind == "cash", why == code)
        for side, sign in ((LEG.c.debit_id, 1), (LEG.c.credit_id, -1))
    ]


def _told(model: Any, fen: Any, *where: Any) -> Any:
    return sa.select(
        model.store_id.label("store_id"),
        model.day_on.label("day"),
        fen.label("expected"),
        sa.literal(0).label("found"),
    ).where(*where)


def _summed(*parts: Any) -> Any:
    """Compare what the till and the ledger tell of drawers, by store and day."""
    every = sa.union_all(*parts).subquery("parts")
    return sa.select(
        every.c.store_id,
        every.c.day,
        sa.null().label("bill_id"),
        sa.cast(every.c.day, sa.String).label("what"),
        total(every.c.expected).label("expected"),
        total(every.c.found).label("found"),
    ).group_by(every.c.store_id, every.c.day)


def _moves() -> Any:
    return _summed(_told(CashMove, CashMove.amount_fen), *_cash_by("cash_move"))


def _counts() -> Any:
    """What was counted above or below is booked; that of a reopened day was taken back."""
    return _summed(
        _told(Day, Day.difference_fen, Day.state == "closed"),
        _told(Shift, Shift.difference_fen),
        *_cash_by("cash_count"),
    )


def _differences(model: Any) -> Any:
    return sa.select(*_row(model, model.counted_fen - model.expected_fen, model.difference_fen))


def _taken() -> Any:
    """What a closed day took out for the bank is a movement of its own."""
    key = "day:" + sa.cast(Day.id, sa.String) + ":" + sa.cast(Day.times, sa.String) + ":bank"
    moved = sa.select(total(-CashMove.amount_fen)).where(CashMove.key == key)
    rows = _row(Day, Day.taken_fen, moved.scalar_subquery())
    return sa.select(*rows).where(Day.state == "closed")


def _lost_days() -> Any:
    """What was taken out when a day was closed has that day."""
    known = sa.select(Day.id).where(
        CashMove.key.like("day:" + sa.cast(Day.id, sa.String) + ":%"),
        Day.store_id == CashMove.store_id,
        Day.day_on == CashMove.day_on,
        Day.state.in_(("closed", "reopened")),
    )
    found = sa.case((sa.exists(known), 0), else_=1)
    rows = _row(CashMove, sa.literal(0), found)
    return sa.select(*rows).where(CashMove.key.like("day:%:bank"))


DRAWER_RULES = (
    TieRule("cash_moves", _("Drawers whose movements differ from the ledger"), _moves),
    TieRule("cash_counts", _("Drawers whose counts differ from the ledger"), _counts),
    TieRule("day_counts", _("Days whose count does not add up"), lambda: _differences(Day)),
    TieRule("shift_counts", _("Shifts whose count does not add up"), lambda: _differences(Shift)),
    TieRule("day_taken", _("Days whose cash for the bank was not taken out"), _taken),
    TieRule(
        "lost_days", _("Cash that was taken out on a day that is not there"), _lost_days, unit=""
    ),
)
