"""How a member agrees at the counter: by her code, her PIN, or a signature on paper."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _
from plugins.membership.services.member_codes import read_code, use_code
from plugins.membership.services.pins import check_member_pin

WAYS: dict[str, Any] = {
    "pin": api.lazy_pgettext("member", "PIN"),
    "code": _("Member code"),
    "signature": _("Signature on paper"),
}


def prove(member_id: int, way: str, proof: str) -> None:
    """Raise `Refused` unless a member agreed in the way that is told; never in a unit."""
    if way == "pin":
        check_member_pin(member_id, proof)
    elif way == "code":
        if read_code(proof) != member_id:
            raise api.Refused(_("This code is another member's."))
    elif way != "signature":
        raise api.Refused(_("Choose how she agreed."))


@api.unit
def use_up(way: str, proof: str, purpose: str) -> None:
    """Use a member code up in the unit of what it allows."""
    if way == "code":
        use_code(proof, purpose)
