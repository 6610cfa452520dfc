"""What the till knows of a visit: its bill, and how the guest wishes to pay."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

WAYS = (
    ("shop", _("Pay in the shop")),
    ("card", _("With a session of her card")),
)


class VisitBill(api.Model):
    """The bill of a visit, once there is one; a visit has one bill, and a bill one visit.

    `way` is how the guest wishes to pay: it fills in the bill and binds nobody.
    """

    __tablename__ = "checkout_visit"
    __table_args__ = (
        sa.UniqueConstraint("bill_id"),
        sa.CheckConstraint("way IN ('shop', 'card')", name="way"),
    )
    scope = api.CHAIN
    label_column = "way"
    visit_id: Mapped[int] = api.column(
        _("Booking"),
        sa.ForeignKey("booking_visit.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    bill_id: Mapped[int | None] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"))
    way: Mapped[str] = api.column(_("How she wishes to pay"), choices=WAYS, default="shop")
