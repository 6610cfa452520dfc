"""What happened to an online payment, step by step, and who is told of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import OnlineNote, OnlinePayment
from plugins.cashier.permissions import MANAGE_ONLINE
from plugins.messages.api import MessageKind, send_message

WHAT: dict[str, Any] = {
    "ordered": _("The member ordered it"),
    "prepaid": _("The provider took the order"),
    "unknown": _("The provider gave no clear answer"),
    "refused": _("The provider refused"),
    "not_paid": _("Asked the provider: not paid yet"),
    "notified": _("The provider notified: paid"),
    "queried": _("Asked the provider: paid"),
    "late": _("Paid after it was closed"),
    "settled": _("Settled and booked"),
    "stuck": _("Paid, and could not be booked"),
    "mismatch": _("Another amount than ordered was paid"),
    "closing": _("To be closed"),
    "closed": _("Closed, nothing was paid"),
    "refund": _("Refund asked for"),
    "refund_done": _("The money went back"),
    "refund_failed": _("The refund failed"),
}
SENT_BACK = MessageKind(
    "cashier.sent_back",
    _("%(amount)s is on its way back"),
    _("%(name)s, %(amount)s that you paid online for %(what)s goes back to where it came from."),
)


def note(payment: OnlinePayment, what: str, detail: object = "") -> None:
    """Write down what happened to a payment, in the running unit."""
    row = OnlineNote(payment_id=payment.id, at=api.now(), what=what, detail=str(detail)[:500])
    api.db.session.add(row)
    payment.version += 1


def notes_of(payment_id: int) -> list[OnlineNote]:
    """Return what happened to a payment, in order."""
    wanted = sa.select(OnlineNote).where(OnlineNote.payment_id == payment_id)
    return list(api.db.session.scalars(wanted.order_by(OnlineNote.id)))


def alert(payment: OnlinePayment, title: Any, body: Any = "") -> None:
    """Ask staff to look at a payment, in the running unit."""
    api.notify(
        title,
        body,
        url=f"/console/cashier/online/{payment.id}/",
        store_id=payment.store_id,
        permission=MANAGE_ONLINE,
        todo=True,
        key=alert_key(payment),
    )


def alert_key(payment: OnlinePayment) -> str:
    """Return under which key staff are asked to look at a payment."""
    return f"cashier.online:{payment.id}"


def tell_of_refund(payment: OnlinePayment, key: str, amount_fen: int) -> None:
    """Tell a member that her money goes back."""
    facts = {"amount": api.format_fen(amount_fen), "what": payment.title}
    send_message(payment.member_id, SENT_BACK, facts, key=key, store_id=payment.store_id)
