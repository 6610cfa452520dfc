"""Makers of refunds for tests."""

from __future__ import annotations

from typing import Any

from console import api
from plugins.cashier.models import Refund
from plugins.cashier.refunds import ALONE_MOST
from plugins.cashier.services.refunding.answering import agree_to_refund
from plugins.cashier.services.refunding.cases import (
    find_refundables,
    open_refund,
    refund_lines,
    refundables_of,
)
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.refunding.paying_out import Ways, pay_refund, sources_of
from plugins.cashier.services.refunding.sheets import Asked, Cause
from tests.support.till import new_key


@api.unit
def alone_up_to(yuan: int) -> None:
    """Let refunds up to so much be made by one person."""
    ALONE_MOST.put(yuan * 100)


def today() -> Any:
    """Return the day it is in the test's store."""
    return api.today("Asia/Shanghai")


def asked(cause: Cause = "shop", **more: Any) -> Asked:
    """Ask for a refund today."""
    return Asked(cause, **{"asked_on": today(), "ended_on": today(), "paid_on": today(), **more})


def sheet_for(member_id: int, cause: Cause = "shop", **more: Any) -> Refund:
    """Make the sheet of all that a member has of one kind."""
    kind = more.pop("kind", "stored_value")
    keys = [one.key for one in refundables_of(member_id) if one.kind == kind]
    told = {"store_id": 1, "reason": "moved away", "key": new_key(), **more.pop("told", {})}
    return open_refund(member_id, keys, asked(cause, **more), **told)


def agree(refund: Refund) -> Refund:
    """Let her sign the sheet on paper."""
    return agree_to_refund(refund.id, "signature")


def proposed(refund: Refund) -> Ways:
    """Return the ways that the till proposes; what they leave goes in cash."""
    found = find_refundables(refund.member_id or 0, refund.asked["keys"])
    sources = sources_of(found, refund.sheet)
    amounts = {one.ref: one.proposed_fen for one in sources if one.proposed_fen}
    return Ways(amounts, "cash", "her wish", "cash")


def pay_out(refund: Refund) -> Refund:
    """Pay a refund out as proposed."""
    return pay_refund(refund.id, proposed(refund))


def refund(
    bill_id: int,
    *wanted: tuple[int, float] | tuple[int, float, int] | tuple[int, float, int, bool],
    **more: Any,
) -> Refund:
    """Refund lines of a bill: a line and yuan, how many pieces that is, whether they came back."""
    told = {"reason": "not as she wished", "key": new_key(), **more}
    rows = [Wanted(one[0], round(one[1] * 100), *one[2:]) for one in wanted]
    return refund_lines(bill_id, rows, **told)
