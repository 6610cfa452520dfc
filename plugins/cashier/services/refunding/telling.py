"""What a member is told about a refund."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Refund, RefundLine
from plugins.ledger.api import standings
from plugins.membership.api import beside_points
from plugins.messages.api import MessageKind, send_message

SHEET = MessageKind(
    "cashier.refund_sheet",
    _("How your refund is reckoned"),
    _(
        "%(name)s, the refund of %(what)s at %(store)s comes to %(amount)s. "
        "Please read the sheet, and agree or object."
    ),
)
REFUNDED = MessageKind(
    "cashier.refunded",
    _("Refund of %(amount)s"),
    _("%(name)s, %(amount)s was refunded to you for %(what)s at %(store)s. Balance: %(left)s."),
)


def sheet_page(refund: Refund) -> str:
    """Return the address of a member's page of a refund."""
    return f"/cashier/refund/{refund.id}"


def tell_of_sheet(refund: Refund) -> None:
    """Ask a member to read the sheet of her refund."""
    if refund.member_id is None:
        return
    total = refund.amount_fen + refund.interest_fen
    facts = {"what": refund.title, "amount": api.format_fen(total), "store": _store(refund)}
    send_message(
        refund.member_id,
        SHEET,
        facts,
        url=sheet_page(refund),
        key=f"cashier.refund_sheet:{refund.id}",
        store_id=refund.store_id,
    )


def tell_of_refund(refund: Refund, points: int = 0) -> None:
    """Tell a member that a refund was paid out, and what she has now.

    *points* moved besides those of the lines: what a top-up had given.
    """
    if refund.member_id is None:
        return
    api.db.session.flush()
    left = standings([refund.member_id], ["balance", "all_points"])[refund.member_id]
    balance = api.format_fen(left["balance"])
    facts = {
        "amount": api.format_fen(refund.amount_fen + refund.interest_fen),
        "what": refund.title,
        "left": beside_points(balance, (*_points(refund), points), left["all_points"]),
        "store": _store(refund),
    }
    send_message(
        refund.member_id,
        REFUNDED,
        facts,
        url=sheet_page(refund),
        key=f"cashier.refunded:{refund.id}",
        store_id=refund.store_id,
    )


def _points(refund: Refund) -> tuple[int, int]:
    """Return the points that a refund gave back for its lines, and those that it took."""
    back, taken = api.db.session.execute(
        sa.select(sa.func.sum(RefundLine.points_back), sa.func.sum(RefundLine.points_taken)).where(
            RefundLine.refund_id == refund.id
        )
    ).one()
    return int(back or 0), -int(taken or 0)


def _store(refund: Refund) -> str:
    return api.db.session.get_one(api.Store, refund.store_id).name
