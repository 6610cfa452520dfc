"""What members used up: principal, bonus and sessions, and what that earned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Line, LinePart
from plugins.cashier.services.reports.spans import JOURNAL, Span, effective_code, total
from plugins.ledger.api import Lot, Use
from plugins.ledger.api import Payment as Paid
from plugins.salon.api import Service, Variant

USE: Any = Use.__table__
LOT: Any = Lot.__table__
PAID: Any = Paid.__table__
#: Journals that take out of lots what nobody used up.
NOT_USED = ("adjust", "transfer", "expire_bonus")
#: Journals that exchange balance for a card, or back: nothing is used up by that.
EXCHANGED = ("pay_card", "card_back")


@dataclass(frozen=True)
class Consumed:
    """What was used on a day in a store for one service, or of one card past the till."""

    day: dt.date
    store_id: int
    title: str
    names: Any
    principal_fen: int = 0
    bonus_fen: int = 0
    sessions: int = 0
    free_sessions: int = 0
    balance_income_fen: int = 0
    session_income_fen: int = 0

    @property
    def income_fen(self) -> int:
        """What became income."""
        return self.balance_income_fen + self.session_income_fen


def consumption(span: Span) -> list[Consumed]:
    """Return what was used up, what was given back taken off, by day, store and service."""
    code, reversed_ = effective_code()
    lines = _lines()
    sign = sa.case((USE.c.restores_id.is_(None), 1), else_=-1)
    money = sa.case((LOT.c.kind == "money", sign), else_=0)
    counts = sa.case((LOT.c.kind == "money", 0), else_=sign)
    rows = api.db.session.execute(
        sa.select(
            JOURNAL.c.business_on,
            JOURNAL.c.store_id,
            lines.c.line_id,
            LOT.c.product,
            total(money * USE.c.paid).label("principal"),
            total(money * USE.c.gift).label("bonus"),
            total(counts * USE.c.paid).label("sessions"),
            total(counts * USE.c.gift).label("free"),
            total(money * USE.c.income_fen).label("of_balance"),
            total(counts * USE.c.income_fen).label("of_sessions"),
        )
        .select_from(USE)
        .join(JOURNAL, JOURNAL.c.id == USE.c.journal_id)
        .join(LOT, LOT.c.id == USE.c.lot_id)
        .join(PAID, PAID.c.id == USE.c.payment_id)
        .outerjoin(lines, lines.c.ref == PAID.c.ref)
        .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
        .where(*span.posted(), code.not_in(NOT_USED + EXCHANGED), ~withdrawn(code))
        .group_by(JOURNAL.c.business_on, JOURNAL.c.store_id, lines.c.line_id, LOT.c.product)
    ).all()
    return _by_title(rows)


def withdrawn(code: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a refund took something out of a lot, which nobody used up."""
    return sa.and_(code == "refund", USE.c.restores_id.is_(None))


def _lines() -> Any:
    """Return which reference in the ledger stands for which line of a bill."""
    return (
        sa.select(LinePart.ref.label("ref"), sa.func.min(LinePart.line_id).label("line_id"))
        .where(LinePart.ref != "", LinePart.lot_id.is_not(None))
        .group_by(LinePart.ref)
        .subquery("lines")
    )


def _by_title(rows: Any) -> list[Consumed]:
    titles = _titles(rows)
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        title, names = titles.get(row.line_id, (row.product, {}))
        one = sums.setdefault((row.business_on, row.store_id, title), [names, *[0] * 6])
        for place, value in enumerate(row[4:], 1):
            one[place] += int(value)
    return [
        Consumed(*key, *values)
        for key, values in sorted(sums.items(), key=lambda item: item[0])
        if any(values[1:])
    ]


def _titles(rows: Any) -> dict[int, tuple[str, Any]]:
    """Name lines by what was done: where sessions were used, by the service without the card."""
    wanted = {row.line_id for row in rows if row.line_id}
    by_card = {row.line_id for row in rows if row.sessions or row.free}
    services = _services() if by_card else {}
    titles = {}
    for some in _some(sorted(wanted)):
        found = sa.select(Line.id, Line.title, Line.facts, Line.variant_id).where(Line.id.in_(some))
        for number, title, facts, variant_id in api.db.session.execute(found):
            titles[number] = (title, facts.get("names") or {})
            if number in by_card and variant_id in services:
                titles[number] = services[variant_id]
    return titles


def _services() -> dict[int, tuple[str, dict[str, str]]]:
    rows = api.db.session.execute(
        sa.select(Variant.id, Variant.name, Variant.names, Service.name, Service.names).join(
            Service, Service.id == Variant.service_id
        )
    )
    found = {}
    for number, length, lengths, name, names in rows:
        told = {key: f"{names.get(key, name)} · {lengths.get(key, length)}" for key in names}
        found[number] = (f"{name} · {length}", told) if length else (name, names)
    return found


def _some(numbers: list[int], most: int = 5_000) -> list[list[int]]:
    return [numbers[at : at + most] for at in range(0, len(numbers), most)]
