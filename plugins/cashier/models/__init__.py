"""The tables of the till."""

from plugins.cashier.models.bills import ORDER_KINDS, STATES, Bill, Counter, Line, Order
from plugins.cashier.models.payments import (
    CLASSES,
    LinePart,
    Payment,
    PaymentKind,
    Settlement,
)
from plugins.cashier.models.prices import BY_HAND, STEPS, Discount, Performer, Seller

__all__ = [
    "BY_HAND",
    "CLASSES",
    "ORDER_KINDS",
    "STATES",
    "STEPS",
    "Bill",
    "Counter",
    "Discount",
    "Line",
    "LinePart",
    "Order",
    "Payment",
    "PaymentKind",
    "Performer",
    "Seller",
    "Settlement",
]
