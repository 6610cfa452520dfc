"""What may be allowed with booking deposits, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

SEE_DEPOSITS = api.Permission(
    "checkout.see_deposits",
    _("See booking deposits"),
    ("manager", "front_desk", "accountant"),
)
RETURN_DEPOSITS = api.Permission(
    "checkout.return_deposits", _("Return booking deposits"), ("manager", "front_desk")
)
APPROVE_RETURNS = api.Permission(
    "checkout.approve_returns", _("Agree that a kept deposit is returned"), ("manager",)
)
EDIT_RULES = api.Permission(
    "checkout.edit_rules", _("Say for what a booking deposit is asked"), ("manager",)
)
PERMISSIONS = (SEE_DEPOSITS, RETURN_DEPOSITS, APPROVE_RETURNS, EDIT_RULES)
