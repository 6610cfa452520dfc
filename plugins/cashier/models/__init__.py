"""The tables of the till."""

from plugins.cashier.models.arrivals import ARRIVAL_ENDS, Arrival
from plugins.cashier.models.bills import ORDER_KINDS, STATES, Bill, Counter, Line, Order
from plugins.cashier.models.closing import (
    CASH_MOVES,
    DAY_STATES,
    CashMove,
    Day,
    DayReopening,
    PeriodLock,
    Shift,
)
from plugins.cashier.models.confirmations import CONFIRMATION_STATES, Confirmation
from plugins.cashier.models.consent import OUTCOMES, SIGNED, Objection, Signature
from plugins.cashier.models.contracts import FrozenTerms, TopUpContract
from plugins.cashier.models.online import (
    ONLINE_LIVE,
    ONLINE_STATES,
    REFUND_STATES,
    OnlineCircuit,
    OnlineNote,
    OnlinePayment,
    OnlineRefund,
)
from plugins.cashier.models.payments import (
    CLASSES,
    LinePart,
    Payment,
    PaymentKind,
    Settlement,
)
from plugins.cashier.models.prices import BY_HAND, STEPS, Discount, Performer, Seller
from plugins.cashier.models.refunds import (
    CAUSES,
    REFUND_KINDS,
    REFUND_STEPS,
    Payout,
    Refund,
    RefundLine,
)
from plugins.cashier.models.statements import (
    MATCHES,
    STATEMENT_SOURCES,
    TRADES,
    Deal,
    Statement,
    StatementLine,
)

__all__ = [
    "ARRIVAL_ENDS",
    "BY_HAND",
    "CASH_MOVES",
    "CAUSES",
    "CLASSES",
    "CONFIRMATION_STATES",
    "DAY_STATES",
    "MATCHES",
    "ONLINE_LIVE",
    "ONLINE_STATES",
    "ORDER_KINDS",
    "OUTCOMES",
    "REFUND_KINDS",
    "REFUND_STATES",
    "REFUND_STEPS",
    "SIGNED",
    "STATEMENT_SOURCES",
    "STATES",
    "STEPS",
    "TRADES",
    "Arrival",
    "Bill",
    "CashMove",
    "Confirmation",
    "Counter",
    "Day",
    "DayReopening",
    "Deal",
    "Discount",
    "FrozenTerms",
    "Line",
    "LinePart",
    "Objection",
    "OnlineCircuit",
    "OnlineNote",
    "OnlinePayment",
    "OnlineRefund",
    "Order",
    "Payment",
    "PaymentKind",
    "Payout",
    "Performer",
    "PeriodLock",
    "Refund",
    "RefundLine",
    "Seller",
    "Settlement",
    "Shift",
    "Signature",
    "Statement",
    "StatementLine",
    "TopUpContract",
]
