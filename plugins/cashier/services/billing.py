"""Bills before they are settled: opening, lines, hold and resume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Discount, Line, LinePart, Order, Performer, Seller
from plugins.cashier.offers import Asked, LineKind
from plugins.cashier.services import performers
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.limits import keep_in_proportion
from plugins.cashier.services.numbers import lock_counter, next_number, order_number, today_of
from plugins.cashier.services.quoting import SALES, lines_of, refresh
from plugins.membership.api import Member, receive_member, require_active, use_code

MOST_FEN = 100_000_000
MOST_LINES = 100
MOST_QUANTITY = 999


@api.unit
def open_bill(
    store_id: int,
    *,
    key: str,
    member_id: int | None = None,
    label: str = "",
    note: str = "",
) -> Bill:
    """Open a bill in a store; the same *key* returns the bill that was opened with it."""
    counter = lock_counter(store_id, today_of(store_id))
    known = api.db.session.scalar(sa.select(Bill).where(Bill.key == key))
    if known is not None:
        return known
    if not key:
        raise ValueError("a bill needs a key")
    if member_id is not None:
        require_active(member_id)
        receive_member(member_id, store_id)
    who = api.actor()
    bill = Bill(
        number=next_number(counter),
        store_id=store_id,
        business_on=counter.day_on,
        booked_on=counter.day_on,
        member_id=member_id,
        state="open",
        label=label.strip()[:20],
        note=note.strip()[:500],
        opened_by=who.user_id,
        opened_at=api.now(),
        device=f"till:{who.till_id}" if who.till_id else None,
        key=key,
    )
    api.db.session.add(bill)
    api.db.session.flush()
    return bill


def lock_bill(bill_id: int, *states: str) -> Bill:
    """Return a bill, locked until the unit ends; refused unless it is in one of *states*."""
    bill = api.db.session.scalar(_LOCKED, {"bill_id": bill_id})
    if bill is None:
        raise api.NotFound(_("There is no such bill."))
    if states:
        require_state(bill, *states)
    return bill


_LOCKED = (
    sa.select(Bill)
    .where(Bill.id == sa.bindparam("bill_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def require_state(bill: Bill, *states: str) -> None:
    """Raise `Conflict` unless a bill is in one of *states*."""
    if bill.state not in states:
        raise api.Conflict(_STANDS[bill.state])


_STANDS: dict[str, Any] = {
    "open": _("This bill is open."),
    "held": _("This bill is held. Resume it first."),
    "settled": _("This bill was settled before."),
    "part_paid": _("This bill was settled in part; what is left is owing."),
    "void": _("This bill is void."),
    "refunded": _("This bill was refunded."),
}


@api.unit
def set_member(bill_id: int, member_id: int | None) -> Bill:
    """Say whose bill it is; None makes it a walk-in's."""
    bill = lock_bill(bill_id, "open")
    if member_id is not None:
        require_active(member_id)
        receive_member(member_id, bill.store_id)
    elif any(line.order_kind in SALES for line in lines_of(bill_id)):
        raise api.Refused(_("Top-ups and cards need a member."))
    if member_id != bill.member_id:
        bill.agreed_by = None
    bill.member_id = member_id
    if bill.version == 1:
        bill.version += 1  # it was opened just now, and costs nothing yet
    else:
        refresh(bill)
    return bill


@api.unit
def scan_member(bill_id: int, code: str) -> Bill:
    """Put the member whose code was scanned on a bill: she agrees to what is taken on it."""
    bill = lock_bill(bill_id, "open", "part_paid")
    member_id = use_code(code, f"bill:{bill_id}")
    if bill.member_id not in (None, member_id):
        raise api.Refused(_("This code is another member's."))
    if bill.state == "open":
        bill = set_member(bill_id, member_id)
    bill.agreed_by = "code"
    return bill


@api.unit
def add_line(
    bill_id: int,
    kind: str,
    facts: Mapping[str, Any],
    *,
    quantity: int = 1,
    staff_id: int | None = None,
    named: bool = False,
) -> Line:
    """Put a line on an open bill; *facts* are what its kind needs to know.

    *staff_id* performs it or, where nothing is performed, sells it; both are filled in.
    """
    bill = lock_bill(bill_id, "open")
    lines = lines_of(bill_id)
    if len(lines) >= MOST_LINES:
        raise api.Refused(_("A bill has 100 lines at most. Open another one."))
    offered = line_kind(kind)
    line = Line(bill_id=bill_id, kind=kind, order_kind=offered.order_kind, title="")
    line.place = max((each.place for each in lines), default=0) + 1
    staff_id = staff_id or performers.usual(bill, offered.order_kind, lines)
    _describe(line, bill, offered, quantity, staff_id, facts)
    find_order(bill, offered.order_kind)
    api.db.session.add(line)
    api.db.session.flush()
    if staff_id:
        performers.put_first(line, staff_id, named=named)
    refresh(bill, [*lines, line])
    return line


def _describe(
    line: Line,
    bill: Bill,
    kind: LineKind,
    quantity: int,
    staff_id: int | None,
    facts: Mapping[str, Any],
) -> None:
    if not 0 < quantity <= MOST_QUANTITY:
        raise api.Refused(_("Enter a quantity from 1 to 999."))
    told = kind.describe(Asked(bill, quantity, staff_id, facts))
    if not 0 <= told.unit_fen * quantity <= MOST_FEN:
        raise api.Refused(_("Enter a price from ¥0.00 to ¥1,000,000.00."))
    line.title, line.quantity = told.title, quantity
    line.variant_id, line.list_fen = told.variant_id, told.unit_fen * quantity
    line.due_fen = min(line.due_fen or 0, line.list_fen)  # until the bill is reckoned anew
    line.facts = {**told.facts, "scope": told.scope, "unit_fen": told.unit_fen}


_ORDER = sa.select(Order.id).where(
    Order.bill_id == sa.bindparam("bill_id"), Order.kind == sa.bindparam("kind")
)


def find_order(bill: Bill, kind: str) -> None:
    """Make the order of a kind on a bill unless it has one, in the running unit."""
    if api.db.session.scalar(_ORDER, {"bill_id": bill.id, "kind": kind}) is None:
        order = Order(bill_id=bill.id, kind=kind, number=order_number(bill.number, kind))
        order.store_id, order.booked_on = bill.store_id, bill.booked_on
        order.member_id, order.state = bill.member_id, bill.state
        api.db.session.add(order)


def find_line(line_id: int, *states: str) -> tuple[Bill, Line]:
    """Return a line and its bill, both locked; refused unless the bill is in one of *states*."""
    bill_id = api.db.session.scalar(sa.select(Line.bill_id).where(Line.id == line_id))
    if bill_id is None:
        raise api.NotFound(_("There is no such line."))
    bill = lock_bill(bill_id, *states)
    line = api.db.session.get(Line, line_id, populate_existing=True)
    if line is None or line.removed_at is not None:
        raise api.NotFound(_("There is no such line."))
    return bill, line


@api.unit
def change_line(
    line_id: int,
    *,
    quantity: int | None = None,
    staff_id: int | None = None,
    named: bool = False,
) -> Line:
    """Change how many there are of a line, or who does it; its list price may follow.

    What was lowered by hand follows in proportion, within the limits of who acts. *named*
    counts for *staff_id*: the guest asked for her.
    """
    bill, line = find_line(line_id, "open")
    kind = line_kind(line.kind)
    facts = {**line.facts, **line.facts.get("asked", {})}
    first, before = staff_id or performers.first_of(line), line.list_fen
    _describe(line, bill, kind, line.quantity if quantity is None else quantity, first, facts)
    if staff_id:
        performers.put_first(line, staff_id, named=named)
    keep_in_proportion(bill, line, before)
    return line


@api.unit
def remove_line(line_id: int) -> Bill:
    """Take a line off an open bill."""
    bill, line = find_line(line_id, "open")
    for model in (Discount, Performer, Seller):
        api.db.session.execute(sa.delete(model).where(model.line_id == line.id))
    note = f"{line.title} · {api.format_fen(line.due_fen)}"
    record_act(bill, "cashier.removed_line", _("Took a line off a bill"), note)
    _drop(line)
    refresh(bill)
    return bill


def _drop(line: Line) -> None:
    """Delete a line; what a settlement paid that was undone keeps it, off the bill and empty."""
    paid = sa.select(LinePart.id).where(LinePart.line_id == line.id).limit(1)
    if api.db.session.scalar(paid) is None:
        api.db.session.delete(line)
        return
    line.removed_at = api.now()
    line.list_fen = line.due_fen = 0


@api.unit
def hold_bill(bill_id: int, label: str = "") -> Bill:
    """Put a bill aside under the tag that the guest has in her hand."""
    bill = lock_bill(bill_id, "open")
    bill.label = label.strip()[:20] or bill.label
    bill.state = "held"
    refresh(bill)
    return bill


@api.unit
def resume_bill(bill_id: int) -> Bill:
    """Take a held bill up again; of two tills that want it the first has it."""
    bill = lock_bill(bill_id, "held")
    who = api.actor()
    bill.state = "open"
    bill.device = f"till:{who.till_id}" if who.till_id else None
    refresh(bill)
    return bill


def record_act(bill: Bill, act: str, title: object, note: str) -> None:
    """Add to the audit trail what was done to a bill."""
    api.record_audit(act, bill, note=note, store_id=bill.store_id, title=title)


def open_bills(store_ids: frozenset[int] | None, *states: str) -> list[Bill]:
    """Return bills that are not settled yet, the latest first; of all stores for None."""
    asked: dict[str, Any] = {"states": [*(states or ("open", "held"))]}
    if store_ids is None:
        return list(api.db.session.scalars(_WAITING.limit(100), asked))
    asked["stores"] = [*store_ids]
    return list(api.db.session.scalars(_WAITING_HERE, asked))


_WAITING = (
    sa.select(Bill)
    .where(Bill.state.in_(sa.bindparam("states", expanding=True)))
    .order_by(Bill.opened_at.desc())
)
_WAITING_HERE = _WAITING.where(Bill.store_id.in_(sa.bindparam("stores", expanding=True))).limit(100)


def member_of(bill: Bill) -> Member | None:
    """Return whose bill it is; None for a walk-in."""
    return api.db.session.get(Member, bill.member_id) if bill.member_id else None
