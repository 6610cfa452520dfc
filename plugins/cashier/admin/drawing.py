"""Drawing parts of the till's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from plugins.cashier.models import (
    CONFIRMATION_STATES,
    STATES,
    STEPS,
    Bill,
    Discount,
    Line,
    LinePart,
    Payment,
    PaymentKind,
    Settlement,
)
from plugins.cashier.offers import LineKind
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.performers import shares_of
from plugins.cashier.services.quoting import discounts_of, lines_of
from plugins.ledger.api import AGREEMENTS, CODES, Journal, standings
from plugins.membership.api import say_bars

TONES = {"open": "note", "held": "warn", "settled": "good", "part_paid": "bad", "void": ""}


def draw(template: str, **values: Any) -> Markup:
    """Render one of the till's own templates as a part of a page."""
    html = render_template(f"cashier/{template}", **words(), **values)
    return Markup(html)  # noqa: S704 - a template escapes


def words() -> dict[str, Any]:
    """Return what the templates say things with."""
    return {
        "fen": api.format_fen,
        "says": api.thaw,
        "say_bars": say_bars,
        "title_of": line_title,
        "state_of": dict(STATES),
        "step_of": dict(STEPS),
        "tone_of": TONES,
        "agreed_of": AGREEMENTS,
        "confirmed_of": dict(CONFIRMATION_STATES),
        "code_of": CODES,
    }


def line_title(line: Line) -> str:
    """Return what a line is called in the reader's language."""
    return str(api.translate(line.title, line.facts.get("names") or {}))


def show_permille(permille: int) -> str:
    """Write a share for people: 50 %."""
    whole, rest = divmod(permille, 10)
    return f"{whole}.{rest} %" if rest else f"{whole} %"


def lines_shown(bill: Bill) -> list[dict[str, Any]]:
    """Return the lines of a bill with their discounts and people, for a template."""
    lines = lines_of(bill.id)
    numbers = [line.id for line in lines]
    discounts: Mapping[int, Sequence[Discount]] = discounts_of(numbers)
    people = shares_of(numbers)
    kinds = line_kinds() if bill.state == "open" else {}
    return [
        {
            "line": line,
            "discounts": discounts[line.id],
            "warning": _warning(kinds.get(line.kind), bill, line),
            "people": [
                {
                    "id": staff.id,
                    "name": staff.name,
                    "share": show_permille(share.permille) if share.permille < 1000 else "",
                    "named": share.named,
                    "sold": share.role == "sold",
                }
                for staff, share in people[line.id]
            ],
        }
        for line in lines
    ]


def _warning(kind: LineKind | None, bill: Bill, line: Line) -> str:
    return kind.warn(bill, line) if kind is not None and kind.warn is not None else ""


def payments_of(bill_id: int) -> list[tuple[Payment, PaymentKind]]:
    """Return what a bill was paid with, undone payments included."""
    rows = api.db.session.execute(_PAID, {"bill_id": bill_id})
    return [(payment, kind) for payment, kind in rows]


_PAID = (
    sa.select(Payment, PaymentKind)
    .join(PaymentKind, PaymentKind.id == Payment.kind_id)
    .where(Payment.bill_id == sa.bindparam("bill_id"))
    .order_by(Payment.id)
)


def settlements_of(bill_id: int) -> list[Settlement]:
    """Return the settlements of a bill, the first one first."""
    wanted = sa.select(Settlement).where(Settlement.bill_id == bill_id)
    return list(api.db.session.scalars(wanted.order_by(Settlement.number)))


def parts_of(line_ids: Sequence[int]) -> list[tuple[LinePart, Line]]:
    """Return what came from which lot for some lines, of settlements that stand."""
    rows = api.db.session.execute(
        sa.select(LinePart, Line)
        .join(Line, Line.id == LinePart.line_id)
        .join(Settlement, Settlement.id == LinePart.settlement_id)
        .where(LinePart.line_id.in_(line_ids), LinePart.lot_id.is_not(None))
        .where(Settlement.undone_at.is_(None))
        .order_by(LinePart.id)
    )
    return [(part, line) for part, line in rows]


def journals_of(bill_id: int) -> list[Journal]:
    """Return what the books say of a bill."""
    wanted = sa.select(Journal).where(Journal.ref == f"bill:{bill_id}").order_by(Journal.id)
    return list(api.db.session.scalars(wanted))


def people_named(ids: Sequence[int | None]) -> dict[int, str]:
    """Return the names of staff users, by number."""
    wanted = {number for number in ids if number}
    rows = api.db.session.execute(
        sa.select(api.User.id, api.User.name).where(api.User.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


def balance_of(member_id: int | None) -> int:
    """Return what a member may spend now."""
    return standings([member_id], ["balance"])[member_id]["balance"] if member_id else 0
