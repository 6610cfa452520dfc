"""The fraud sheet: what somebody should look at twice, each with its bill and its person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import BY_HAND, Bill, Day, DayReopening, Discount, Line, Settlement
from plugins.cashier.services.reports.odd_benefits import benefits_given
from plugins.cashier.services.reports.oddity import Oddity
from plugins.cashier.services.reports.spans import (
    ACCOUNT,
    JOURNAL,
    LEG,
    Span,
    paid_a_debt,
    total,
    undone_day,
    voided_day,
)
from plugins.ledger.api import BONUS, PRINCIPAL

KINDS = {
    "price_change": _("Price changed"),
    "gift": _("Given free"),
    "benefits": _("Many benefits given"),
    "void": _("Bill made void"),
    "reopened": _("Bill reopened"),
    "unpaid": _("A payment was taken back"),
    "late": _("Late entry"),
    "staff_only": _("Deducted by staff alone"),
    "adjusted": _("Balance adjusted"),
    "cash": _("Cash differs"),
    "day": _("Day reopened"),
}


def oddities(span: Span) -> list[Oddity]:
    """Return all that is odd in some days, the latest first."""
    found = [
        *_by_hand(span),
        *benefits_given(span),
        *_voids(span),
        *_reopened(span),
        *_late(span),
        *_alone(span),
        *_adjusted(span),
        *_cash(span),
        *_days(span),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _bill_url(bill: Bill) -> str:
    return f"/console/cashier/bills/{bill.id}/"


def _bills(span: Span, day: Any, *where: Any) -> Iterable[Bill]:
    wanted = sa.select(Bill).where(*span.holds(Bill.store_id, day), *where)
    return api.db.session.scalars(wanted)


def _by_hand(span: Span) -> Iterable[Oddity]:
    rows = api.db.session.execute(
        sa.select(Discount, Line, Bill)
        .select_from(Discount)
        .join(Line, Line.id == Discount.line_id)
        .join(Bill, Bill.id == Line.bill_id)
        .where(Discount.step.in_(BY_HAND), Discount.amount_fen > 0)
        .where(*span.holds(Bill.store_id, Bill.booked_on), *span.knows(Discount.at))
    )
    for discount, line, bill in rows:
        yield Oddity(
            discount.step,
            discount.at,
            bill.store_id,
            discount.by_user,
            f"{bill.number} · {line.title}",
            discount.amount_fen,
            api.thaw(discount.reason),
            _bill_url(bill),
        )


def _voids(span: Span) -> Iterable[Oddity]:
    known = span.knows(sa.func.coalesce(Bill.voided_at, Bill.opened_at))
    for bill in _bills(span, voided_day(), Bill.state == "void", *known):
        yield Oddity(
            "void",
            bill.voided_at or bill.opened_at,
            bill.store_id,
            bill.voided_by if bill.voided_at else bill.opened_by,
            bill.number,
            bill.due_fen,
            bill.void_reason,
            _bill_url(bill),
        )


def _reopened(span: Span) -> Iterable[Oddity]:
    """Yield each time that a bill was reopened, or that one payment of a debt was taken back.

    What was paid in several acts is undone at once.
    """
    rows = api.db.session.execute(
        sa.select(
            Bill,
            Settlement.undone_at,
            Settlement.undone_by,
            Settlement.undo_reason,
            total(Settlement.paid_fen).label("fen"),
            sa.func.max(sa.case((paid_a_debt(), 1), else_=0)),
        )
        .join(Bill, Bill.id == Settlement.bill_id)
        .where(Settlement.undone_at.is_not(None), *span.knows(Settlement.undone_at))
        .where(*span.holds(Bill.store_id, undone_day()))
        .group_by(Bill.id, Settlement.undone_at, Settlement.undone_by, Settlement.undo_reason)
    )
    for bill, at, by, reason, fen, alone in rows:
        kind = "unpaid" if alone else "reopened"
        yield Oddity(kind, at, bill.store_id, by, bill.number, int(fen), reason, _bill_url(bill))


def _late(span: Span) -> Iterable[Oddity]:
    for bill in _bills(span, Bill.booked_on, Bill.late, *span.knows(Bill.opened_at)):
        what = f"{bill.number} · {bill.business_on.isoformat()}"
        yield Oddity(
            "late",
            bill.opened_at,
            bill.store_id,
            bill.opened_by,
            what,
            bill.due_fen,
            bill.note,
            _bill_url(bill),
        )


def _alone(span: Span) -> Iterable[Oddity]:
    rows = api.db.session.execute(
        sa.select(Settlement, Bill)
        .join(Bill, Bill.id == Settlement.bill_id)
        .where(Settlement.agreed_by == "staff_only", *span.standing())
        .where(*span.holds(Bill.store_id, Settlement.booked_on))
    )
    for settlement, bill in rows:
        yield Oddity(
            "staff_only",
            settlement.settled_at,
            bill.store_id,
            settlement.settled_by,
            bill.number,
            settlement.paid_fen,
            "",
            _bill_url(bill),
        )
    past_the_till = sa.func.coalesce(JOURNAL.c.ref, "").not_like("bill:%")
    for row in _journals(span, JOURNAL.c.agreed_by == "staff_only", past_the_till):
        yield _of_journal("staff_only", row, row.actor_id)


def _adjusted(span: Span) -> Iterable[Oddity]:
    for row in _journals(span, JOURNAL.c.code == "adjust"):
        yield _of_journal("adjusted", row, row.approver_id or row.actor_id)


def _journals(span: Span, *where: Any) -> Iterable[Any]:
    """Return journals with what they gave a member, or took from her, of principal and bonus."""
    hers = (ACCOUNT.c.owner == "member", ACCOUNT.c.unit.in_((PRINCIPAL, BONUS)))
    given = _moved(LEG.c.credit_id, *hers) - _moved(LEG.c.debit_id, *hers)
    wanted = sa.select(JOURNAL, given.label("fen")).where(*where, *span.posted())
    return api.db.session.execute(wanted)


def _moved(side: Any, *accounts: Any) -> Any:
    """Sum what a journal moved on one side of some accounts."""
    return (
        sa.select(total(LEG.c.amount))
        .join(ACCOUNT, ACCOUNT.c.id == side)
        .where(LEG.c.journal_id == JOURNAL.c.id, *accounts)
        .scalar_subquery()
    )


def _of_journal(kind: str, row: Any, user_id: int | None) -> Oddity:
    return Oddity(
        kind,
        row.posted_at,
        row.store_id,
        user_id,
        api.gettext("Journal %(number)s", number=row.id),
        int(row.fen),
        row.note,
        f"/console/ledger/journals/{row.id}/",
    )


#: Where each count of a drawer is shown, by what its journal is keyed by.
COUNTED = {"shift": "shifts", "day": "days"}


def _cash(span: Span) -> Iterable[Oddity]:
    """Yield each count that differed, those too that were taken back when a day was reopened."""
    drawer = (ACCOUNT.c.owner == "store", ACCOUNT.c.kind == "cash")
    came = _moved(LEG.c.debit_id, *drawer) - _moved(LEG.c.credit_id, *drawer)
    wanted = sa.select(JOURNAL, came.label("fen")).where(
        JOURNAL.c.code == "cash_count", JOURNAL.c.reverses_id.is_(None), *span.posted()
    )
    for row in api.db.session.execute(wanted):
        _drawer, kind, number = row.idem_key.split(":")[:3]
        yield Oddity(
            "cash",
            row.posted_at,
            row.store_id,
            row.actor_id,
            row.business_on.isoformat(),
            int(row.fen),
            row.note,
            f"/console/cashier/closing/{COUNTED[kind]}/{number}",
        )


def _days(span: Span) -> Iterable[Oddity]:
    """Yield each time that a closed day was reopened."""
    rows = api.db.session.execute(
        sa.select(DayReopening, Day)
        .join(Day, Day.id == DayReopening.day_id)
        .where(*span.holds(Day.store_id, Day.day_on), *span.knows(DayReopening.at))
    )
    for one, day in rows:
        yield Oddity(
            "day",
            one.at,
            day.store_id,
            one.by_user,
            day.day_on.isoformat(),
            one.net_fen,
            one.reason,
            f"/console/cashier/closing/days/{day.id}",
        )
