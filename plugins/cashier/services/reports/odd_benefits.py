"""Benefits that one person gave oddly often: to many guests, or to one member again and again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Discount, Line
from plugins.cashier.services.reports.oddity import Oddity
from plugins.cashier.services.reports.spans import Span, total
from plugins.membership.api import Member

#: What somebody at the till picks for a guest; levels and cards count by themselves.
PICKED = ("activity", "coupon", "points")
#: What a member gets; her code in the wrong hands makes other guests' bills cheaper.
HERS = ("member", "balance", *PICKED)
MANY_BY_ONE = api.Setting(
    "cashier.many_benefits",
    _("So many bills with offers, coupons or points by one person in a day are odd"),
    10,
    least=2,
)
MANY_FOR_ONE = api.Setting(
    "cashier.many_for_one",
    _("So many bills with benefits of one member by one person in a day are odd"),
    3,
    least=2,
)


def benefits_given(span: Span) -> Iterable[Oddity]:
    """Yield who gave benefits on many bills of a day, and who did so for one member."""
    for row in _often(span, PICKED, MANY_BY_ONE.get()):
        yield _oddity(row, "")
    for row in _often(span, HERS, MANY_FOR_ONE.get(), Bill.member_id):
        if row.member_id is not None:
            yield _oddity(row, api.gettext("Member %(number)s", number=_number(row.member_id)))


def _often(span: Span, steps: tuple[str, ...], least: int, *apart: Any) -> Iterable[Any]:
    """Return the days on which somebody settled many bills with some steps of the price."""
    groups = (Bill.store_id, Bill.booked_on, Bill.settled_by, *apart)
    bills = sa.func.count(sa.distinct(Bill.id))
    return api.db.session.execute(
        sa.select(
            *groups,
            bills.label("bills"),
            total(Discount.amount_fen).label("fen"),
            sa.func.max(Bill.settled_at).label("at"),
            sa.func.max(Bill.id).label("last"),
        )
        .select_from(Discount)
        .join(Line, Line.id == Discount.line_id)
        .join(Bill, Bill.id == Line.bill_id)
        .where(Discount.step.in_(steps), Discount.amount_fen > 0, Bill.settled_at.is_not(None))
        .where(*span.holds(Bill.store_id, Bill.booked_on), *span.knows(Bill.settled_at))
        .group_by(*groups)
        .having(bills >= least)
    )


def _oddity(row: Any, reason: str) -> Oddity:
    words = api.ngettext("%(num)s bill", "%(num)s bills", row.bills)
    return Oddity(
        "benefits",
        row.at,
        row.store_id,
        row.settled_by,
        f"{row.booked_on.isoformat()} · {words}",
        int(row.fen),
        reason,
        f"/console/cashier/bills/{row.last}/",
    )


def _number(member_id: int) -> str:
    return str(api.db.session.scalar(sa.select(Member.number).where(Member.id == member_id)) or "")
