"""What becomes of booking deposits: asked for, paid, set off, returned, kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.api import Visit, class_of, extensions_of, free_until
from plugins.cashier.api import Line, PaymentKind, book_today, name_in_all, return_sale
from plugins.checkout.models import Deposit
from plugins.checkout.permissions import APPROVE_RETURNS
from plugins.checkout.services.rules import Demand, demand_for, label
from plugins.ledger.api import Account, Entry, Journal, Move, Name, held, post, reverse, salon

#: The code of the payment kind, and of the journals.
KIND, TAKEN, KEPT = "deposit", "deposit", "deposit_kept"


def account_of(deposit_id: int, member_id: int) -> Name:
    """Name the account in which a deposit lies."""
    return held("deposit", member_id, part=f"deposit:{deposit_id}")


def held_fen(deposit_id: int) -> int:
    """Return what lies in the account of a deposit; the ledger alone knows."""
    left = sa.select(Account.credits - Account.debits).where(
        Account.owner == "member",
        Account.kind == "deposit",
        Account.part == f"deposit:{deposit_id}",
    )
    return api.db.session.scalar(left) or 0


def deposit_of(visit_id: int) -> Deposit | None:
    """Return the deposit of a visit, if one is asked for."""
    found: Deposit | None = api.db.session.scalar(
        sa.select(Deposit).where(Deposit.visit_id == visit_id)
    )
    return found


def lock_deposit(deposit_id: int) -> Deposit:
    """Return a deposit, locked until the unit ends."""
    wanted = sa.select(Deposit).where(Deposit.id == deposit_id).with_for_update()
    found = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise api.NotFound(_("There is no such deposit."))
    return found


@api.unit
def ask_deposit(visit: Visit) -> Deposit | None:
    """Ask a member for the deposit of a visit by the rules; once for each visit."""
    if visit.member_id is None:
        return None
    demand = demand_for(visit.store_id, visit.member_id, _services_of(visit))
    if demand is None:
        return None
    known = deposit_of(visit.id)
    if known is not None:
        return known
    deposit = Deposit(
        visit_id=visit.id,
        store_id=visit.store_id,
        member_id=visit.member_id,
        guest_name=visit.guest_name,
        starts_at=visit.starts_at,
        amount_fen=demand.fen,
        terms=_frozen(visit, demand),
        state="due",
        asked_at=api.now(),
    )
    api.db.session.add(deposit)
    api.db.session.flush()
    return deposit


def _services_of(visit: Visit) -> Iterator[tuple[int, int | None]]:
    """Yield what was booked, and what a class costs; it is read only where it matters."""
    group = class_of(visit.id)
    for item in visit.items:
        if item.variant_id is not None:
            yield item.variant_id, group.price_fen if group is not None else None


def _frozen(visit: Visit, demand: Demand) -> dict[str, Any]:
    free = free_until(visit.starts_at, visit.store_id)
    return {"no_shows": demand.no_shows, "free_until": free.isoformat()}


def in_time(visit: Visit) -> bool:
    """Tell whether a cancellation now is free of charge."""
    return api.now() <= free_until(visit.starts_at, visit.store_id)


@api.unit
def keep_deposit(deposit_id: int, reason: str) -> None:
    """Keep what was paid: it becomes the salon's, under a code of its own."""
    deposit = lock_deposit(deposit_id)
    fen = held_fen(deposit.id)
    if deposit.state != "paid" or not fen:
        return
    deposit.times_kept += 1
    entry = _entry(deposit, _kept_key(deposit), KEPT, reason)
    source = account_of(deposit.id, deposit.member_id)
    post(entry, [Move(source, salon("revenue", deposit.store_id), fen)])
    _end(deposit, "kept", reason)


@api.unit
def take_back_kept(deposit_id: int, reason: str, approver_id: int | None = None) -> None:
    """Undo that a deposit was kept: it is the member's again."""
    deposit = lock_deposit(deposit_id)
    if deposit.state != "kept":
        return
    key = _kept_key(deposit)
    journal_id = api.db.session.scalar(sa.select(Journal.id).where(Journal.idem_key == key))
    if journal_id is None:
        raise api.NotFound(_("There is no such deposit."))
    reverse(_entry(deposit, f"{key}:undo", "reverse", reason, approver_id), journal_id)
    _end(deposit, "paid", reason)
    deposit.ended_at = deposit.ended_by = None


@api.unit
def return_deposit(deposit_id: int, reason: str) -> None:
    """Send what lies in a deposit's account back the way it came; once."""
    deposit = lock_deposit(deposit_id)
    fen = held_fen(deposit.id)
    if deposit.state == "returned":
        return
    if deposit.state != "paid" or not fen or deposit.line_id is None:
        raise api.Conflict(_("There is nothing of this deposit to return."))
    give_back(deposit, deposit.line_id, fen, reason)
    _end(deposit, "returned", reason)


def give_back(deposit: Deposit, line_id: int, fen: int, reason: str) -> None:
    """Return the money of one line that took a deposit, in the running unit."""
    source = account_of(deposit.id, deposit.member_id)
    key = f"deposit:{deposit.id}:{line_id}"
    return_sale(line_id, fen, source, reason=reason or str(label()), key=key)


def _kept_key(deposit: Deposit) -> str:
    return f"deposit:{deposit.id}:kept:{deposit.times_kept}"


def _entry(
    deposit: Deposit, key: str, code: str, reason: str, approver_id: int | None = None
) -> Entry:
    return Entry(
        key=key,
        code=code,
        asked=[deposit.id],
        ref=f"deposit:{deposit.id}",
        store_id=deposit.store_id,
        business_on=book_today(deposit.store_id),
        approver_id=approver_id,
        note=reason[:200],
    )


def _end(deposit: Deposit, state: str, reason: str) -> None:
    deposit.state, deposit.reason = state, reason.strip()[:200]
    deposit.ended_at, deposit.ended_by = api.now(), api.actor().user_id
    deposit.version += 1
    note = f"{deposit.guest_name} · {api.format_fen(deposit.amount_fen)}"
    title = TITLES[state]
    api.record_audit(
        f"checkout.{state}", deposit, note=note, store_id=deposit.store_id, title=title
    )
    api.db.session.flush()


TITLES: dict[str, Any] = {
    "paid": _("A kept deposit is hers again"),
    "returned": _("Returned a booking deposit"),
    "kept": _("Kept a booking deposit"),
}


def _apply(payload: dict[str, Any]) -> None:
    """Do what a second person agreed to: take back that it was kept, and send it back."""
    number, reason = int(payload["deposit_id"]), str(payload["reason"])
    take_back_kept(number, reason, api.actor().user_id)
    return_deposit(number, reason)


RETURN_KEPT = api.ApprovalKind(
    "checkout.return_kept", _("Return a kept deposit"), APPROVE_RETURNS, _apply
)


@api.unit
def ask_to_return(deposit_id: int, reason: str) -> int:
    """Ask a second person to agree that a kept deposit goes back; return the request's number."""
    deposit = lock_deposit(deposit_id)
    if deposit.state != "kept":
        raise api.Conflict(_("This deposit was not kept."))
    payload = {
        "deposit_id": deposit.id,
        "name": deposit.guest_name,
        "amount": api.format_fen(deposit.amount_fen),
        "reason": reason.strip()[:200],
    }
    return api.ask_approval(
        RETURN_KEPT, payload, reason=reason, subject=deposit, store_id=deposit.store_id
    )


def keep_payment_kind() -> None:
    """Make the payment kind by which deposits are set off, unless it is there; in a unit."""
    if api.db.session.scalar(sa.select(PaymentKind.id).where(PaymentKind.code == KIND)):
        return
    name, names = name_in_all(_("Booking deposit"))
    made = api.insert_into(PaymentKind.__table__).values(
        code=KIND,
        method=KIND,
        account=KIND,
        online=False,
        name=name,
        names=names,
        payment_class="benefit",
        place=101,
    )
    api.db.session.execute(made.on_conflict_do_nothing())


def lines_of_deposit(bill_id: int) -> list[Line]:
    """Return the lines of a bill that take deposits."""
    rows = sa.select(Line).where(Line.bill_id == bill_id, Line.kind == KIND)
    return list(api.db.session.scalars(rows.order_by(Line.id)))


def last_extension(visit_id: int) -> int:
    """Return by how many minutes a visit was extended last."""
    return (extensions_of(visit_id) or [0])[-1]


def forget_names(member_id: int) -> None:
    """Take a member's name off her deposits, in the running unit."""
    rows = sa.update(Deposit).where(Deposit.member_id == member_id)
    api.db.session.execute(rows.values(guest_name="–"))  # noqa: RUF001


@api.unit
def drop_lapsed() -> None:
    """Ask no longer for deposits of visits whose time was given to others; may be repeated."""
    gone = sa.update(Deposit).where(Deposit.state == "due", Deposit.visit_id.is_(None))
    api.db.session.execute(gone.values(state="lapsed"))
