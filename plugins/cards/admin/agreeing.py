"""How a member agrees that a session is used: her code, her PIN, a signature, or staff only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import request

from console import api
from console.api import _
from plugins.cards.models import CardUse
from plugins.cards.permissions import USE_UNSEEN
from plugins.membership.api import check_member_pin, has_pin, read_code, use_code

WAYS: dict[str, Any] = {
    "code": _("Member code"),
    "pin": _("PIN"),
    "signature": _("Signature on paper"),
    "staff_only": _("Without her: she is told at once"),
}


def ways_for(store: api.Store | None, member_id: int) -> list[tuple[str, Any]]:
    """Return the ways in which a member can agree at this counter."""
    out = set()
    if store is None or not USE_UNSEEN.held(store.id):
        out.add("staff_only")
    if not has_pin(member_id):
        out.add("pin")
    return [(way, label) for way, label in WAYS.items() if way not in out]


def agree(member_id: int, store_id: int, key: str) -> tuple[str, Callable[[int], bool]]:
    """Check how the member agreed, and return it with what uses her code up, in the unit.

    What is returned tells whether the code was used now. A form that is sent again finds its
    code used up, and that is as it should be.
    """
    way = request.form.get("agreed_by", "")
    code = "".join(request.form.get("code", "").split())
    if way == "code" and not _was_sent(key):
        if not code:
            raise api.Refused(_("Scan the code on her phone."))
        if read_code(code) != member_id:
            raise api.Refused(_("This code is another member's."))
        return way, lambda card_id: use_code(code, f"card:{card_id}") == member_id
    if way == "pin":
        check_member_pin(member_id, request.form.get("pin", ""))
    elif way == "staff_only" and not USE_UNSEEN.held(store_id):
        raise api.Refused(_("Without her code, PIN or signature only a manager may do this."))
    elif way not in WAYS:
        raise api.Refused(_("Choose how she agreed."))
    return way, lambda _card_id: False


def _was_sent(key: str) -> bool:
    """Tell whether the form was sent before, so that it answers with what was done then."""
    return api.db.session.scalar(sa.select(CardUse.id).where(CardUse.key == key)) is not None
