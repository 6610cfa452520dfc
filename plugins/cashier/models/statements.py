"""What platforms sell for the salon, and what channels say that they took for it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, validates

from console import api
from console.api import _
from plugins.salon.api import Named

STATEMENT_SOURCES = (("file", _("File")), ("provider", _("From the provider")))
MATCHES = (
    ("matched", _("Matched")),
    ("amount", _("Amounts differ")),
    ("ours", _("Ours only")),
    ("theirs", _("Theirs only")),
)
TRADES = (("payment", _("Payment")), ("refund", _("Refund")))


class Deal(Named, api.Model):
    """What a platform sells for the salon: a voucher of it gives one service, product or card.

    `gives` is the kind of line and the number of what it gives ("service:12"; "product" is
    called as the deal is); `variant_id` follows it. `price_fen` is what the guest pays the
    platform, `settlement_fen` what the platform pays the salon (empty: the price less the fee);
    the rest is its fee.
    """

    __tablename__ = "cashier_deal"
    __table_args__ = (
        sa.UniqueConstraint("kind_id", "name"),
        sa.CheckConstraint("price_fen > 0", name="price_fen"),
        sa.CheckConstraint("fee_percent BETWEEN 0 AND 100", name="fee_percent"),
        sa.CheckConstraint("settlement_fen BETWEEN 0 AND price_fen", name="settlement_fen"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    kind_id: Mapped[int] = api.column(_("Platform"), sa.ForeignKey("cashier_payment_kind.id"))
    deal_no: Mapped[str] = api.column(_("Number at the platform"), default="")
    gives: Mapped[str] = api.column(_("What it gives"))
    variant_id: Mapped[int | None] = api.column(
        _("Service"), sa.ForeignKey("salon_variant.id"), index=True
    )
    price_fen: Mapped[int] = api.column(_("Deal price"))
    fee_percent: Mapped[int] = api.column(_("Platform fee in percent"), default=0)
    #: Empty: the price less the fee in percent.
    settlement_fen: Mapped[int | None] = api.column(_("Settlement price"))
    on_sale: Mapped[bool] = api.column(_("In use"), default=True)
    version: Mapped[int] = api.column(_("Version"), default=1)

    @validates("gives")
    def _follow(self, _name: str, gives: str) -> str:
        kind, _colon, number = gives.partition(":")
        self.variant_id = int(number) if kind == "service" else None
        return gives

    @property
    def fee_fen(self) -> int:
        """What the platform keeps of a voucher."""
        if self.settlement_fen is not None:
            return self.price_fen - self.settlement_fen
        return self.price_fen * self.fee_percent // 100


class Statement(api.Model):
    """A channel's own account of some days, as it was taken in; the same one counts once."""

    __tablename__ = "cashier_statement"
    __table_args__ = (
        sa.UniqueConstraint("kind_id", "digest"),
        sa.CheckConstraint("first_on <= last_on", name="days"),
    )
    scope = api.CHAIN
    label_column = "title"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    kind_id: Mapped[int] = api.column(_("Channel"), sa.ForeignKey("cashier_payment_kind.id"))
    source: Mapped[str] = api.column(_("Source"), choices=STATEMENT_SOURCES, default="file")
    title: Mapped[str] = api.column(_("File"))
    digest: Mapped[str] = api.column(_("Digest"))
    first_on: Mapped[dt.date] = api.column(_("From"))
    last_on: Mapped[dt.date] = api.column(_("Until"))
    trades: Mapped[int] = api.column(_("Trades"), default=0)
    amount_fen: Mapped[int] = api.column(_("Amount"), default=0)
    fee_fen: Mapped[int] = api.column(_("Fees"), default=0)
    taken_in_at: Mapped[dt.datetime] = api.column(_("Taken in at"))
    taken_in_by: Mapped[int | None] = api.column(_("Taken in by"), sa.ForeignKey("console_user.id"))


class StatementLine(api.Model):
    """One trade: what the channel says of it, what we have, or both.

    `amount_fen` and `fee_fen` are the channel's, `our_fen` ours; refunds are below zero.
    `settled_fen` is what came into the books as received for it.
    """

    __tablename__ = "cashier_statement_line"
    __table_args__ = (
        sa.UniqueConstraint("kind_id", "trade", "trade_no"),
        sa.UniqueConstraint("payment_id"),
        sa.UniqueConstraint("payout_id"),
        sa.CheckConstraint("state IN ('matched', 'amount', 'ours', 'theirs')", name="state"),
        sa.CheckConstraint("trade IN ('payment', 'refund')", name="trade"),
        sa.CheckConstraint(
            "trade_no IS NOT NULL OR payment_id IS NOT NULL OR payout_id IS NOT NULL", name="sides"
        ),
        sa.Index("ix_cashier_statement_line_kind_id_state", "kind_id", "state"),
    )
    scope = api.CHAIN
    label_column = "trade_no"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    kind_id: Mapped[int] = api.column(_("Channel"), sa.ForeignKey("cashier_payment_kind.id"))
    statement_id: Mapped[int | None] = api.column(
        _("Statement"), sa.ForeignKey("cashier_statement.id"), index=True
    )
    trade: Mapped[str] = api.column(_("Trade"), choices=TRADES, default="payment")
    trade_no: Mapped[str | None] = api.column(_("Trade number"))
    order_no: Mapped[str] = api.column(_("Order number"), default="")
    voucher_code: Mapped[str] = api.column(_("Voucher code"), default="")
    traded_on: Mapped[dt.date] = api.column(_("Day"))
    amount_fen: Mapped[int | None] = api.column(_("Theirs"))
    fee_fen: Mapped[int] = api.column(_("Fee"), default=0)
    our_fen: Mapped[int | None] = api.column(_("Ours"))
    payment_id: Mapped[int | None] = api.column(_("Payment"), sa.ForeignKey("cashier_payment.id"))
    payout_id: Mapped[int | None] = api.column(_("Refund"), sa.ForeignKey("cashier_payout.id"))
    bill_id: Mapped[int | None] = api.column(
        _("Bill"), sa.ForeignKey("cashier_bill.id"), index=True
    )
    state: Mapped[str] = api.column(_("State"), choices=MATCHES, default="theirs")
    #: That no number told them together, but day and amount.
    by_amount: Mapped[bool] = api.column(_("By day and amount"), default=False)
    settled_fen: Mapped[int] = api.column(_("Received"), default=0)
    resolved_at: Mapped[dt.datetime | None] = api.column(_("Resolved at"))
    resolved_by: Mapped[int | None] = api.column(_("Resolved by"), sa.ForeignKey("console_user.id"))
    note: Mapped[str] = api.column(_("Note"), default="")
