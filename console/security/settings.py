"""What the owner sets about the shop, signing in and privacy."""

from __future__ import annotations

from typing import Any

from console.i18n import _
from console.settings import Setting

SHOP_NAME = Setting("console.shop_name", _("Name of the shop"), "")
IDLE_MINUTES = Setting(
    "console.idle_minutes",
    _("Sign out after minutes without use"),
    60,
    least=5,
    most=720,
)
SESSION_HOURS = Setting(
    "console.session_hours",
    _("Sign in again after hours at the latest"),
    12,
    least=1,
    most=24,
)
TILL_LOCK_MINUTES = Setting(
    "console.till_lock_minutes",
    _("Lock a till after minutes without use"),
    30,
    help=_("A locked till asks for a PIN and keeps what is open."),
    per_store=True,
    least=1,
    most=120,
)
REVEALS_A_DAY = Setting(
    "console.reveals_a_day",
    _("Phone numbers that a person may reveal in a day"),
    30,
    help=_("The guests of today and tomorrow in her store do not count."),
    least=0,
    most=1000,
)
EXPORT_ROWS = Setting(
    "console.export_rows",
    _("Rows of an export above which the owner is told"),
    5_000,
    least=0,
)
EXPORT_ROWS_A_DAY = Setting(
    "console.export_rows_a_day",
    _("Rows that a person exports in a day above which the owner is told"),
    20_000,
    least=0,
)

#: The host's own settings, for its settings page.
SETTINGS: tuple[Setting[Any], ...] = (
    SHOP_NAME,
    IDLE_MINUTES,
    SESSION_HOURS,
    TILL_LOCK_MINUTES,
    REVEALS_A_DAY,
    EXPORT_ROWS,
    EXPORT_ROWS_A_DAY,
)
