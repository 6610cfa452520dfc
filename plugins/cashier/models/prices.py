"""What makes a line cheaper, and who worked on it or sold it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

#: The steps of the price, in their order; those from "price_change" on are made by hand.
STEPS = (
    ("member", _("Member price")),
    ("activity", _("Offer")),
    ("coupon", _("Coupon")),
    ("points", _("Points")),
    ("balance", _("Discount for paying from balance")),
    ("price_change", _("Price change")),
    ("gift", _("Given free")),
    ("rounding", _("Rounding off")),
)
BY_HAND = ("price_change", "gift")


class Discount(api.Model):
    """Why a line costs less than its list price.

    Those by hand are asked for while the bill is open, all others are computed; what came of
    each is frozen at the settlement. `facts` fill the words of `reason`.
    """

    __tablename__ = "cashier_discount"
    __table_args__ = (
        sa.CheckConstraint(
            "step IN ('member', 'activity', 'coupon', 'points', 'balance', 'price_change',"
            " 'gift', 'rounding')",
            name="step",
        ),
        sa.CheckConstraint("amount_fen >= 0", name="amount_fen"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    line_id: Mapped[int] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"), index=True)
    step: Mapped[str] = api.column(_("Step of the price"), choices=STEPS)
    amount_fen: Mapped[int] = api.column(_("Discount"))
    reason: Mapped[dict[str, Any]] = api.column(_("Reason"), default=dict)
    facts: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)
    by_user: Mapped[int | None] = api.column(_("Given by"), sa.ForeignKey("console_user.id"))
    at: Mapped[dt.datetime] = api.column(_("When"))


class Performer(api.Model):
    """Somebody who did a part of a service; the shares of a role add up to 1,000."""

    __tablename__ = "cashier_performer"
    __table_args__ = (
        sa.UniqueConstraint("line_id", "staff_id", "role"),
        sa.CheckConstraint("share_permille BETWEEN 0 AND 1000", name="share"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    line_id: Mapped[int] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"))
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"), index=True)
    role: Mapped[str] = api.column(_("Role"), default="main")
    share_permille: Mapped[int] = api.column(_("Share"), default=1000)
    #: Whether the guest asked for her by name.
    named: Mapped[bool] = api.column(_("Requested"), default=False)


class Seller(api.Model):
    """Somebody who sold a line; the shares of a line add up to 1,000."""

    __tablename__ = "cashier_seller"
    __table_args__ = (
        sa.UniqueConstraint("line_id", "staff_id"),
        sa.CheckConstraint("share_permille BETWEEN 0 AND 1000", name="share"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    line_id: Mapped[int] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"))
    staff_id: Mapped[int] = api.column(_("Seller"), sa.ForeignKey("salon_staff.id"), index=True)
    share_permille: Mapped[int] = api.column(_("Share"), default=1000)
