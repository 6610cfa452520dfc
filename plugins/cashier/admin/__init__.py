"""The pages of the till."""

from __future__ import annotations

from console import api
from plugins.cashier.admin.bills import BillAdmin, OrderAdmin
from plugins.cashier.admin.counter import Counter
from plugins.cashier.admin.payment_kinds import PaymentKindAdmin

VIEWS: tuple[type[api.AdminView], ...] = (Counter, BillAdmin, OrderAdmin, PaymentKindAdmin)
