"""The tables whose rows are sealed as they are written, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.api import _

SEALED: Mapping[str, Any] = {
    "membership_recharge": _("Top-ups"),
    "membership_tier": _("Top-up offers"),
    "membership_tier_store": _("Stores of top-up offers"),
    "membership_purse": _("Stored-value cards"),
    "membership_purse_kind": _("Kinds of stored-value card"),
    "membership_purse_rate": _("Rates of stored-value cards"),
    "membership_purse_category": _("Categories of stored-value cards"),
    "membership_value_hold": _("Frozen balances"),
    "membership_pin": _("PINs of members"),
    "membership_code_use": _("Member codes used"),
    "membership_consent": _("Consents of members"),
    "membership_consent_text": _("Texts of consent"),
    "membership_level": _("Member levels"),
    "membership_benefit": _("Benefits of levels"),
    "membership_level_change": _("Level changes"),
    "membership_level_gift": _("Gifts of levels"),
    "membership_growth": _("Growth towards levels"),
    "membership_merge": _("Merged files"),
    "membership_moved": _("Rows that a merge moved"),
}
