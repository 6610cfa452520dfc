"""Asking a member on her phone, her answer, and what a manager decides without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Confirmation, Line
from plugins.cashier.offers import Quote, Tender
from plugins.cashier.permissions import SETTLE_BILLS, SETTLE_UNCONFIRMED
from plugins.cashier.services.agreeing import takes_something
from plugins.cashier.services.billing import lock_bill, record_act, require_state
from plugins.cashier.services.confirming import Taking, taking_of, tell_taking
from plugins.cashier.services.purse import Wallet
from plugins.cashier.services.quoting import lines_of, quote_for
from plugins.ledger.api import heir_of
from plugins.messages.api import MessageKind, send_message

#: How long a question, and then her answer, is good for.
GOOD_FOR = dt.timedelta(minutes=5)
#: How long her answer is good for where who asked may not settle: the bill lies ready at the till.
READY_FOR = dt.timedelta(hours=2)
ASKED = MessageKind(
    "cashier.confirm",
    _("Please confirm %(amount)s"),
    _("%(name)s, %(amount)s is to be taken from you at %(store)s. Please confirm or refuse."),
)


@api.unit
def ask_on_phone(
    bill_id: int,
    tenders: Sequence[Tender],
    *,
    key: str,
    choices: Sequence[Mapping[str, Any]] = (),
    alone: api.Permission | None = None,
) -> Confirmation:
    """Ask the member of a bill on her phone whether it may be settled so; she is told at once.

    *key* is the one under which the till settles then, *choices* how it shows what was chosen.
    Where nothing is to be paid her word settles it by itself, if who asks still holds *alone*.
    The same question that still stands is not asked again; any other one of the bill is withdrawn.
    """
    bill = lock_bill(bill_id)
    require_state(bill, "open", "part_paid")
    taking, told = _look(bill, tenders)
    for known in _open_of(bill_id):
        if known.sign == taking.sign and known.until_at > api.now():
            return known
        if known.state == "asked":
            known.state, known.answered_at = "withdrawn", api.now()
    asked = _draft(bill, taking, told)
    asked.key = key
    asked.told = {**told, "choices": [dict(choice) for choice in choices]}
    if alone is not None and not tenders and not told["due_fen"]:
        asked.told = {**asked.told, "needs": [alone.key, list(alone.roles)]}
    api.db.session.add(asked)
    api.db.session.flush()
    store = api.db.session.get_one(api.Store, bill.store_id)
    facts = {"amount": api.format_fen(taking.value_fen), "store": store.name}
    send_message(
        asked.member_id,
        ASKED,
        facts,
        url=page_of(asked),
        key=f"cashier.confirm:{asked.id}",
        store_id=bill.store_id,
    )
    return asked


@api.unit
def confirm_herself(bill_id: int, tenders: Sequence[Tender], *, key: str) -> Confirmation:
    """Keep that a member wants a bill to be settled so, where she does it on her own phone."""
    bill = lock_bill(bill_id)
    require_state(bill, "open")
    taking, told = _look(bill, tenders)
    given = _draft(bill, taking, told)
    given.state, given.answered_at, given.key = "confirmed", api.now(), key
    api.db.session.add(given)
    api.db.session.flush()
    return given


@api.unit
def override_confirmation(bill_id: int, tenders: Sequence[Tender], reason: str) -> Confirmation:
    """Let a bill be settled so although the member did not confirm it; says why, and is audited."""
    bill = lock_bill(bill_id)
    if not SETTLE_UNCONFIRMED.held(bill.store_id):
        raise api.Refused(_("You may not settle what she did not confirm."))
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    require_state(bill, "open", "part_paid")
    taking, told = _look(bill, tenders)
    withdraw_confirmation(bill_id)
    decided = _draft(bill, taking, told)
    decided.state, decided.reason, decided.answered_at = "overridden", reason, api.now()
    decided.key = ""
    api.db.session.add(decided)
    api.db.session.flush()
    note = f"{bill.number} · {api.format_fen(taking.value_fen)} · {reason}"
    title = _("Settled without the confirmation on her phone")
    record_act(bill, "cashier.settled_unconfirmed", title, note)
    return decided


@api.unit
def withdraw_confirmation(bill_id: int) -> None:
    """Take back what the member of a bill is being asked, or what she confirmed of it."""
    lock_bill(bill_id)
    for known in _open_of(bill_id):
        known.state, known.answered_at = "withdrawn", api.now()


@api.unit
def answer_confirmation(number: int, member_id: int, *, confirmed: bool) -> Confirmation:
    """Write down what a member answers on her phone; the same answer again changes nothing."""
    bill_id = api.db.session.scalar(
        sa.select(Confirmation.bill_id).where(Confirmation.id == number)
    )
    bill = lock_bill(bill_id or 0)
    asked = api.db.session.get(Confirmation, number, populate_existing=True)
    if asked is None or heir_of(asked.member_id) != heir_of(member_id):
        raise api.NotFound(_("There is no such question."))
    wanted = "confirmed" if confirmed else "refused"
    if asked.state == wanted:
        return asked
    state = state_of(asked, bill)
    if state != "asked":
        raise api.Conflict(STANDS[state])
    asked.state, asked.answered_at = wanted, api.now()
    asked.until_at = api.now() + _good_for(asked)
    return asked


def _good_for(asked: Confirmation) -> dt.timedelta:
    """Return how long an answer is good for: somebody else settles what a technician prepared."""
    settles = asked.asked_by is None or SETTLE_BILLS.held_by(asked.asked_by, asked.store_id)
    return GOOD_FOR if settles else READY_FOR


#: How a question stands that needs no answer any more, for the member.
STANDS: dict[str, Any] = {
    "confirmed": _("You confirmed it."),
    "refused": _("You refused it. Nothing was taken."),
    "withdrawn": _("The front desk withdrew it. Nothing was taken by it."),
    "overridden": _("It was settled without your confirmation."),
    "expired": _("It was not answered within five minutes. Nothing was taken by it."),
    "changed": _("The bill was changed; the front desk asks you again."),
    "settled": _("It is settled."),
}


def state_of(asked: Confirmation, bill: Bill) -> str:
    """Return how a question stands now: "expired", "changed" and "settled" beside its states."""
    if asked.settlement_id is not None:
        return "settled"
    if asked.state not in ("asked", "confirmed"):
        return asked.state
    if bill.version != asked.version or bill.state not in ("open", "part_paid"):
        return "changed"
    return asked.state if asked.until_at > api.now() else "expired"


def page_of(asked: Confirmation) -> str:
    """Return the member's page of a question."""
    return f"/cashier/confirm/{asked.id}"


def last_question(bill: Bill) -> tuple[Confirmation, str] | None:
    """Return what the member of a bill was asked last, and how that stands; None without one."""
    wanted = sa.select(Confirmation).where(Confirmation.bill_id == bill.id)
    asked = api.db.session.scalar(wanted.order_by(Confirmation.id.desc()).limit(1))
    return (asked, state_of(asked, bill)) if asked is not None else None


def questions_about(bill_id: int) -> Sequence[Confirmation]:
    """Return all that was asked about a bill, and what managers decided, the latest first."""
    wanted = sa.select(Confirmation).where(Confirmation.bill_id == bill_id)
    return api.db.session.scalars(wanted.order_by(Confirmation.id.desc())).all()


def questions_to(member_id: int) -> list[Confirmation]:
    """Return what a member is being asked at this moment, the latest first."""
    rows = api.db.session.execute(
        sa.select(Confirmation, Bill)
        .join(Bill, Bill.id == Confirmation.bill_id)
        .where(Confirmation.member_id == member_id)
        .where(Confirmation.asked_at > api.now() - GOOD_FOR)
        .order_by(Confirmation.id.desc())
    )
    return [asked for asked, bill in rows if state_of(asked, bill) == "asked"]


def _look(bill: Bill, tenders: Sequence[Tender]) -> tuple[Taking, dict[str, Any]]:
    """Return what settling a bill so would take; refused when it takes nothing."""
    lines = lines_of(bill.id)
    again = bill.state == "part_paid"
    wallet = Wallet.of(bill, tenders)
    found: Quote | None = None if again else quote_for(bill, wallet.purses, lines=lines)
    dues = _dues(lines, found)
    if bill.member_id is None or not (
        (found and found.points) or takes_something([] if again else lines, wallet.balance_fen)
    ):
        raise api.Refused(_("Nothing is taken from her: there is nothing to confirm."))
    taking = taking_of(bill, lines, tenders, found, dues, bill.version)
    return taking, tell_taking(bill, lines, tenders, found, dues)


def _dues(lines: Sequence[Line], found: Quote | None) -> dict[int, int]:
    if found is None:
        return {line.id: line.owing_fen for line in lines}
    return {line.id: found.line(line.id).due_fen for line in lines}


def _open_of(bill_id: int) -> Sequence[Confirmation]:
    wanted = sa.select(Confirmation).where(
        Confirmation.bill_id == bill_id,
        Confirmation.state.in_(("asked", "confirmed")),
        Confirmation.settlement_id.is_(None),
    )
    return api.db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _draft(bill: Bill, taking: Taking, told: Mapping[str, Any]) -> Confirmation:
    now = api.now()
    asked = Confirmation(bill_id=bill.id, member_id=bill.member_id, store_id=bill.store_id)
    asked.version, asked.sign, asked.value_fen = bill.version, taking.sign, taking.value_fen
    asked.told, asked.state = dict(told), "asked"
    asked.asked_at, asked.until_at = now, now + GOOD_FOR
    asked.asked_by = api.actor().user_id
    return asked
