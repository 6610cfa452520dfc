"""What a phone shows before anybody books: who does what, for how much, and from when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from console import api
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.membership.api import benefits_of, best_percent
from plugins.salon.api import (
    Practice,
    Service,
    Staff,
    StaffSkill,
    Variant,
    price_range,
    price_with,
    services_on_sale,
    working_staff,
)

#: A technician counts as free from where she has so many minutes.
FREE_MINUTES = 30
#: So many days ahead her next free time is looked for.
SEARCHED = 14


@dataclass(frozen=True)
class Fee:
    """What a service costs a reader: in the list, from and to, and for her as a member."""

    low_fen: int | None
    high_fen: int | None
    percent: int
    #: The price may grow on the spot.
    at_least: bool
    #: What percent of the list she pays from her balance.
    balance_percent: int = 100

    @property
    def own_fen(self) -> int | None:
        """What she pays from, where that is less than the list says."""
        if self.low_fen is None or self.percent >= 100:
            return None
        return self.low_fen * self.percent // 100

    @property
    def balance_fen(self) -> int | None:
        """What she pays from when she pays from her balance, where that is less still."""
        if self.low_fen is None or self.balance_percent >= self.percent:
            return None
        return self.low_fen * self.balance_percent // 100


def percent_for(member_id: int | None, paid_by: str = "any") -> int:
    """Return what percent of the price list a member pays for services, however she pays.

    With *paid_by* "balance" that is what she pays from her balance.
    """
    if member_id is None:
        return 100
    return best_percent(benefits_of(member_id), paid_by=paid_by, scope="services")


def fee_of(
    service: Service,
    variant: Variant,
    percent: int,
    staff: Staff | None = None,
    balance_percent: int = 100,
) -> Fee:
    """Return what a variant costs, with one technician or whoever does it."""
    ends = price_range(service, variant)
    if staff is not None:
        price = price_with(service, variant, staff)
        ends = price, price
    return Fee(ends[0].fen, ends[1].fen, percent, service.pricing == "from", balance_percent)


def bookable(store_id: int) -> dict[Service, list[Staff]]:
    """Return the services of a store that somebody does, with who does them; few queries."""
    services = services_on_sale(store_id)
    _load_variants(services)
    people = working_staff(store_id)
    skilled, said = _skills(people), _practices(people)
    found = {}
    for service in services:
        able = [
            person
            for person in people
            if said.get((person.id, service.id), (person.id, service.skill_id) in skilled)
        ]
        if able:
            found[service] = able
    return found


def done_by(staff_id: int, store_id: int) -> list[Service]:
    """Return the services that one technician does in a store."""
    offered = bookable(store_id).items()
    return [service for service, able in offered if any(one.id == staff_id for one in able)]


def next_free(store: api.Store, staff_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """Return from when technicians next have half an hour that members may book."""
    today = api.today(store.time_zone)
    last = today + dt.timedelta(days=SEARCHED)
    found = {}
    for staff_id in staff_ids:
        wish = Wish(None, staff_id, minutes=FREE_MINUTES)
        days = free_times(store.id, [wish], today, last, by_member=True)
        first = next((free[0] for free in days.values() if free), None)
        if first is not None:
            found[staff_id] = first
    return found


def _load_variants(services: Sequence[Service]) -> None:
    """Read all that price and length need at once, into the services that are there already."""
    wanted = (
        sa.select(Service)
        .where(Service.id.in_([service.id for service in services]))
        .options(
            selectinload(Service.variants).selectinload(Variant.level_prices),
            selectinload(Service.segments),
            selectinload(Service.category),
        )
    )
    api.db.session.scalars(wanted).all()


def _skills(people: Sequence[Staff]) -> set[tuple[int, int]]:
    rows = sa.select(StaffSkill.staff_id, StaffSkill.skill_id).where(
        StaffSkill.staff_id.in_([person.id for person in people])
    )
    return {(staff_id, skill_id) for staff_id, skill_id in api.db.session.execute(rows)}


def _practices(people: Sequence[Staff]) -> Mapping[tuple[int, int], bool]:
    rows = sa.select(Practice.staff_id, Practice.service_id, Practice.offered).where(
        Practice.staff_id.in_([person.id for person in people]), Practice.offered.is_not(None)
    )
    return {(one, service): bool(offered) for one, service, offered in api.db.session.execute(rows)}
