"""How a member agrees that a session is used: her code, her PIN, a signature, or staff only."""

from __future__ import annotations

from typing import Any

from flask import request

from console import api
from console.api import _
from plugins.cashier.api import (
    CONFIRM,
    DEDUCT_ALONE,
    OPEN_BILLS,
    SETTLE_BILLS,
    Proof,
    ProvenPin,
    signature_of,
)
from plugins.membership.api import check_member_pin, has_pin

WAYS: dict[str, Any] = {
    "code": _("Member code"),
    "pin": api.lazy_pgettext("member", "PIN"),
    "signature": _("Signature, on the screen or on a slip"),
    "phone": _("She confirms on her phone"),
    "staff_only": _("Without her: she is told at once"),
}


def ways_for(store: api.Store | None, member_id: int) -> list[tuple[str, Any]]:
    """Return the ways in which a member can agree at this counter."""
    out = set()
    if store is None or not DEDUCT_ALONE.held(store.id):
        out.add("staff_only")
    if not has_pin(member_id):
        out.add("pin")
    if store is None or not confirms_in(store.id):
        out.add("phone")
    return [(way, label) for way, label in WAYS.items() if way not in out]


def confirms_in(store_id: int) -> bool:
    """Tell whether members confirm on their phones there."""
    return CONFIRM.get(store_id) != "off"


def waits_at_till(store_id: int) -> bool:
    """Tell whether who acts waits for a member's phone at the till, where it settles the bill."""
    return OPEN_BILLS.held(store_id) and SETTLE_BILLS.held(store_id)


def agreement(member_id: int, store_id: int) -> tuple[str, Proof]:
    """Return how the member agreed and what proves it; the till uses a code up."""
    way = request.form.get("agreed_by", "")
    if way not in WAYS:
        raise api.Refused(_("Choose how she agreed."))
    if way == "staff_only" and not DEDUCT_ALONE.held(store_id):
        raise api.Refused(_("Without her code, PIN or signature only a manager may do this."))
    if way == "pin":
        check_member_pin(member_id, request.form.get("pin", ""))
        return way, ProvenPin(member_id)
    if way == "signature":
        return way, signature_of(member_id, store_id)
    return way, "".join(request.form.get("code", "").split())
