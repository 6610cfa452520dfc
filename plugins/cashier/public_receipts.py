"""A member's receipts on her phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort

from console import api
from plugins.cashier.models import Bill, Line
from plugins.cashier.public_routes import routes
from plugins.cashier.services.objecting import notes_on_bill
from plugins.cashier.services.quoting import lines_of
from plugins.cashier.services.slips import Look, count_sessions, sessions_of, slip_of, was_settled
from plugins.cashier.services.top_up_contracts import contracts_on, title_of
from plugins.cashier.services.top_up_terms import agreed_terms

PAGES = (routes,)
SHOWN = 30
#: So many things of a bill are named in the list; the receipt names all.
NAMED = 2


@routes.get("/receipts", audience="visitor")
def show_receipts() -> Any:
    """Show a member what she paid lately, the last first."""
    paid = sa.select(Bill).where(
        Bill.member_id == api.visitor().id, Bill.state.in_(("settled", "part_paid", "refunded"))
    )
    latest = paid.order_by(Bill.settled_at.desc(), Bill.id.desc()).limit(SHOWN)
    bills = api.db.session.scalars(latest).all()
    lines = _lines_of([bill.id for bill in bills])
    rows = [(bill, *_told(bill, lines.get(bill.id, ()))) for bill in bills]
    stores = {store.id: store.name for store in api.db.session.scalars(sa.select(api.Store))}
    return api.render_public("cashier/phone/receipts.html", rows=rows, stores=stores)


def _lines_of(bill_ids: Sequence[int]) -> dict[int, list[Line]]:
    wanted = sa.select(Line).where(Line.bill_id.in_(bill_ids), Line.removed_at.is_(None))
    found: dict[int, list[Line]] = {}
    for line in api.db.session.scalars(wanted.order_by(Line.place, Line.id)):
        found.setdefault(line.bill_id, []).append(line)
    return found


def _told(bill: Bill, lines: Sequence[Line]) -> tuple[str, str, str]:
    """Return what a bill was about, and what it cost her: money, and sessions."""
    titles = [str(api.translate(line.title, line.facts.get("names") or {})) for line in lines]
    used = sum(sessions_of(line) for line in lines)
    what = api.gettext(", ").join(titles[:NAMED])
    more = f" +{len(titles) - NAMED}" if len(titles) > NAMED else ""
    money = api.format_fen(bill.paid_fen) if bill.paid_fen or not used else ""
    return what + more, money, count_sessions(used) if used else ""


@routes.get("/receipts/<int:number>", audience="visitor")
def show_receipt(number: int) -> Any:
    """Show a member one of her receipts, with all that receipts can show."""
    bill = api.db.session.get(Bill, number)
    if bill is None or bill.member_id != api.visitor().id or not was_settled(bill):
        abort(404)
    lines = lines_of(number)
    slip = slip_of(bill, Look.of(bill.store_id).on_phone())
    return api.render_public(
        "cashier/phone/receipt.html",
        slip=slip,
        bill=bill,
        notes=notes_on_bill(bill),
        agreed=agreed_terms(lines),
        contracts=contracts_on(line.id for line in lines),
        title_of=title_of,
    )
