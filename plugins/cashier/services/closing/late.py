"""Late entries: a bill of a past day keeps the day of the service and the day of the books."""

from __future__ import annotations

import datetime as dt
from typing import Any

from console import api
from console.api import _
from plugins.cashier.models import Bill
from plugins.cashier.permissions import ENTER_LATE
from plugins.cashier.services.billing import open_bill, record_act
from plugins.cashier.services.numbers import today_of

#: How far back a bill may be entered.
MOST_DAYS = 62


@api.unit
def open_late_bill(
    store_id: int, service_on: dt.date, reason: str, *, key: str, member_id: int | None = None
) -> Bill:
    """Open a bill for a service of a past day; who may not, asks with `ask_late_bill`.

    It is booked in that day while the day is open, else in today's books.
    """
    _check(store_id, service_on, reason)
    if not ENTER_LATE.held(store_id):
        raise api.Refused(_("You may not enter bills of past days."))
    return _open(store_id, service_on, reason, key, member_id)


@api.unit
def ask_late_bill(
    store_id: int, service_on: dt.date, reason: str, *, key: str, member_id: int | None = None
) -> int:
    """Ask for a late entry; the bill is open at the till once a second person agrees."""
    _check(store_id, service_on, reason)
    payload = {
        "store_id": store_id,
        "service_on": service_on.isoformat(),
        "reason": reason.strip()[:200],
        "key": key,
        "member_id": member_id,
    }
    return api.ask_approval(LATE, payload, reason=reason, store_id=store_id)


def _check(store_id: int, service_on: dt.date, reason: str) -> None:
    today = today_of(store_id)
    if not today - dt.timedelta(days=MOST_DAYS) <= service_on < today:
        raise api.Refused(_("Enter a past day, at most %(days)s days ago.", days=MOST_DAYS))
    if not reason.strip():
        raise api.Refused(_("Say why."))


def _open(store_id: int, service_on: dt.date, reason: str, key: str, member_id: int | None) -> Bill:
    bill = open_bill(store_id, key=key, member_id=member_id, note=reason)
    if not bill.late and bill.version > 1:
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))
    if not bill.late:
        bill.late, bill.business_on = True, service_on
        note = f"{bill.number} · {service_on} · {reason.strip()[:200]}"
        record_act(bill, "cashier.late_entry", _("Entered a bill of a past day"), note)
    return bill


def _agreed(payload: dict[str, Any]) -> None:
    _open(
        payload["store_id"],
        dt.date.fromisoformat(payload["service_on"]),
        payload["reason"],
        payload["key"],
        payload["member_id"],
    )


LATE = api.ApprovalKind("cashier.late_bill", _("Enter a bill of a past day"), ENTER_LATE, _agreed)
