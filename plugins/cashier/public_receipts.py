"""A member's receipts on her phone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort

from console import api
from plugins.cashier.models import Bill
from plugins.cashier.public_routes import routes
from plugins.cashier.services.objecting import notes_on_bill
from plugins.cashier.services.quoting import lines_of
from plugins.cashier.services.slips import Look, slip_of, was_settled
from plugins.cashier.services.top_up_terms import agreed_terms

PAGES = (routes,)
SHOWN = 30


@routes.get("/receipts", audience="visitor")
def show_receipts() -> Any:
    """Show a member what she paid lately, the last first."""
    paid = sa.select(Bill).where(
        Bill.member_id == api.visitor().id, Bill.state.in_(("settled", "part_paid", "refunded"))
    )
    latest = paid.order_by(Bill.settled_at.desc(), Bill.id.desc()).limit(SHOWN)
    bills = api.db.session.scalars(latest).all()
    stores = {store.id: store.name for store in api.db.session.scalars(sa.select(api.Store))}
    return api.render_public("cashier/phone/receipts.html", bills=bills, stores=stores)


@routes.get("/receipts/<int:number>", audience="visitor")
def show_receipt(number: int) -> Any:
    """Show a member one of her receipts, with all that receipts can show."""
    bill = api.db.session.get(Bill, number)
    if bill is None or bill.member_id != api.visitor().id or not was_settled(bill):
        abort(404)
    slip = slip_of(bill, Look.of(bill.store_id).on_phone())
    return api.render_public(
        "cashier/phone/receipt.html",
        slip=slip,
        bill=bill,
        notes=notes_on_bill(bill),
        agreed=agreed_terms(lines_of(number)),
    )
