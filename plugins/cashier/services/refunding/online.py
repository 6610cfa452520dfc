"""Money that came online goes back through its provider."""

from __future__ import annotations

from plugins.cashier.models import Payment, Refund
from plugins.cashier.services.online.refunding import give_back


def send_online_back(payment: Payment, fen: int, refund: Refund) -> None:
    """Have a provider send back what it took, in the running unit; nothing for booked receipts."""
    number = payment.facts.get("online_payment")
    if isinstance(number, int):
        key = f"refund:{refund.id}:{payment.id}"
        give_back(number, fen, key=key, reason=refund.reason)
