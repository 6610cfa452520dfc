"""What the till answers, and does when something happens elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from console import api
from plugins.cashier.desk import Printer
from plugins.cashier.models import Bill, Order
from plugins.cashier.offers import Adjustment, Draft, LineKind, PaymentMethod
from plugins.cashier.services.alone import counter_in
from plugins.cashier.services.benefits import benefits_for
from plugins.cashier.services.days import next_open_day
from plugins.cashier.services.kinds import KINDS
from plugins.cashier.services.movement_orders import orders_of
from plugins.cashier.services.paying import METHODS
from plugins.cashier.services.points import offered_points
from plugins.cashier.services.printing import PRINTERS
from plugins.membership.api import Counter, MovementOrder, move_rows


@api.hookimpl
def cashier_line_kinds() -> Iterable[LineKind]:
    """Offer services, products and top-ups."""
    return KINDS


@api.hookimpl
def cashier_payment_methods() -> Iterable[PaymentMethod]:
    """Take booked receipts and the balance."""
    return METHODS


@api.hookimpl
def cashier_printers() -> Iterable[Printer]:
    """Print by the browser, or by ESC/POS over the network."""
    return PRINTERS


@api.hookimpl
def cashier_adjustments(draft: Draft) -> Iterable[Adjustment]:
    """Offer the discounts of the member's level and stored-value cards, and her points."""
    return (*benefits_for(draft), *offered_points(draft))


@api.hookimpl
def ledger_book_day(store_id: int | None, day: dt.date) -> dt.date:
    """Keep what is posted without a bill out of closed days and locked months as well."""
    return next_open_day(store_id, day)


@api.hookimpl
def membership_movement_orders(journal_ids: Sequence[int]) -> Iterable[MovementOrder]:
    """Name the bills and refunds by which something of a member's moved."""
    return orders_of(journal_ids)


@api.hookimpl
def membership_find_counter(store_id: int) -> Counter:
    """Sell top-ups and take fees at the till, on bills of their own."""
    return counter_in(store_id)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the bills of the gone file to the kept one."""
    for model in (Bill, Order):
        move_rows(model.member_id, kept_id, gone_id)


@api.hookimpl
def membership_last_visits(member_ids: Sequence[int]) -> Iterable[tuple[int, dt.date]]:
    """Tell when members last had services or products on a bill that was settled."""
    had = sa.select(Order.id).where(
        Order.bill_id == Bill.id, Order.kind.in_(("service", "product"))
    )
    rows = (
        sa.select(Bill.member_id, sa.func.max(Bill.business_on))
        .where(Bill.member_id.in_(member_ids), had.exists())
        .where(Bill.state.in_(("settled", "part_paid", "refunded")))
        .group_by(Bill.member_id)
    )
    return [(number, day) for number, day in api.db.session.execute(rows) if number]


@api.hookimpl
def membership_visit_days(
    member_ids: Sequence[int] | None, first: dt.date, last: dt.date
) -> Iterable[tuple[int, dt.date]]:
    """Tell on which days members had services on a bill that was settled."""
    had = sa.select(Order.id).where(Order.bill_id == Bill.id, Order.kind == "service")
    rows = sa.select(Bill.member_id, Bill.business_on).distinct()
    rows = rows.where(Bill.business_on.between(first, last), had.exists())
    rows = rows.where(Bill.state.in_(("settled", "part_paid")), Bill.member_id.is_not(None))
    if member_ids is not None:
        rows = rows.where(Bill.member_id.in_(member_ids))
    return [(number, day) for number, day in api.db.session.execute(rows) if number]
