"""How a member agrees to what is taken from her, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line
from plugins.cashier.permissions import DEDUCT_ALONE
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.signing import KEPT, Signed, use_signature
from plugins.ledger.api import AGREEMENTS
from plugins.membership.api import Member, check_member_pin, use_code
from plugins.messages.api import ProvenPhone
from plugins.messages.api import use_code as use_sms_code


@dataclass(frozen=True)
class ProvenPin:
    """That a member typed her PIN on the keypad, now."""

    member_id: int


Proof = str | ProvenPhone | ProvenPin | Signed


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


def check_agreement(bill: Bill, agreed_by: str | None, proof: Proof) -> str:
    """Return how a member agrees, using up what proves it; refused without proof.

    A code that was scanned for this bill serves for all that is taken on it.
    """
    agreed_by = agreed_by or bill.agreed_by
    if agreed_by not in AGREEMENTS:
        raise api.Refused(_("Ask the member for her code: something is taken from her."))
    if api.actor().user_id is None or (agreed_by == "code" and bill.agreed_by == "code"):
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
