"""The member's word on a refund sheet: she agrees, with proof, or objects in her own words."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.cashier.models import Refund
from plugins.cashier.permissions import DEDUCT_ALONE
from plugins.cashier.refunds import APPROVE_REFUNDS
from plugins.cashier.services.agreeing import Proof, ProvenPin
from plugins.cashier.services.refunding.cases import lock_refund, purpose_of
from plugins.cashier.services.signing import KEPT, Signed, use_signature
from plugins.ledger.api import AGREEMENTS
from plugins.membership.api import Member, use_code
from plugins.messages.api import ProvenPhone
from plugins.messages.api import use_code as use_sms_code

LIVE = ("open", "waiting", "approved")
#: What an SMS code for it is good for.
PURPOSE = "cashier.refund"


@api.unit
def agree_to_refund(refund_id: int, agreed_by: str, proof: Proof = "") -> Refund:
    """Keep that a member agreed to the sheet, using up what proves it."""
    refund = lock_refund(refund_id, *LIVE)
    if agreed_by not in AGREEMENTS or refund.member_id is None:
        raise api.Refused(_("Choose how she agreed."))
    if refund.answer == "agreed":
        return refund
    _check(refund, agreed_by, proof)
    refund.answer, refund.agreed_by = "agreed", agreed_by
    refund.answered_at, refund.objection = api.now(), ""
    refund.version += 1
    note = f"{refund.number} · {AGREEMENTS[agreed_by]}"
    title = _("Member agreed to a refund sheet")
    api.record_audit(
        "cashier.refund_agreed", refund, note=note, store_id=refund.store_id, title=title
    )
    return refund


def _check(refund: Refund, agreed_by: str, proof: Proof) -> None:
    if agreed_by == "code" and use_code(str(proof), f"refund:{refund.id}") != refund.member_id:
        raise api.Refused(_("This code is another member's."))
    if agreed_by == "pin" and proof != ProvenPin(refund.member_id or 0):
        raise api.Refused(_("Ask the member to type her PIN."))
    if agreed_by == "sms_code":
        member = api.db.session.get_one(Member, refund.member_id)
        if not isinstance(proof, ProvenPhone) or proof.phone != member.phone:
            raise api.Refused(_("This SMS code is not hers."))
        use_sms_code(proof)
    if agreed_by == "signature" and _must_be_kept(refund, proof):
        use_signature(proof, refund.member_id, purpose_of(refund.id))
    if agreed_by == "staff_only" and not DEDUCT_ALONE.held(refund.store_id):
        raise api.Refused(_("You may not take from a balance without the member's code."))


def _must_be_kept(refund: Refund, proof: Proof) -> bool:
    if isinstance(proof, Signed):
        return True
    return api.actor().user_id is not None and bool(KEPT.get(refund.store_id))


@api.unit
def object_to_refund(refund_id: int, words: str) -> Refund:
    """Keep that a member objects to the sheet, and let those hear who decide on refunds."""
    refund = lock_refund(refund_id, *LIVE)
    words = words.strip()[:500]
    if not words:
        raise api.Refused(_("Say what is wrong with it."))
    refund.answer, refund.agreed_by = "objected", None
    refund.answered_at, refund.objection = api.now(), words
    refund.version += 1
    api.notify(
        _("A member objects to refund sheet %(number)s", number=refund.number),
        words,
        url=f"/console/cashier/refunds/{refund.id}/",
        store_id=refund.store_id,
        permission=APPROVE_REFUNDS,
        todo=True,
        key=f"cashier.refund_objection:{refund.id}",
    )
    return refund
