"""What other plugins may use of the till."""

from __future__ import annotations

from plugins.cashier.hookspecs import (
    cashier_adjustments,
    cashier_bill_settled,
    cashier_bill_settling,
    cashier_bill_voided,
    cashier_bill_voiding,
    cashier_check_bill,
    cashier_line_kinds,
    cashier_member_offers,
    cashier_payment_methods,
)
from plugins.cashier.models import (
    Bill,
    Discount,
    Line,
    LinePart,
    Order,
    Payment,
    PaymentKind,
    Performer,
    Seller,
    Settlement,
)
from plugins.cashier.offers import (
    Adjustment,
    Asked,
    Described,
    Draft,
    DraftLine,
    LineKind,
    Offer,
    PaymentMethod,
    Quote,
    QuoteLine,
    Settling,
    Step,
    Taken,
    Tender,
)
from plugins.cashier.permissions import DEDUCT_ALONE, OPEN_BILLS, SEE_BILLS, SETTLE_BILLS
from plugins.cashier.services.agreeing import ProvenPin, prove_pin
from plugins.cashier.services.billing import (
    add_line,
    change_line,
    hold_bill,
    open_bill,
    remove_line,
    resume_bill,
    scan_member,
    set_member,
)
from plugins.cashier.services.byhand import change_price, give_free, keep_price, round_off
from plugins.cashier.services.days import require_open_day
from plugins.cashier.services.naming import name_in_all
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.paying import payment_kinds, seed_payment_kinds
from plugins.cashier.services.performers import Share, put_performers, put_sellers, shares_of
from plugins.cashier.services.quoting import lines_of, preview
from plugins.cashier.services.settling import settle
from plugins.cashier.services.voiding import undo_settlement, void_bill

__all__ = [
    "DEDUCT_ALONE",
    "OPEN_BILLS",
    "SEE_BILLS",
    "SETTLE_BILLS",
    "Adjustment",
    "Asked",
    "Bill",
    "Described",
    "Discount",
    "Draft",
    "DraftLine",
    "Line",
    "LineKind",
    "LinePart",
    "Offer",
    "Order",
    "Payment",
    "PaymentKind",
    "PaymentMethod",
    "Performer",
    "ProvenPin",
    "Quote",
    "QuoteLine",
    "Seller",
    "Settlement",
    "Settling",
    "Share",
    "Step",
    "Taken",
    "Tender",
    "add_line",
    "cashier_adjustments",
    "cashier_bill_settled",
    "cashier_bill_settling",
    "cashier_bill_voided",
    "cashier_bill_voiding",
    "cashier_check_bill",
    "cashier_line_kinds",
    "cashier_member_offers",
    "cashier_payment_methods",
    "change_line",
    "change_price",
    "give_free",
    "hold_bill",
    "keep_price",
    "lines_of",
    "name_in_all",
    "open_bill",
    "payment_kinds",
    "preview",
    "prove_pin",
    "put_performers",
    "put_sellers",
    "remove_line",
    "require_open_day",
    "resume_bill",
    "round_off",
    "scan_member",
    "seed_payment_kinds",
    "set_member",
    "settle",
    "shares_of",
    "today_of",
    "undo_settlement",
    "void_bill",
]
