"""What the demo shows of refunds: a sheet that waits for the member's word, and a line refunded."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line
from plugins.cashier.refunds import SEE_REFUNDS
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.cases import open_refund, refund_lines
from plugins.cashier.services.refunding.lines import Wanted, lines_to_refund
from plugins.cashier.services.refunding.sheets import Asked
from plugins.ledger.api import lots_of
from plugins.membership.api import Member

#: What is refunded of a line, in fen; below every price of the list.
SOME = 2_000
TRIED = 60


@api.unit
def load() -> None:
    """Make one sheet of a top-up that was used in part, and refund a part of a line."""
    _refund_line()
    _make_sheet()


def _make_sheet() -> None:
    """Take the first member whose top-up with a bonus was used, and is not used up."""
    members = sa.select(Member).where(Member.status == "active").order_by(Member.id).limit(TRIED)
    for member in api.db.session.scalars(members).all():
        for lot in lots_of(member.id):
            if lot.gift and lot.used and lot.paid_left:
                today = today_of(member.home_store_id)
                open_refund(
                    member.id,
                    [f"lot:{lot.id}"],
                    Asked("shop", today, today, today),
                    store_id=member.home_store_id,
                    reason=api.gettext("The store moves"),
                    key="demo:refund:sheet",
                )
                return


def _refund_line() -> None:
    """Refund some of the first service that money alone paid: whose balance is told stays so."""
    settled = sa.select(Bill).join(Line, Line.bill_id == Bill.id)
    settled = settled.where(Bill.state == "settled", Line.order_kind == "service")
    settled = settled.where(Bill.agreed_by.is_(None))
    for bill in api.db.session.scalars(settled.order_by(Bill.id).limit(TRIED)).unique().all():
        for state in lines_to_refund(bill):
            if state.left_fen > SOME:
                wanted = [Wanted(state.line.id, SOME)]
                reason = api.gettext("The colour did not hold")
                refund_lines(bill.id, wanted, reason=reason, key="demo:refund:line")
                return


TOUR = (
    api.TourStop(
        "refunds",
        _("See how a refund is reckoned, clause by clause"),
        "/console/cashier/refunds/",
        SEE_REFUNDS,
        2.6,
    ),
)
PART = api.DemoPart(load=load, tour=TOUR)
