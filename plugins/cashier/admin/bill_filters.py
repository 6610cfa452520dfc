"""Filters of the lists of bills and orders: by who served or sold, and by how it was paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import (
    Bill,
    Line,
    LinePart,
    Order,
    Payment,
    PaymentKind,
    Performer,
    Seller,
)
from plugins.salon.api import Staff


def _lines_of(staff_id: int) -> sa.Select[Any]:
    """Select the lines that somebody performed or sold."""
    of_staff = [
        sa.select(one.line_id).where(one.staff_id == staff_id) for one in (Performer, Seller)
    ]
    kept = Line.removed_at.is_(None)
    return sa.select(Line.bill_id).where(kept, Line.id.in_(sa.union(*of_staff)))


def _bill_by_staff(_operation: str, staff_id: int) -> sa.ColumnElement[bool]:
    return Bill.id.in_(_lines_of(staff_id))


def _order_by_staff(_operation: str, staff_id: int) -> sa.ColumnElement[bool]:
    lines = _lines_of(staff_id).add_columns(Line.order_kind)
    return sa.tuple_(Order.bill_id, Order.kind).in_(lines)


def _bill_paid_by(_operation: str, kind_id: int) -> sa.ColumnElement[bool]:
    paid = sa.select(Payment.id).where(Payment.bill_id == Bill.id, Payment.state == "confirmed")
    return paid.where(Payment.kind_id == kind_id).exists()


def _order_paid_by(_operation: str, kind_id: int) -> sa.ColumnElement[bool]:
    paid = (
        sa.select(LinePart.id)
        .join(Line, Line.id == LinePart.line_id)
        .join(Payment, Payment.id == LinePart.payment_id)
        .where(Line.bill_id == Order.bill_id, Line.order_kind == Order.kind)
        .where(Payment.kind_id == kind_id, Payment.state == "confirmed")
    )
    return paid.exists()


def _kinds() -> Sequence[tuple[int, str]]:
    """Return all kinds of payment, also those no longer in use: old bills were paid by them."""
    rows = sa.select(PaymentKind).order_by(PaymentKind.place, PaymentKind.id)
    return [(kind.id, kind.shown_name) for kind in api.db.session.scalars(rows)]


BILL_FILTERS = (
    api.Filter("staff", _("Staff"), "reference", _bill_by_staff, target=Staff),
    api.Filter("paid_by", _("Paid by"), "choice", _bill_paid_by, _kinds),
)
ORDER_FILTERS = (
    api.Filter("staff", _("Staff"), "reference", _order_by_staff, target=Staff),
    api.Filter("paid_by", _("Paid by"), "choice", _order_paid_by, _kinds),
)
