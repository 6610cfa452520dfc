"""Deposits at the till: the line that takes one, and the payment kind that sets it off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.api import Visit, kept_page, services_of, submit
from plugins.cashier.api import (
    Asked,
    Bill,
    Described,
    Line,
    LineKind,
    PaymentKind,
    PaymentMethod,
    Settling,
    Taken,
    Tender,
    name_in_all,
)
from plugins.checkout.models import Deposit, VisitBill
from plugins.checkout.services.deposits import (
    KIND,
    TAKEN,
    account_of,
    deposit_of,
    held_fen,
    keep_payment_kind,
    lock_deposit,
)
from plugins.checkout.services.rules import label, say_terms
from plugins.ledger.api import Move, Name, heir_of, post
from plugins.ledger.api import Tender as Money

#: Visits in these are still expected; money for any other goes back.
EXPECTED = ("pending", "confirmed", "arrived", "in_service", "done")


def describe_deposit(asked: Asked) -> Described:
    """Describe the deposit of a visit: `visit_id`."""
    number = asked.facts.get("visit_id")
    if isinstance(number, int) and api.db.session.get(Visit, number) is None:
        raise api.Conflict(_("The time was kept for too long. Please choose again."))
    deposit = deposit_of(number) if isinstance(number, int) else None
    if deposit is None or heir_of(deposit.member_id) != heir_of(asked.bill.member_id or 0):
        raise api.NotFound(_("There is no such deposit."))
    if deposit.state != "due" or asked.quantity != 1:
        raise api.Conflict(_("This deposit was paid before."))
    title, names = name_in_all(label())
    facts = {
        "visit_id": deposit.visit_id,
        "deposit_id": deposit.id,
        "names": names,
        "shown": [*_say_visit(deposit), *terms_of(deposit)],
        "back": kept_page(deposit.visit_id),
        "next": [f"/booking/mine/{deposit.visit_id}", api.gettext("My booking")],
    }
    return Described(title, deposit.amount_fen, facts, store_id=deposit.store_id)


def _say_visit(deposit: Deposit) -> list[str]:
    """Say for which services it is, and until when the time is kept while she pays."""
    visit = api.db.session.get(Visit, deposit.visit_id or 0)
    if visit is None:
        return []
    zone = ZoneInfo(visit.store.time_zone)
    begins = f"{visit.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"
    words = [f"{services_of(visit)} · {visit.store.name}", begins]
    if visit.status == "hold" and visit.hold_until is not None:
        until = f"{visit.hold_until.astimezone(zone):%H:%M}"
        words[1] = api.gettext(
            "%(when)s is kept for you until %(until)s.", when=begins, until=until
        )
    return words


def terms_of(deposit: Deposit) -> list[str]:
    """Say what a member was told about her deposit, in the reader's language."""
    store = api.db.session.get_one(api.Store, deposit.store_id)
    return say_terms(
        deposit.amount_fen,
        no_shows=bool(deposit.terms.get("no_shows")),
        free_until=dt.datetime.fromisoformat(deposit.terms["free_until"]),
        zone=ZoneInfo(store.time_zone),
    )


def settle_deposit(settling: Settling, line: Line, money: Sequence[Money]) -> list[Taken]:
    """Put a deposit into its account, and make a booking of the time that was kept for it."""
    keep_payment_kind()
    deposit = lock_deposit(line.facts["deposit_id"])
    target = account_of(deposit.id, deposit.member_id)
    entry = settling.entry("deposit", TAKEN, line)
    moves = [Move(one.account, target, one.amount_fen) for one in money]
    post(entry, moves, payments=[(one.ref, one.amount_fen) for one in money if one.ref])
    if deposit.state in ("due", "lapsed"):
        deposit.state, deposit.paid_at, deposit.line_id = "paid", api.now(), line.id
        deposit.version += 1
        _submit(deposit)
    return []


def _submit(deposit: Deposit) -> None:
    """Book the time that was kept; one that nobody else wanted meanwhile is hers, though late."""
    visit = api.db.session.get(
        Visit, deposit.visit_id or 0, with_for_update=True, populate_existing=True
    )
    if visit is None or visit.status != "hold":
        return
    try:
        with api.db.session.begin_nested():
            visit.hold_until = max(
                visit.hold_until or api.now(), api.now() + dt.timedelta(minutes=1)
            )
            api.db.session.flush()
            submit(visit.key)
    except api.Refused:
        api.db.session.expire(visit)  # the money goes back once the bill is settled


def undo_deposit(_settling: Settling, line: Line, _reason: str) -> None:
    """Ask for the deposit again when its bill is reopened; the till reverses the journal."""
    deposit = lock_deposit(line.facts["deposit_id"])
    if deposit.line_id == line.id:
        deposit.state, deposit.paid_at, deposit.line_id = "due", None, None
        deposit.version += 1


def read_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a member's phone may say: for which of her visits."""
    text = form.get("visit_id", "")
    return {"visit_id": int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0}


def deposit_account(bill: Bill, _kind: PaymentKind, tender: Tender) -> Name:
    """Name the account of the deposit of a bill's visit; refused where there is not so much."""
    deposit = deposit_on(bill.id)
    if deposit is None or held_fen(deposit.id) < tender.amount_fen:
        raise api.Refused(_("There is not so much left of the deposit."))
    return account_of(deposit.id, deposit.member_id)


def deposit_on(bill_id: int) -> Deposit | None:
    """Return the paid deposit of the visit that a bill is for."""
    found: Deposit | None = api.db.session.scalar(_DEPOSIT, {"bill_id": bill_id})
    return found


_DEPOSIT = (
    sa.select(Deposit)
    .join(VisitBill, VisitBill.visit_id == Deposit.visit_id)
    .where(
        VisitBill.bill_id == sa.bindparam("bill_id"),
        Deposit.state.in_(("paid", "set_off")),
    )
)


LINE = LineKind(
    KIND,
    "deposit",
    _("Booking deposit"),
    describe_deposit,
    settle_deposit,
    undo_deposit,
    discountable=False,
    earns=False,
    online=read_form,
)
METHOD = PaymentMethod(KIND, _("Booking deposit"), deposit_account)
