"""The house of the storm: a store with a day for each race, its front desk, and members' phones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from console import api
from plugins.booking.api import Wish, book
from plugins.booking.models import LIVE, Cell, Claim, Seat, Visit
from plugins.booking.services.rosters import ShiftDraft, publish, put_shifts
from plugins.booking.services.rules import MOST_OPEN
from plugins.membership.public.routes import COOKIE
from plugins.membership.services.visitors import start_session
from plugins.salon.models import Equipment
from tests.support.booking import ZONE, Salon, add_rooms, at, new_key
from tests.support.crowd import Answer, Caller, caller_like
from tests.support.membership import join
from tests.support.people import SignIn
from tests.support.salon import add_service

CROWD = 50
DAYS = 16
DESK, CHANGE = "/console/booking/new/", "/console/booking/visits/{}/change"
Act = Callable[[], Answer]


@dataclass
class House:
    """A store, three technicians, one room, and everybody who wants to book there."""

    salon: Salon
    desks: list[Caller]
    phones: list[Caller]
    members: list[int]
    in_room: int
    first_on: dt.date
    keys: list[str] = field(default_factory=list)

    def at(self, day: int, clock: str) -> dt.datetime:
        """Return a wall time of one of the days of the storm."""
        return at(clock, self.first_on + dt.timedelta(days=day))

    def visit(self, day: int, clock: str, **more: Any) -> int:
        """Book a visit of the first technician before the storm."""
        wish = [Wish(self.salon.variant_id, self.salon.staff_ids[0])]
        more.setdefault("guest_name", "早来的客人")
        more.setdefault("key", new_key())
        return book(self.salon.store_id, self.at(day, clock), wish, **more).id

    def anybody(self, number: int, day: int, clock: str, staff: int = -1, **more: Any) -> Act:
        """Return what one of the crowd does to book: at the desk or on a phone, in turns."""
        variant = more.get("variant", self.salon.variant_id)
        staff_id = self.salon.staff_ids[staff] if staff >= 0 else ""
        when = self.at(day, clock).isoformat()
        if number % 2:
            phone = self.phones[number // 2]
            told = {"store": self.salon.store_id, "variant": variant, "staff": staff_id}
            return partial(keep_and_send, phone, {**told, "at": when})
        return partial(
            self.desks[number % len(self.desks)].post,
            DESK,
            store_id=self.salon.store_id,
            guest=f"来电 {number}",
            variant_id=variant,
            staff_id=staff_id,
            starts_at=when,
            key=more.get("key", form_key()),
        )

    def change(self, number: int, visit: int, day: int, clock: str) -> Act:
        """Return what the front desk does to move a visit, with the first technician."""
        desk, when = self.desks[number % len(self.desks)], self.at(day, clock).isoformat()
        told = {"starts_at": when, "staff_id": self.salon.staff_ids[0], "key": form_key()}
        return partial(desk.post, CHANGE.format(visit), **told)

    def turn(self, number: int, visit: int, act: str) -> Act:
        """Return what the front desk does to accept or cancel a visit."""
        desk = self.desks[number % len(self.desks)]
        return partial(desk.post, f"/console/booking/visits/{visit}/turn/{act}", reason="storm")


def keep_and_send(phone: Caller, told: dict[str, Any]) -> Answer:
    """Tap on a time, and send the booking if it is kept."""
    kept = phone.post("/booking/keep", **told)
    if kept.status != 302:
        return kept
    return phone.post("/booking/confirm", **told, key=kept.kept["key"])


def form_key() -> str:
    """Return a key as a form of booking has it."""
    return f"booking:{new_key():0>30}"


def furnish(app: Flask, sign_in: SignIn, port: int) -> House:
    """Build the house and sign everybody in; they open one page each, as people do."""
    salon = Salon(technicians=3)
    kind = add_rooms(salon.store, 1)
    service = add_service("包间护理", skill_id=salon.skill.id, room_kind_id=kind)
    first_on = api.today(ZONE) + dt.timedelta(days=2)
    days = [first_on + dt.timedelta(days=n) for n in range(DAYS)]
    shifts = [ShiftDraft(one, day, (600, 1080)) for day in days for one in salon.staff_ids]
    put_shifts(salon.store_id, shifts)
    publish(salon.store_id, days[0], days[-1])
    api.unit(lambda: MOST_OPEN.put(99))()
    members = [join(f"客人 {n}", phone=f"1380013{n:04}").id for n in range(CROWD // 2)]
    phones = [Caller(port, {COOKIE: start_session(number)}) for number in members]
    desks = [caller_like(sign_in("front_desk", salon.store_id), port) for _n in range(3)]
    for desk in desks:
        desk.get(f"{DESK}?store_id={salon.store_id}")
    for phone in phones:
        phone.get(f"/booking/when?store={salon.store_id}&variant={salon.variant_id}")
    return House(salon, desks, phones, members, service.variants[0].id, first_on)


def clear(answer: Answer) -> bool:
    """Tell whether somebody got what she wanted, or reads why not and what else is free."""
    if answer.status in (302, 303):
        return True
    return answer.status == 409 and bool(answer.problem) and "500" not in answer.problem


def offered(answer: Answer) -> int:
    """Return how many other times a refusal names."""
    page = answer.text
    near = re.search(r'class="slots near">(.*?)</div>', page, re.DOTALL)
    if near:
        return near[1].count("<button")
    told = re.search(r'role="alert".*?</div>', page, re.DOTALL)
    return told[0].count('<b class="num">') if told else 0


def accepted(answers: Sequence[Answer]) -> int:
    """Return how many got what they wanted."""
    return sum(1 for answer in answers if answer.status in (302, 303))


def live_at(house: House, day: int) -> list[Visit]:
    """Return the visits of a day that take time."""
    api.db.session.rollback()
    day_on = house.first_on + dt.timedelta(days=day)
    rows = sa.select(Visit).where(Visit.day_on == day_on, Visit.status.in_(LIVE))
    return list(api.db.session.scalars(rows.order_by(Visit.id)))


def places_taken(house: House, day: int) -> list[Seat]:
    """Return the places that are taken in the classes of a day."""
    api.db.session.rollback()
    day_on = house.first_on + dt.timedelta(days=day)
    rows = sa.select(Seat).join(Visit, Visit.id == Seat.visit_id).where(Visit.day_on == day_on)
    return list(api.db.session.scalars(rows))


def overlaps(day_on: dt.date | None = None) -> int:
    """Return how many pairs of visits claim one person, or a room for one, at the same time."""
    api.db.session.rollback()
    one, other = aliased(Claim), aliased(Claim)
    live = sa.select(Visit.id).where(Visit.status.in_(LIVE))
    if day_on is not None:
        live = live.where(Visit.day_on == day_on)
    roomy = sa.select(Equipment.id).where(Equipment.capacity > 1)
    pairs = sa.select(sa.func.count()).where(
        one.kind == other.kind,
        one.resource_id == other.resource_id,
        sa.or_(one.kind == "staff", one.resource_id.not_in(roomy)),
        one.visit_id < other.visit_id,
        one.first_cell < other.last_cell,
        other.first_cell < one.last_cell,
        one.visit_id.in_(live),
        other.visit_id.in_(live),
    )
    return api.db.session.scalar(pairs) or 0


def unclaimed() -> int:
    """Return how many cells are taken for no claim, or claimed and not taken."""
    api.db.session.rollback()
    live = sa.select(Visit.id).where(Visit.status.in_(LIVE))
    length = sa.func.coalesce(sa.func.sum(Claim.last_cell - Claim.first_cell), 0)
    claimed = api.db.session.scalar(sa.select(length).where(Claim.visit_id.in_(live))) or 0
    taken = api.db.session.scalar(sa.select(sa.func.count()).select_from(Cell)) or 0
    return abs(int(claimed) - int(taken))
