"""What refunds ask of other plugins and announce, who may make them, and their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from console import api
from console.api import _
from plugins.cashier.services.refunding.sheets import Purchase
from plugins.ledger.api import Entry, Payout

DESK = ("manager", "front_desk")
SEE_REFUNDS = api.Permission(
    "cashier.see_refunds", _("See refunds"), ("manager", "front_desk", "accountant")
)
MAKE_REFUNDS = api.Permission("cashier.make_refunds", _("Make refunds"), DESK)
APPROVE_REFUNDS = api.Permission(
    "cashier.approve_refunds", _("Approve refunds above the limit"), ("manager",)
)
REFUND_PERMISSIONS = (SEE_REFUNDS, MAKE_REFUNDS, APPROVE_REFUNDS)

GROUP = _("Refunds")
ALONE_MOST = api.Setting(
    "cashier.refund_alone_most",
    _("Refunds above this need a second person, in fen"),
    20_000,
    least=0,
    group=GROUP,
)
NOTICE_FROM = api.Setting(
    "cashier.refund_notice_from",
    _("Refunds from this on are told to whoever approves them, in fen"),
    50_000,
    least=0,
    group=GROUP,
)
REFUND_SETTINGS = (ALONE_MOST, NOTICE_FROM)


@dataclass(frozen=True)
class Refundable:
    """Something prepaid of a member that may be given back.

    `purchase` is what the sheet is reckoned from, `journal_ids` the journals by which it was
    paid. `take` ends it in the running unit and pays the payouts out of what stands behind it.
    `balance_refs` are the references under which balance paid for it: that goes back to the lots
    that it came from, and no other way.
    """

    key: str
    kind: str
    title: str
    left_words: str
    store_id: int
    purchase: Purchase
    journal_ids: Sequence[int]
    take: Callable[[Entry, Sequence[Payout]], object]
    balance_refs: Sequence[str] = ()


@api.collect
def cashier_refundables(member_id: int) -> Iterable[Refundable]:
    """Return what of a member's may be refunded; top-ups are there."""
    raise NotImplementedError


@api.event
def cashier_refund_made(refund_id: int) -> None:
    """A refund was paid out: lines of a bill, a top-up, or a card."""


REFUND_HOOKS: tuple[Any, ...] = (cashier_refundables, cashier_refund_made)
