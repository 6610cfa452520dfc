"""How a member agrees to what is taken from her, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Arrival, Bill, Confirmation, Line
from plugins.cashier.permissions import DEDUCT_ALONE
from plugins.cashier.services.arrivals import SCAN_STANDS, arrival_for
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.confirming import (
    EQUAL,
    NotConfirmed,
    Taking,
    find_standing,
    wants_phone,
)
from plugins.cashier.services.signing import KEPT, Signed, use_signature
from plugins.ledger.api import AGREEMENTS
from plugins.membership.api import Member, check_member_pin, code_used_at, use_code
from plugins.messages.api import ProvenPhone
from plugins.messages.api import use_code as use_sms_code


@dataclass(frozen=True)
class ProvenPin:
    """That a member typed her PIN on the keypad, now."""

    member_id: int


Proof = str | ProvenPhone | ProvenPin | Signed


@dataclass(frozen=True)
class Agreed:
    """How a member agreed, with her confirmation, and the scan at arrival if it rests on one."""

    way: str
    confirmed: Confirmation | None = None
    arrival: Arrival | None = None


def prove_pin(bill_id: int, pin: str) -> ProvenPin:
    """Return the proof that the member of a bill typed her PIN; raises `WrongPin`.

    Call it outside any unit: each try is counted for good.
    """
    member_id = api.db.session.scalar(sa.select(Bill.member_id).where(Bill.id == bill_id))
    if member_id is None:
        raise api.Refused(_("Only a member can pay from balance."))
    check_member_pin(member_id, pin)
    return ProvenPin(member_id)


def takes_something(lines: Sequence[Line], balance_fen: int) -> bool:
    """Tell whether settling these lines takes balance or sessions from a member."""
    kinds = line_kinds()
    taken = (kinds[line.kind].takes for line in lines if line.kind in kinds)
    return balance_fen > 0 or any(taken)


def scan_stands(bill: Bill) -> bool:
    """Tell whether the member's code was scanned for a bill on this visit, for all taken on it."""
    if bill.agreed_by != "code" or bill.member_id is None:
        return False
    used_at = code_used_at(bill.member_id, f"bill:{bill.id}")
    return used_at is not None and api.now() - used_at < SCAN_STANDS


def check_agreement(bill: Bill, agreed_by: str | None, proof: Proof, taking: Taking) -> Agreed:
    """Return how a member agrees to a *taking*; refused without proof, which is used up.

    A code that was scanned for this bill, or when she arrived, serves for all that is taken on it
    during the visit, but for what the store wants to be confirmed on her phone: `NotConfirmed`.
    """
    arrival = _arrived(bill, agreed_by, proof)
    agreed_by = agreed_by or bill.agreed_by or ("code" if arrival is not None else None)
    wanted = wants_phone(bill.store_id, taking.value_fen)
    known = find_standing(bill.id, taking.sign) if wanted or agreed_by == "phone" else None
    if known is not None and known.state == "confirmed":
        return Agreed("phone", known)
    if agreed_by == "phone":
        raise NotConfirmed
    if agreed_by not in AGREEMENTS:
        raise api.Refused(_("Ask the member for her code: something is taken from her."))
    if api.actor().user_id is None:
        return Agreed(agreed_by, arrival=arrival)
    if arrival is None:
        agreed_by = _proven(bill, agreed_by, proof)
    if not wanted or _equal(bill, agreed_by, proof):
        return Agreed(agreed_by, arrival=arrival)
    if known is None:
        raise NotConfirmed
    return Agreed(agreed_by, known, arrival)


def _arrived(bill: Bill, agreed_by: str | None, proof: Proof) -> Arrival | None:
    """Return the scan at arrival that serves, where she agrees in no other way."""
    if proof or agreed_by not in (None, "code") or scan_stands(bill):
        return None
    return arrival_for(bill, locked=True)


def _equal(bill: Bill, agreed_by: str, proof: Proof) -> bool:
    """Tell whether a proof of hers serves in the place of the confirmation on her phone."""
    herself = agreed_by in ("pin", "sms_code") or isinstance(proof, Signed)
    return herself and EQUAL.get(bill.store_id)


def _proven(bill: Bill, agreed_by: str, proof: Proof) -> str:
    """Return how a member agrees, using up what proves it; refused without proof."""
    if agreed_by == "code" and scan_stands(bill):
        return agreed_by
    if agreed_by == "code" and use_code(str(proof), f"bill:{bill.id}") != bill.member_id:
        raise api.Refused(_("This code is another member's."))
    if agreed_by == "sms_code":
        _use_sms_code(bill, proof)
    if agreed_by == "pin" and proof != ProvenPin(bill.member_id or 0):
        raise api.Refused(_("Ask the member to type her PIN."))
    if agreed_by == "signature" and (KEPT.get(bill.store_id) or isinstance(proof, Signed)):
        use_signature(proof, bill.member_id, f"bill:{bill.id}")
    if agreed_by == "staff_only" and not DEDUCT_ALONE.held(bill.store_id):
        raise api.Refused(_("You may not take from a balance without the member's code."))
    return agreed_by


def _use_sms_code(bill: Bill, proof: Proof) -> None:
    member = api.db.session.get(Member, bill.member_id) if bill.member_id else None
    if not isinstance(proof, ProvenPhone) or member is None or proof.phone != member.phone:
        raise api.Refused(_("This SMS code is not hers."))
    use_sms_code(proof)
