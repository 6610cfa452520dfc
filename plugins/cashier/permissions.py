"""What may be allowed at the till, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

DESK = ("manager", "front_desk")
SEE_BILLS = api.Permission(
    "cashier.see_bills", _("See bills"), ("manager", "front_desk", "accountant")
)
EXPORT_BILLS = api.Permission(
    "cashier.export_bills", _("Export orders and bills"), ("manager", "accountant")
)
OPEN_BILLS = api.Permission(
    "cashier.open_bills",
    _("Open bills and put things on them"),
    ("manager", "front_desk", "technician"),
)
SETTLE_BILLS = api.Permission("cashier.settle_bills", _("Settle bills"), DESK)
CHANGE_PRICES = api.Permission("cashier.change_prices", _("Change prices on a bill"), DESK)
GIVE_FREE = api.Permission("cashier.give_free", _("Give things free"), ("manager",))
CHANGE_FREELY = api.Permission(
    "cashier.change_prices_freely", _("Change prices without a limit"), ("manager",)
)
GIVE_FREELY = api.Permission("cashier.give_freely", _("Give things free without a limit"))
GIVE_BONUS = api.Permission("cashier.give_bonus", _("Set the bonus of a top-up"), ("manager",))
DEDUCT_ALONE = api.Permission(
    "cashier.deduct_alone", _("Take from a balance without the member's code"), ("manager",)
)
SETTLE_UNCONFIRMED = api.Permission(
    "cashier.settle_unconfirmed",
    _("Settle what a member did not confirm on her phone"),
    ("manager",),
)
ALLOW_OWING = api.Permission("cashier.allow_owing", _("Let members owe"), ("manager",))
EDIT_PERFORMERS = api.Permission(
    "cashier.edit_performers", _("Change who performed and who sold"), DESK
)
VOID_BILLS = api.Permission("cashier.void_bills", _("Make unpaid bills void"), DESK)
REOPEN_BILLS = api.Permission(
    "cashier.reopen_bills", _("Reopen settled bills of the day"), ("manager",)
)
EDIT_PAYMENT_KINDS = api.Permission(
    "cashier.edit_payment_kinds", _("Change the kinds of payment"), ("manager",)
)
MANAGE_ONLINE = api.Permission(
    "cashier.manage_online_payments",
    _("Look after online payments: ask the provider, close, book again"),
    ("manager", "front_desk"),
)
REFUND_ONLINE = api.Permission(
    "cashier.refund_online_payments", _("Send online payments back"), ("manager",)
)

CLOSE_DAYS = api.Permission(
    "cashier.close_days", _("Hand shifts over, count the cash and close days"), DESK
)
REOPEN_DAYS = api.Permission("cashier.reopen_days", _("Reopen closed days"), ("manager",))
GET_DAY_SHEETS = api.Permission(
    "cashier.get_day_sheets", _("Get the sheet of every day that is closed")
)
ENTER_LATE = api.Permission(
    "cashier.enter_late", _("Enter bills of past days, and agree to those of others"), ("manager",)
)
LOCK_PERIODS = api.Permission("cashier.lock_periods", _("Lock months"), ("accountant",))
SEE_REPORTS = api.Permission("cashier.see_reports", _("See reports"), ("manager", "accountant"))
EXPORT_REPORTS = api.Permission(
    "cashier.export_reports", _("Export reports"), ("manager", "accountant")
)
SEE_FRAUD_SHEET = api.Permission(
    "cashier.see_fraud_sheet", _("See the fraud sheet"), ("accountant",)
)
CHECK_RECEIPTS = api.Permission(
    "cashier.check_receipts",
    _("Mark booked receipts as checked against a statement"),
    ("manager", "accountant"),
)
EDIT_RECEIPTS = api.Permission(
    "cashier.edit_receipts", _("Change what receipts look like"), ("manager",)
)

EDIT_DEALS = api.Permission(
    "cashier.edit_deals", _("Change what vouchers of platforms give"), ("manager",)
)
SEE_FEES = api.Permission(
    "cashier.see_fees", _("See what platforms keep of deals"), ("manager", "accountant")
)
RECONCILE = api.Permission(
    "cashier.reconcile_channels",
    _("Take in statements of channels, and explain what differs"),
    ("accountant",),
)

PERMISSIONS = (
    EDIT_DEALS,
    SEE_FEES,
    RECONCILE,
    CLOSE_DAYS,
    REOPEN_DAYS,
    GET_DAY_SHEETS,
    ENTER_LATE,
    LOCK_PERIODS,
    SEE_REPORTS,
    EXPORT_REPORTS,
    SEE_FRAUD_SHEET,
    SEE_BILLS,
    EXPORT_BILLS,
    OPEN_BILLS,
    SETTLE_BILLS,
    CHANGE_PRICES,
    GIVE_FREE,
    CHANGE_FREELY,
    GIVE_FREELY,
    GIVE_BONUS,
    DEDUCT_ALONE,
    SETTLE_UNCONFIRMED,
    ALLOW_OWING,
    EDIT_PERFORMERS,
    VOID_BILLS,
    REOPEN_BILLS,
    EDIT_PAYMENT_KINDS,
    CHECK_RECEIPTS,
    EDIT_RECEIPTS,
    MANAGE_ONLINE,
    REFUND_ONLINE,
)
