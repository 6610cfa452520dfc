"""Until when a refund has to be paid out, and who is reminded of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Refund
from plugins.cashier.refunds import MAKE_REFUNDS
from plugins.cashier.services.numbers import today_of
from plugins.membership.api import legal_figures

#: The states in which the money has not gone yet.
WAITS = ("open", "waiting", "approved")
#: So many days before the last one the to-do appears.
NEAR = dt.timedelta(days=3)
#: The salons' time zone, by which the worker counts the days.
ZONE = "Asia/Shanghai"
PAGE = "/console/cashier/refunds/"


def due_day(asked_on: dt.date, cause: str | None = None) -> dt.date:
    """Return the last day on which a refund that was asked for on a day is in time.

    The days come from the rules of the city; some give fewer within the first week.
    """
    figures = legal_figures()
    week = figures.get("cooling_refund_days") if cause == "seven_days" else None
    return asked_on + dt.timedelta(days=int((week or figures["refund_days"]).value))


def is_late(refund: Refund) -> bool:
    """Tell whether the last day of a refund is over and its money has not gone."""
    if refund.state not in WAITS or refund.due_on is None:
        return False
    return refund.due_on < today_of(refund.store_id)


def remind_of_refunds() -> None:
    """Put refunds whose last day is near or past among the to-dos; the worker does so daily."""
    wanted = (
        sa.select(Refund.id)
        .where(Refund.state.in_(WAITS), Refund.due_on <= api.today(ZONE) + NEAR)
        .order_by(Refund.id)
    )
    for number in api.db.session.scalars(wanted).all():
        _remind(number)


@api.unit
def _remind(refund_id: int) -> None:
    refund = api.db.session.get_one(Refund, refund_id, populate_existing=True)
    if refund.state not in WAITS or refund.due_on is None:
        return
    told = {"number": refund.number, "day": refund.due_on.isoformat()}
    title = _("Refund %(number)s is due on %(day)s", **told)
    if is_late(refund):
        title = _("Refund %(number)s was due on %(day)s and is not paid out", **told)
    api.notify(
        title,
        f"{api.format_fen(refund.amount_fen + refund.interest_fen)} · {refund.title}",
        url=f"{PAGE}{refund.id}/",
        store_id=refund.store_id,
        permission=MAKE_REFUNDS,
        todo=True,
        key=_key(refund),
    )


def forget_due(refund: Refund) -> None:
    """Take the reminder of a refund away whose money went, or that was withdrawn."""
    api.settle_notice(_key(refund))


def _key(refund: Refund) -> str:
    return f"cashier.refund_due:{refund.id}"
