"""What a booking is for, line by line, as a phone shows it with list and member price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console import api
from plugins.booking.models import Item, Visit
from plugins.booking.services.offering import Fee, fee_of
from plugins.booking.services.showing import title_of
from plugins.salon.api import Service, Staff, Variant, minutes_of


@dataclass(frozen=True)
class Line:
    """One service: what, with whom, for how long, and for how much; *guest* counts a party."""

    title: str
    staff: str
    minutes: int
    fee: Fee | None
    guest: int = 0


def lines_of_choice(
    picked: Sequence[tuple[Service, Variant]], percent: int, staff: Staff | None, people: int = 1
) -> list[Line]:
    """Return the lines of what she chose for some people, before a time is kept for it."""
    return [
        Line(
            f"{service.shown_name} {variant.shown_name if variant.name else ''}".strip(),
            staff.name if staff is not None and not guest else "",
            minutes_of(service, variant),
            fee_of(service, variant, percent, None if guest else staff),
            guest,
        )
        for guest in range(people)
        for service, variant in picked
    ]


def lines_of_visit(visit: Visit, percent: int) -> list[Line]:
    """Return the lines of a visit, with who serves it."""
    return [
        Line(
            title_of(item),
            item.staff.name if item.staff is not None else "",
            item.minutes,
            _fee(item, percent),
            item.guest,
        )
        for item in visit.items
    ]


def sum_of(lines: Sequence[Line]) -> Fee | None:
    """Return what all lines cost together; nothing where a price is agreed on the spot."""
    fees = [line.fee for line in lines if line.fee is not None]
    if len(fees) < len(lines) or any(fee.low_fen is None for fee in fees):
        return None
    return Fee(
        sum(fee.low_fen or 0 for fee in fees),
        sum(fee.high_fen or 0 for fee in fees),
        min((fee.percent for fee in fees), default=100),
        any(fee.at_least for fee in fees),
    )


def _fee(item: Item, percent: int) -> Fee | None:
    if item.price_fen is None:
        return None
    at_least = False
    if item.variant is not None:
        service = api.db.session.get_one(Service, item.variant.service_id)
        at_least = service.pricing == "from"
    return Fee(item.price_fen, item.price_fen, percent, at_least)
