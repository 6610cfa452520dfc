"""What may be allowed in the sandbox."""

from __future__ import annotations

from console import api
from console.api import _

SEE_ORDERS = api.Permission(
    "sandboxpay.see_orders", _("See the payments of the sandbox"), ("manager", "accountant")
)
SET_FAULTS = api.Permission(
    "sandboxpay.set_faults", _("Let the sandbox fail on purpose"), ("manager",)
)
PERMISSIONS = (SEE_ORDERS, SET_FAULTS)
