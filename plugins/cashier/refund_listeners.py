"""What refunds answer and do when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Refund
from plugins.cashier.refunds import Refundable
from plugins.cashier.services.refunding.lots import top_ups_of
from plugins.membership.api import move_rows


@api.hookimpl
def cashier_refundables(member_id: int) -> Iterable[Refundable]:
    """Offer a member's top-ups."""
    return top_ups_of(member_id)


@api.hookimpl
def cashier_bill_voiding(bill_id: int) -> None:
    """Keep a bill settled of which something was refunded: what went back stands in the books."""
    paid = sa.select(Refund.id).where(Refund.bill_id == bill_id, Refund.state == "paid")
    if api.db.session.scalar(paid.limit(1)) is not None:
        raise api.Refused(_("Something of this bill was refunded. Refund the rest as well."))


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the refunds of the gone file to the kept one."""
    move_rows(Refund.member_id, kept_id, gone_id)
