"""What refunds answer and do when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.cashier.models import Bill, Refund
from plugins.cashier.refunds import MAKE_REFUNDS, Refundable
from plugins.cashier.services.refunding.lots import top_ups_of
from plugins.cashier.services.voiding import require_nothing_refunded
from plugins.membership.api import Member, move_rows

PAGE = "/console/cashier/refunds/"


@api.hookimpl
def cashier_refundables(member_id: int) -> Iterable[Refundable]:
    """Offer a member's top-ups."""
    return top_ups_of(member_id)


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Offer a refund on a member's file, and on a settled bill."""
    if model is Member:
        page = f"{PAGE}new?member_id={record_id}"
        yield api.RecordAction(_("Refund"), page, MAKE_REFUNDS, method="GET")
    elif model is Bill:
        bill = api.db.session.get(Bill, record_id)
        if bill is not None and bill.state in ("settled", "part_paid"):
            page = f"{PAGE}bill/{record_id}"
            yield api.RecordAction(_("Refund"), page, MAKE_REFUNDS, method="GET")


@api.hookimpl
def cashier_bill_voiding(bill_id: int) -> None:
    """Keep a bill settled of which something was refunded: what went back stands in the books."""
    require_nothing_refunded(bill_id)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the refunds of the gone file to the kept one."""
    move_rows(Refund.member_id, kept_id, gone_id)
