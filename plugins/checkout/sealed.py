"""The tables whose rows are sealed as they are written, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.api import _

SEALED: Mapping[str, Any] = {
    "checkout_rule": _("Deposit rules"),
    "checkout_deposit": _("Booking deposits"),
    "checkout_visit": _("Bills of bookings"),
}
