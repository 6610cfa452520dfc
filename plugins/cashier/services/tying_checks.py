"""What the tie-out looks at, and how each of it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import api
from console.api import _
from plugins.cashier.hookspecs import cashier_tie_rules
from plugins.cashier.services.tying_arrivals import ARRIVAL_RULES
from plugins.cashier.services.tying_drawer import DRAWER_RULES
from plugins.cashier.services.tying_refunds import REFUND_RULES
from plugins.cashier.services.tying_rules import BILL_RULES
from plugins.cashier.tie_rules import TieRule

_TITLES: Mapping[str, Any] = {
    "orders_money": _("Orders and ledger differ in money"),
    "orders_revenue": _("Orders and ledger differ in revenue"),
    "orders_principal": _("Orders and ledger differ in principal"),
    "orders_bonus": _("Orders and ledger differ in bonus"),
    "orders_sold": _("Orders and ledger differ in what was sold in advance"),
    "reports_money": _("The report of receipts differs from the ledger"),
    "reports_net": _("What was due differs from how it was paid"),
    "reports_used": _("The report of consumption differs from the ledger"),
    "sheets": _("Sheets of closed days that no longer agree"),
    "unearned": _("The statement of unearned revenue differs from the accounts"),
    "rows_changed": _("Records that were changed past the console"),
    "rows_added": _("Records that were added past the console"),
    "rows_removed": _("Records that were removed past the console"),
    "rows_seals": _("Seals that do not fit the records' own seals"),
    "exposure": _("The prepaid exposure differs from the accounts"),
}


def rules() -> list[TieRule]:
    """Return all that must hold: of bills, drawers, refunds, and of what plugins keep."""
    answers = api.answers(cashier_tie_rules)
    return [
        *BILL_RULES,
        *DRAWER_RULES,
        *REFUND_RULES,
        *ARRIVAL_RULES,
        *(rule for answer in answers for rule in answer),
    ]


def titles() -> Mapping[str, Any]:
    """Return in words what is compared, by the key of each check."""
    return {**_TITLES, **{rule.key: rule.title for rule in rules()}}
