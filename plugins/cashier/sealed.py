"""The tables whose rows are sealed as they are written, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.api import _

SEALED: Mapping[str, Any] = {
    "cashier_bill": _("Bills"),
    "cashier_order": _("Orders"),
    "cashier_line": _("Bill lines"),
    "cashier_line_part": _("Payments of lines"),
    "cashier_settlement": _("Settlements"),
    "cashier_payment": _("Payments"),
    "cashier_payment_kind": _("Payment kinds"),
    "cashier_payment_check": _("Checks of booked receipts"),
    "cashier_payment_photo": _("Photos of booked receipts"),
    "cashier_discount": _("Discounts"),
    "cashier_performer": _("Performers"),
    "cashier_seller": _("Sellers"),
    "cashier_refund": _("Refunds"),
    "cashier_refund_line": _("Lines of refunds"),
    "cashier_payout": _("Payouts of refunds"),
    "cashier_day": _("Closed days"),
    "cashier_day_reopening": _("Reopenings of days"),
    "cashier_shift": _("Shifts"),
    "cashier_cash_move": _("Cash movements"),
    "cashier_period_lock": _("Locked months"),
    "cashier_confirmation": _("Confirmations on the phone"),
    "cashier_arrival": _("Scans on arrival"),
    "cashier_signature": _("Signatures"),
    "cashier_top_up_contract": _("Contracts of top-ups"),
    "cashier_objection": _("Objections"),
    "cashier_online_payment": _("Online payments"),
    "cashier_online_refund": _("Online refunds"),
    "cashier_online_note": _("Notes of online payments"),
    "cashier_deal": _("Platform deals"),
    "cashier_statement": _("Channel statements"),
    "cashier_statement_line": _("Lines of channel statements"),
}
