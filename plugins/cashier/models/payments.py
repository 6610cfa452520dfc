"""How bills are paid: the kinds there are, settlements, payments, and what each line got."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.cashier.models.bills import AGREED
from plugins.salon.api import Named

CLASSES = (
    ("cash_like", _("Cash-like")),
    ("balance", _("Balance")),
    ("card_use", _("Sessions")),
    ("benefit", _("Benefit")),
)


class PaymentKind(Named, api.Model):
    """A way to pay, as the till offers it; its class decides where reports count it.

    `method` names who takes the money (`cashier_payment_methods`), `account` where the books
    put it: "cash", "bank", "wechat", or "platform:<name>" for what somebody else owes.
    """

    __tablename__ = "cashier_payment_kind"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint(
            "payment_class IN ('cash_like', 'balance', 'card_use', 'benefit')", name="payment_class"
        ),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    code: Mapped[str] = api.column(_("Short code"))
    payment_class: Mapped[str] = api.column(
        _("Payment class"), choices=CLASSES, default="cash_like"
    )
    method: Mapped[str] = api.column(_("Taken by"), default="booked")
    #: Confirmed by the payment channel; everything else is entered by staff.
    online: Mapped[bool] = api.column(_("Online receipt"), default=False)
    account: Mapped[str] = api.column(_("Account"), default="bank")
    needs_code: Mapped[bool] = api.column(_("Asks for a voucher code"), default=False)
    in_use: Mapped[bool] = api.column(_("In use"), default=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    version: Mapped[int] = api.column(_("Version"), default=1)


class Settlement(api.Model):
    """One act of paying a bill: once for most, again for what was owing or after reopening.

    A settlement that was undone stays, and says who undid it and why.
    """

    __tablename__ = "cashier_settlement"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("bill_id", "number"),
        sa.Index("ix_cashier_settlement_booked_on", "booked_on"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    bill_id: Mapped[int] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"))
    number: Mapped[int] = api.column(_("Number"))
    key: Mapped[str] = api.column(_("Key"))
    request_hash: Mapped[str] = api.column(_("Request hash"))
    booked_on: Mapped[dt.date] = api.column(_("Booked on"))
    settled_at: Mapped[dt.datetime] = api.column(_("Settled at"))
    settled_by: Mapped[int | None] = api.column(_("Settled by"), sa.ForeignKey("console_user.id"))
    agreed_by: Mapped[str | None] = api.column(_("How she agreed"), choices=AGREED)
    device: Mapped[str | None] = api.column(_("Terminal"))
    paid_fen: Mapped[int] = api.column(_("Amount paid"))
    owing_fen: Mapped[int] = api.column(_("Owing"), default=0)
    #: What the bill came to before discounts; zero where an old debt is paid.
    list_fen: Mapped[int] = api.column(_("List price"), server_default="0", default=0)
    #: The business day on which it was undone.
    undone_on: Mapped[dt.date | None] = api.column(_("Reopened on"))
    undone_at: Mapped[dt.datetime | None] = api.column(_("Reopened at"))
    undone_by: Mapped[int | None] = api.column(_("Reopened by"), sa.ForeignKey("console_user.id"))
    undo_reason: Mapped[str] = api.column(_("Why it was reopened"), default="")


class Payment(api.Model):
    """One means by which a bill was paid; the ledger caps what may go back under its `ref`."""

    __tablename__ = "cashier_payment"
    __table_args__ = (
        sa.UniqueConstraint("ref"),
        sa.UniqueConstraint("voucher_code"),
        sa.CheckConstraint("state IN ('confirmed', 'pending', 'failed', 'undone')", name="state"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint("given_fen = amount_fen + change_fen", name="change"),
        sa.CheckConstraint("change_fen >= 0", name="change_fen"),
        sa.Index("ix_cashier_payment_kind_id_booked_on", "kind_id", "booked_on"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    bill_id: Mapped[int] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"), index=True)
    settlement_id: Mapped[int | None] = api.column(
        _("Settlement"), sa.ForeignKey("cashier_settlement.id"), index=True
    )
    kind_id: Mapped[int] = api.column(_("Payment kind"), sa.ForeignKey("cashier_payment_kind.id"))
    booked_on: Mapped[dt.date] = api.column(_("Booked on"))
    amount_fen: Mapped[int] = api.column(_("Amount"))
    given_fen: Mapped[int] = api.column(_("Amount handed over"))
    change_fen: Mapped[int] = api.column(_("Change given"), default=0)
    ref: Mapped[str] = api.column(_("Reference"))
    state: Mapped[str] = api.column(_("State"), default="confirmed")
    trade_no: Mapped[str] = api.column(_("Trade number"), default="")
    #: Of a platform's voucher; none can be used twice. Freed when the settlement is undone.
    voucher_code: Mapped[str | None] = api.column(_("Voucher code"))
    purse: Mapped[str | None] = api.column(_("Card"))
    note: Mapped[str] = api.column(_("Note"), default="")
    facts: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)

    photos: Mapped[list[PaymentPhoto]] = relationship(
        lambda: PaymentPhoto, order_by=lambda: PaymentPhoto.id, viewonly=True
    )
    checks: Mapped[list[PaymentCheck]] = relationship(
        lambda: PaymentCheck, order_by=lambda: PaymentCheck.id, viewonly=True
    )

    @property
    def check(self) -> PaymentCheck | None:
        """The mark that somebody found it on a statement, unless it was taken back."""
        return next((one for one in self.checks if one.undone_at is None), None)


class PaymentPhoto(api.Model):
    """A photo that proves a receipt that staff booked: a transfer on a screen, a voucher.

    It is never removed, not even when the bill is reopened. `digest` is the SHA-256 of it.
    """

    __tablename__ = "cashier_payment_photo"
    __table_args__ = (sa.UniqueConstraint("payment_id", "digest"),)
    scope = api.CHAIN
    label_column = "added_at"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    payment_id: Mapped[int] = api.column(_("Payment"), sa.ForeignKey("cashier_payment.id"))
    file_id: Mapped[int] = api.column(_("File"), sa.ForeignKey("console_file.id"))
    digest: Mapped[str] = api.column(_("Fingerprint"))
    note: Mapped[str] = api.column(_("Note"), default="")
    added_at: Mapped[dt.datetime] = api.column(_("Added at"))
    added_by: Mapped[str] = api.column(_("Added by"), default="")

    file: Mapped[api.StoredFile] = relationship(api.StoredFile)


class PaymentCheck(api.Model):
    """That somebody found a booked receipt on the statement of the bank or wallet.

    It is never removed: who takes it back says why, and it may be checked again. `note` names
    the statement that told so by itself.
    """

    __tablename__ = "cashier_payment_check"
    __table_args__ = (
        sa.Index(
            "uq_cashier_payment_check_standing",
            "payment_id",
            unique=True,
            # Its migration says the same to PostgreSQL; here that would load PostgreSQL's dialect.
            sqlite_where=sa.text("undone_at IS NULL"),
        ),
        sa.Index("ix_cashier_payment_check_payment_id", "payment_id"),
    )
    scope = api.CHAIN
    label_column = "checked_at"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    payment_id: Mapped[int] = api.column(_("Payment"), sa.ForeignKey("cashier_payment.id"))
    checked_at: Mapped[dt.datetime] = api.column(_("Checked at"))
    checked_by: Mapped[str] = api.column(_("Checked by"), default="")
    note: Mapped[str] = api.column(_("Note"), default="")
    undone_at: Mapped[dt.datetime | None] = api.column(_("Taken back at"))
    undone_by: Mapped[str] = api.column(_("Taken back by"), default="")
    undo_reason: Mapped[str] = api.column(_("Reason"), default="")


class LinePart(api.Model):
    """What one payment paid of one line; what came from a lot is kept apart by lot.

    `amount_fen` is what it paid of the due; `income_fen` what became income of it. Sessions are
    counted in `sessions`, and pay nothing.
    """

    __tablename__ = "cashier_line_part"
    __table_args__ = (sa.Index("ix_cashier_line_part_settlement_id", "settlement_id"),)
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    line_id: Mapped[int] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"), index=True)
    settlement_id: Mapped[int] = api.column(_("Settlement"), sa.ForeignKey("cashier_settlement.id"))
    payment_id: Mapped[int | None] = api.column(
        _("Payment"), sa.ForeignKey("cashier_payment.id"), index=True
    )
    amount_fen: Mapped[int] = api.column(_("Amount"), default=0)
    lot_id: Mapped[int | None] = api.column(_("Lot"), sa.ForeignKey("ledger_lot.id"), index=True)
    principal_fen: Mapped[int] = api.column(_("Principal"), default=0)
    bonus_fen: Mapped[int] = api.column(_("Bonus"), default=0)
    income_fen: Mapped[int] = api.column(_("Income"), default=0)
    sessions: Mapped[int] = api.column(_("Sessions"), default=0)
    #: The reference in the ledger by which it is given back.
    ref: Mapped[str] = api.column(_("Reference"), default="")
