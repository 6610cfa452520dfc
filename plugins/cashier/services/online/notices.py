"""Notifications of a provider: they may come often, late, out of order, or from somebody else."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import OnlinePayment
from plugins.cashier.online import NotAuthentic, OnlineProvider, RefundTrade, Trade
from plugins.cashier.services.online.booking import take_payment
from plugins.cashier.services.online.refunding import note_refund

#: So many forged notifications of one address are written down in an hour.
WRITTEN_DOWN = 60


def take_notification(provider: OnlineProvider, headers: dict[str, str], body: bytes) -> None:
    """Do what a notification makes necessary, once; call it outside any unit.

    `NotAuthentic` for one that the provider did not sign, `NotFound` for an order of nobody.
    """
    try:
        told = provider.parse_notification(headers, body)
    except NotAuthentic as problem:
        _count_forged(provider, str(problem))
        raise
    if isinstance(told, RefundTrade):
        note_refund(told.out_refund_no, told)
        return
    _take_trade(provider, told)


def _take_trade(provider: OnlineProvider, trade: Trade) -> None:
    wanted = sa.select(OnlinePayment.id).where(
        OnlinePayment.provider == provider.key, OnlinePayment.out_trade_no == trade.out_trade_no
    )
    number = api.db.session.scalar(wanted)
    if number is None:
        raise api.NotFound(_("There is no such payment."))
    if trade.state == "paid":
        take_payment(number, trade, told_by="notified")


def _count_forged(provider: OnlineProvider, problem: str) -> None:
    api.db.session.rollback()
    ip = api.actor().ip
    api.count_try("cashier forged notification", ip, free=WRITTEN_DOWN, most=WRITTEN_DOWN)
    _write_down(provider, problem)


@api.unit
def _write_down(provider: OnlineProvider, problem: str) -> None:
    title = _("Refused a notification that was not signed rightly")
    api.record_audit("cashier.forged", note=f"{provider.key}: {problem}", title=title)
