"""The pages of the till."""

from __future__ import annotations

from console import api
from plugins.cashier.admin.arrivals import Arrivals
from plugins.cashier.admin.bills import BillAdmin, OrderAdmin
from plugins.cashier.admin.booked import BookedReceipts
from plugins.cashier.admin.closing import Closing, DayAdmin, ShiftAdmin
from plugins.cashier.admin.contracts import TopUpContractAdmin
from plugins.cashier.admin.deals import DealAdmin
from plugins.cashier.admin.objections import ObjectionAdmin
from plugins.cashier.admin.online import OnlinePaymentAdmin
from plugins.cashier.admin.payment_kinds import PaymentKindAdmin
from plugins.cashier.admin.periods import Periods
from plugins.cashier.admin.receipt_look import ReceiptLook
from plugins.cashier.admin.refunds import RefundAdmin
from plugins.cashier.admin.reports import Reports
from plugins.cashier.admin.statements import StatementAdmin, StatementLineAdmin
from plugins.cashier.admin.tie_out import TieOutView
from plugins.cashier.admin.till import Till

VIEWS: tuple[type[api.AdminView], ...] = (
    Till,
    Arrivals,
    BillAdmin,
    OrderAdmin,
    OnlinePaymentAdmin,
    RefundAdmin,
    ObjectionAdmin,
    TopUpContractAdmin,
    PaymentKindAdmin,
    ReceiptLook,
    BookedReceipts,
    Closing,
    Reports,
    DayAdmin,
    ShiftAdmin,
    TieOutView,
    Periods,
    DealAdmin,
    StatementAdmin,
    StatementLineAdmin,
)
