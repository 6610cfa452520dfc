"""The hooks that the till calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from console import api
from plugins.cashier.desk import Code, Goods, Guest, LooseEnd, Printer
from plugins.cashier.offers import (
    Adjustment,
    Draft,
    LineKind,
    Offer,
    PaidAhead,
    PaymentMethod,
)
from plugins.cashier.online import OnlineProvider
from plugins.cashier.tie_rules import TieRule


@api.collect
def cashier_line_kinds() -> Iterable[LineKind]:
    """Return kinds of lines that a bill may have; services, top-ups and products are there."""
    raise NotImplementedError


@api.collect
def cashier_payment_methods() -> Iterable[PaymentMethod]:
    """Return who takes money for payment kinds; booked receipts and the balance are there."""
    raise NotImplementedError


@api.collect
def cashier_online_providers() -> Iterable[OnlineProvider]:
    """Return who takes payments that members make on their phones."""
    raise NotImplementedError


@api.collect
def cashier_adjustments(draft: Draft) -> Iterable[Adjustment]:
    """Return the price benefits that may count for the lines of a bill."""
    raise NotImplementedError


@api.collect
def cashier_member_offers(member_id: int, store_id: int) -> Iterable[Offer]:
    """Return what a member may use in a store today, such as sessions, the best first."""
    raise NotImplementedError


@api.collect
def cashier_deposits(bill_id: int) -> Iterable[PaidAhead]:
    """Return what was paid ahead for what is on a bill; it is set off before all other money."""
    raise NotImplementedError


@api.collect
def cashier_goods(store_id: int) -> Iterable[Goods]:
    """Return what a store sells besides services by one tap, such as products or cards."""
    raise NotImplementedError


@api.collect
def cashier_guests(store_id: int) -> Iterable[Guest]:
    """Return who is expected or here today and has no bill yet, to be picked at the till."""
    raise NotImplementedError


@api.collect
def cashier_loose_ends(store_id: int, day_on: dt.date) -> Iterable[LooseEnd]:
    """Return what should be finished before a store's day is closed, besides bills."""
    raise NotImplementedError


@api.first
def cashier_read_code(text: str) -> Code | None:
    """Say what a code is that was scanned at the till, such as a coupon; None if not yours."""
    raise NotImplementedError


@api.collect
def cashier_printers() -> Iterable[Printer]:
    """Return ways to print receipts; the browser and ESC/POS over the network are there."""
    raise NotImplementedError


@api.collect
def cashier_tie_rules() -> Iterable[TieRule]:
    """Return what must hold between rows of a plugin and the ledger; the tie-out looks at it."""
    raise NotImplementedError


@api.joining
def cashier_member_arriving(arrival_id: int) -> None:
    """Write what belongs to a member whose code was scanned on arrival; raising refuses it."""
    raise NotImplementedError


@api.check
def cashier_check_bill(bill_id: int) -> object | None:
    """Object, in words for staff, to a bill being settled now; None lets it pass."""
    raise NotImplementedError


@api.joining
def cashier_bill_settling(bill_id: int) -> None:
    """Write what belongs to a bill that is being settled, in the same unit; raising keeps it."""
    raise NotImplementedError


@api.joining
def cashier_bill_voiding(bill_id: int) -> None:
    """Take back what belongs to a bill that is reopened or made void, in the same unit."""
    raise NotImplementedError


@api.event
def cashier_bill_settled(bill_id: int) -> None:
    """A bill was paid, wholly or in part; the lines and what paid them are frozen."""


@api.event
def cashier_bill_voided(bill_id: int) -> None:
    """A bill was reopened after its settlement, or made void."""


@api.event
def cashier_day_closed(store_id: int, day_on: str) -> None:
    """A store closed a business day, for the first time or anew; its sheet is frozen."""


#: The hooks that are called; the manifest declares them.
HOOKS = (
    cashier_adjustments,
    cashier_bill_settled,
    cashier_bill_settling,
    cashier_bill_voided,
    cashier_bill_voiding,
    cashier_check_bill,
    cashier_day_closed,
    cashier_deposits,
    cashier_goods,
    cashier_guests,
    cashier_line_kinds,
    cashier_loose_ends,
    cashier_member_arriving,
    cashier_member_offers,
    cashier_online_providers,
    cashier_payment_methods,
    cashier_printers,
    cashier_read_code,
    cashier_tie_rules,
)
