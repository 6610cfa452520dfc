"""What follows from a refund that was paid out: the trail, the notice, the member's message."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.cashier.models import Refund
from plugins.cashier.refunds import APPROVE_REFUNDS, NOTICE_FROM, cashier_refund_made
from plugins.cashier.services.refunding.dues import forget_due
from plugins.cashier.services.refunding.telling import tell_of_refund

PAGE = "/console/cashier/refunds/"


def finish(refund: Refund, points: int = 0) -> None:
    """Close a refund whose money went, and tell her; *points* moved besides those of lines."""
    refund.state, refund.paid_at = "paid", api.now()
    refund.paid_by = api.actor().user_id
    refund.version += 1
    forget_due(refund)
    total = refund.amount_fen + refund.interest_fen
    note = f"{refund.number} · {api.format_fen(total)} · {refund.reason}"
    title = _("Paid a refund")
    api.record_audit(
        "cashier.refund_paid", refund, note=note, store_id=refund.store_id, title=title
    )
    if total >= NOTICE_FROM.get():
        api.notify(
            _("Refund of %(amount)s", amount=api.format_fen(total)),
            f"{refund.number} · {refund.title} · {refund.reason}",
            url=f"{PAGE}{refund.id}/",
            store_id=refund.store_id,
            permission=APPROVE_REFUNDS,
            key=f"cashier.refund:{refund.id}",
        )
    tell_of_refund(refund, points)
    api.emit(cashier_refund_made, refund_id=refund.id)
