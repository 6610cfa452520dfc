"""What the till answers, and does when something happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from console import api
from console.api import _
from plugins.cashier.models import Bill, Order
from plugins.cashier.offers import Adjustment, Draft, LineKind, PaymentMethod
from plugins.cashier.services.kinds import KINDS
from plugins.cashier.services.paying import METHODS
from plugins.membership.api import benefits_of, best_percent, level_of, move_rows


@api.hookimpl
def cashier_line_kinds() -> Iterable[LineKind]:
    """Offer services, products and top-ups."""
    return KINDS


@api.hookimpl
def cashier_payment_methods() -> Iterable[PaymentMethod]:
    """Take booked receipts and the balance."""
    return METHODS


@api.hookimpl
def cashier_adjustments(draft: Draft) -> Iterable[Adjustment]:
    """Offer the discount of the member's level, in general and for paying from balance."""
    level = level_of(draft.member_id) if draft.member_id else None
    if draft.member_id is None or level is None:
        return
    benefits = benefits_of(draft.member_id)
    for line in draft.lines:
        if not line.scope or not line.discountable:
            continue
        percents = {
            paid_by: best_percent(benefits, paid_by=paid_by, scope=line.scope)
            for paid_by in ("any", "balance")
        }
        for step, percent, words in (
            ("member", percents["any"], _("Level %(level)s: %(percent)s %% of the price")),
            (
                "balance",
                percents["balance"],
                _("Level %(level)s: %(percent)s %% of the price when paid from balance"),
            ),
        ):
            if percent < 100:
                facts = {"level": level.name, "percent": percent}
                yield Adjustment(line.line_id, step, words, facts, percent=percent)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the bills of the gone file to the kept one."""
    for model in (Bill, Order):
        move_rows(model.member_id, kept_id, gone_id)
