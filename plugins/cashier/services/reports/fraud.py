"""The fraud sheet: what somebody should look at twice, each with its bill and its person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import BY_HAND, Bill, Day, Discount, Line, Settlement, Shift
from plugins.cashier.services.reports.odd_benefits import benefits_given
from plugins.cashier.services.reports.oddity import Oddity
from plugins.cashier.services.reports.spans import ACCOUNT, JOURNAL, LEG, Span, total
from plugins.ledger.api import BONUS, PRINCIPAL

KINDS = {
    "price_change": _("Price changed"),
    "gift": _("Given free"),
    "benefits": _("Many benefits given"),
    "void": _("Bill made void"),
    "reopened": _("Bill reopened"),
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
    day, at = sa.func.coalesce(Bill.voided_on, Bill.booked_on), Bill.voided_at
    for bill in _bills(
        span, day, Bill.state == "void", *span.knows(sa.func.coalesce(at, Bill.opened_at))
    ):
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
    rows = api.db.session.execute(
        sa.select(Settlement, Bill)
        .join(Bill, Bill.id == Settlement.bill_id)
        .where(Settlement.undone_at.is_not(None))
        .where(*span.holds(Bill.store_id, Settlement.booked_on))
        .where(*span.knows(Settlement.undone_at))
    )
    for settlement, bill in rows:
        yield Oddity(
            "reopened",
            settlement.undone_at or settlement.settled_at,
            bill.store_id,
            settlement.undone_by,
            bill.number,
            settlement.paid_fen,
            settlement.undo_reason,
            _bill_url(bill),
        )


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
    given = _moved(LEG.c.credit_id) - _moved(LEG.c.debit_id)
    wanted = sa.select(JOURNAL, given.label("fen")).where(*where, *span.posted())
    return api.db.session.execute(wanted)


def _moved(side: Any) -> Any:
    return (
        sa.select(total(LEG.c.amount))
        .join(ACCOUNT, ACCOUNT.c.id == side)
        .where(LEG.c.journal_id == JOURNAL.c.id, ACCOUNT.c.owner == "member")
        .where(ACCOUNT.c.unit.in_((PRINCIPAL, BONUS)))
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


def _cash(span: Span) -> Iterable[Oddity]:
    for model, at, by, path in (
        (Day, Day.closed_at, Day.closed_by, "days"),
        (Shift, Shift.at, Shift.from_user, "shifts"),
    ):
        rows = api.db.session.execute(
            sa.select(model, at.label("at"), by.label("by"))
            .where(model.difference_fen != 0)
            .where(*span.holds(model.store_id, model.day_on), *span.knows(at))
        )
        for row in rows:
            one: Any = row[0]
            yield Oddity(
                "cash",
                row.at,
                one.store_id,
                row.by,
                one.day_on.isoformat(),
                one.difference_fen,
                one.reason,
                f"/console/cashier/closing/{path}/{one.id}",
            )


def _days(span: Span) -> Iterable[Oddity]:
    wanted = sa.select(Day).where(
        Day.reopened_at.is_not(None), *span.holds(Day.store_id, Day.day_on)
    )
    for day in api.db.session.scalars(wanted.where(*span.knows(Day.reopened_at))):
        if day.reopened_at is not None:
            yield Oddity(
                "day",
                day.reopened_at,
                day.store_id,
                day.reopened_by,
                day.day_on.isoformat(),
                day.net_fen,
                day.reopen_reason,
                f"/console/cashier/closing/days/{day.id}",
            )
