"""The course of a refund: asked for, approved, agreed to by the member, and paid out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, Refund
from plugins.cashier.refunds import (
    ALONE_MOST,
    APPROVE_REFUNDS,
    Refundable,
    cashier_refundables,
)
from plugins.cashier.services.billing import lock_bill
from plugins.cashier.services.days import next_open_day
from plugins.cashier.services.naming import OWN
from plugins.cashier.services.numbers import lock_counter, today_of
from plugins.cashier.services.refunding.dues import due_day, forget_due
from plugins.cashier.services.refunding.fees import with_fee
from plugins.cashier.services.refunding.finishing import finish
from plugins.cashier.services.refunding.law import rates_in_force
from plugins.cashier.services.refunding.lines import (
    Wanted,
    check_wanted,
    give_lines_back,
    give_sale_back,
)
from plugins.cashier.services.refunding.lines import read_wanted as read_wanted
from plugins.cashier.services.refunding.sheets import Asked, Sheet, refund_sheet, why_not_seven
from plugins.cashier.services.refunding.telling import tell_of_sheet
from plugins.ledger.api import Name
from plugins.membership.api import require_active

WHY_NOT_SEVEN: dict[str, Any] = {
    "late": _("More than seven days have passed since she paid."),
    "known": _("She knew the service before she bought, so the seven days do not hold."),
}


def refundables_of(member_id: int) -> list[Refundable]:
    """Return what of a member's may be refunded: top-ups, cards."""
    answers = api.answers(cashier_refundables, member_id=member_id)
    return [one for answer in answers for one in answer]


def find_refundables(member_id: int, keys: Sequence[str]) -> list[Refundable]:
    """Return some of them by key; `NotFound` when one is not there (any more)."""
    known = {one.key: one for one in refundables_of(member_id)}
    if not keys or any(key not in known for key in keys):
        raise api.NotFound(_("There is nothing left of this to refund."))
    found = [with_fee(known[key]) for key in dict.fromkeys(keys)]
    if len({one.kind for one in found}) > 1:
        raise api.Refused(_("Refund top-ups and cards each on a sheet of their own."))
    return found


def reckon(found: Sequence[Refundable], asked: Asked) -> Sheet:
    """Return the sheet of some refundables; refused when the seven days do not hold."""
    purchases = [one.purchase for one in found]
    problem = why_not_seven(purchases, asked.asked_on) if asked.cause == "seven_days" else ""
    if problem:
        raise api.Refused(WHY_NOT_SEVEN[problem])
    return refund_sheet(purchases, asked, rates_in_force(), approval_above_fen=ALONE_MOST.get())


def book_today(store_id: int) -> dt.date:
    """Return the day into whose books a refund goes: today, or the next open day."""
    return next_open_day(store_id, today_of(store_id))


def digest(sheet: Mapping[str, Any]) -> str:
    """Return the hash of a sheet as it is kept."""
    told = json.dumps(sheet, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def purpose_of(refund_id: int) -> str:
    """Name a refund as what is signed for it does."""
    return f"refund:{refund_id}"


@api.unit
def open_refund(
    member_id: int, keys: Sequence[str], asked: Asked, *, store_id: int, reason: str, key: str
) -> Refund:
    """Keep the sheet of a refund, and show it to the member; the same key opens one refund."""
    known = find_by_key(key)
    if known is not None:
        return known
    require_active(member_id)
    found = find_refundables(member_id, keys)
    sheet = reckon(found, asked)
    refund = _new(store_id, found[0].kind, key, reason)
    refund.member_id, refund.cause = member_id, asked.cause
    refund.due_on = due_day(asked.asked_on, asked.cause)
    refund.title = _title(found)
    refund.asked = {"keys": list(keys), "asked": sheet.facts()["asked"]}
    refund.sheet = sheet.facts()
    refund.amount_fen, refund.interest_fen = sheet.refund_fen, sheet.interest_fen
    if not sheet.needs_approval:
        refund.state = "approved"
    api.db.session.add(refund)
    api.db.session.flush()
    _record(refund, "cashier.refund_opened", _("Made a refund sheet"))
    tell_of_sheet(refund)
    return refund


def _title(found: Sequence[Refundable]) -> str:
    """Name what is refunded in the salon's own language, as names are kept."""
    with api.speaking(OWN):
        named = [one.purchase.title or api.gettext("Top-up") for one in found]
        return api.gettext(", ").join(named)


@api.unit
def refund_lines(bill_id: int, wanted: Sequence[Wanted], *, reason: str, key: str) -> Refund:
    """Refund lines of a settled bill, at once or, above the limit, when a second person agrees.

    The same key refunds once. More than is left of a line, or of a payment, is refused.
    """
    bill = lock_bill(bill_id)
    known = find_by_key(key)
    if known is not None:
        return known
    bill = lock_bill(bill_id, "settled", "part_paid")
    fen = check_wanted(bill, wanted)
    refund = _new(bill.store_id, "lines", key, reason)
    refund.member_id, refund.bill_id, refund.amount_fen = bill.member_id, bill.id, fen
    refund.title = bill.number
    refund.asked = {"lines": [vars(one) for one in wanted]}
    api.db.session.add(refund)
    api.db.session.flush()
    if fen > ALONE_MOST.get():
        ask_for_approval(refund.id)
        return refund
    refund.state = "approved"
    _pay_lines(refund, bill, wanted)
    return refund


def _pay_lines(refund: Refund, bill: Bill, wanted: Sequence[Wanted]) -> None:
    refund.booked_on = book_today(refund.store_id)
    api.fail_point("before_refund")
    give_lines_back(refund, bill, wanted)
    finish(refund)
    api.fail_point("after_refund")


@api.unit
def return_sale(line_id: int, amount_fen: int, source: Name, *, reason: str, key: str) -> Refund:
    """Give money of a line that was paid ahead back out of *source*, the way it came.

    Nobody is asked: that it is hers is known. The same key returns it once.
    """
    known = find_by_key(key)
    if known is not None:
        return known
    line = api.db.session.get_one(Line, line_id)
    bill = lock_bill(line.bill_id, "settled")
    refund = _new(bill.store_id, "lines", key, reason)
    refund.member_id, refund.bill_id, refund.amount_fen = bill.member_id, bill.id, amount_fen
    refund.title, refund.state = f"{bill.number} · {line.title}", "approved"
    refund.asked = {"lines": [{"line_id": line_id, "amount_fen": amount_fen, "quantity": 0}]}
    api.db.session.add(refund)
    api.db.session.flush()
    give_sale_back(refund, bill, line, source)
    finish(refund)
    return refund


def _new(store_id: int, kind: str, key: str, reason: str) -> Refund:
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    today = today_of(store_id)
    lock_counter(store_id, today)
    count = sa.select(sa.func.count(Refund.id)).where(
        Refund.store_id == store_id, Refund.number.startswith(f"R{today:%y%m%d}-")
    )
    number = f"R{today:%y%m%d}-{(api.db.session.scalar(count) or 0) + 1:03}"
    refund = Refund(number=number, store_id=store_id, kind=kind, key=key, reason=reason)
    refund.state, refund.opened_at, refund.opened_by = "open", api.now(), api.actor().user_id
    refund.booked_on, refund.due_on = book_today(store_id), due_day(today)
    return refund


def find_by_key(key: str) -> Refund | None:
    """Return the refund that a form made."""
    found: Refund | None = api.db.session.scalar(sa.select(Refund).where(Refund.key == key))
    return found


def lock_refund(refund_id: int, *states: str) -> Refund:
    """Return a refund, locked until the unit ends; refused unless it is in one of *states*."""
    wanted = sa.select(Refund).where(Refund.id == refund_id).with_for_update()
    refund = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if refund is None:
        raise api.NotFound(_("There is no such refund."))
    if states and refund.state not in states:
        raise api.Conflict(_("This refund has gone on meanwhile. Load the page again."))
    return refund


@api.unit
def ask_for_approval(refund_id: int) -> None:
    """Ask a second person to agree to a refund; what was declined may be asked for again."""
    refund = lock_refund(refund_id, "open", "waiting")
    if refund.state == "waiting" and _asked(refund) == "waiting":
        raise api.Conflict(_("Somebody has been asked already."))
    total = refund.amount_fen + refund.interest_fen
    payload = {
        "refund_id": refund.id,
        "number": refund.number,
        "amount": api.format_fen(total),
        "sheet": digest(refund.sheet),
    }
    refund.state = "waiting"
    refund.approval_id = api.ask_approval(
        REFUND, payload, reason=refund.reason, subject=refund, store_id=refund.store_id
    )
    refund.version += 1


def _asked(refund: Refund) -> str | None:
    return api.approval_state(refund.approval_id) if refund.approval_id else None


def _approve(payload: dict[str, Any]) -> None:
    refund = lock_refund(payload["refund_id"], "waiting")
    if payload["sheet"] != digest(refund.sheet):
        raise api.Conflict(_("The sheet is another one now. Decline, and have it asked for anew."))
    refund.state, refund.approved_by = "approved", api.actor().user_id
    refund.version += 1
    if refund.kind == "lines" and refund.bill_id is not None:
        bill = lock_bill(refund.bill_id, "settled", "part_paid")
        wanted = read_wanted(refund.asked)
        check_wanted(bill, wanted)
        _pay_lines(refund, bill, wanted)


#: Above the limit a second person looks at the sheet before money goes.
REFUND = api.ApprovalKind("cashier.refund", _("Refund"), APPROVE_REFUNDS, _approve)


@api.unit
def withdraw_refund(refund_id: int, reason: str) -> None:
    """Take a refund back that was not paid out; nothing was moved for it."""
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    refund = lock_refund(refund_id, "open", "waiting", "approved")
    refund.state = "withdrawn"
    forget_due(refund)
    refund.version += 1
    _record(refund, "cashier.refund_withdrawn", _("Withdrew a refund"), reason)


def _record(refund: Refund, act: str, title: object, note: str = "") -> None:
    total = api.format_fen(refund.amount_fen + refund.interest_fen)
    told = " · ".join(filter(None, (refund.number, total, note or refund.reason)))
    api.record_audit(act, refund, note=told, store_id=refund.store_id, title=title)
