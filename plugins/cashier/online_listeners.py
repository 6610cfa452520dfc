"""What the till answers and does for payments that members make online."""

from __future__ import annotations

from collections.abc import Iterable

from console import api
from console.api import _
from plugins.cashier.models import OnlinePayment
from plugins.cashier.offers import PaymentMethod
from plugins.cashier.services.online.providers import methods, takes_online
from plugins.cashier.services.online.refunding import send_back_for
from plugins.membership.api import Tile, move_rows


@api.hookimpl
def cashier_payment_methods() -> Iterable[PaymentMethod]:
    """Take what online providers have confirmed."""
    return methods()


@api.hookimpl
def cashier_bill_voiding(bill_id: int) -> None:
    """Send back what was paid online for a bill that is taken back."""
    send_back_for(bill_id)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the online payments of the gone file to the kept one."""
    move_rows(OnlinePayment.member_id, kept_id, gone_id)


@api.hookimpl
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Lead to topping up by phone, where somebody takes the money."""
    if takes_online():
        yield Tile("top_up", _("Top up"), "/cashier/top-up")
