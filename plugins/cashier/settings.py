"""All that the owner may set about the till."""

from __future__ import annotations

from typing import Any

from console import api
from plugins.cashier.deductions import DAYS
from plugins.cashier.refunds import REFUND_SETTINGS
from plugins.cashier.services.ahead import CARDS_FROM_BALANCE
from plugins.cashier.services.byhand import LIMITS
from plugins.cashier.services.closing.drawer import FLOAT
from plugins.cashier.services.confirming import CONFIRM_SETTINGS
from plugins.cashier.services.online.settings import SETTINGS as ONLINE
from plugins.cashier.services.printing import SETTINGS as PRINTING
from plugins.cashier.services.refunding.law import DEPOSIT, LPR
from plugins.cashier.services.reports.across import BONUS_BY
from plugins.cashier.services.reports.odd_benefits import MANY_BY_ONE, MANY_FOR_ONE
from plugins.cashier.services.settling import OWING_MOST
from plugins.cashier.services.signing import KEPT
from plugins.cashier.services.slips import LANGUAGE
from plugins.cashier.services.top_up_terms import TERMS

SETTINGS: tuple[api.Setting[Any], ...] = (
    *LIMITS,
    OWING_MOST,
    CARDS_FROM_BALANCE,
    FLOAT,
    BONUS_BY,
    *PRINTING,
    LANGUAGE,
    *ONLINE,
    TERMS,
    *REFUND_SETTINGS,
    LPR,
    DEPOSIT,
    DAYS,
    KEPT,
    *CONFIRM_SETTINGS,
    MANY_BY_ONE,
    MANY_FOR_ONE,
)
