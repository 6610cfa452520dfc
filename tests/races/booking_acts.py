"""What the crowd does in each race for time: fifty acts, made ready and not yet done."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from console import api
from plugins.booking.models import Visit
from plugins.booking.services.classes import ClassDraft, plan_classes
from tests.races.booking_storm import CROWD, Act, House, form_key, keep_and_send
from tests.support.booking import new_key
from tests.support.crowd import Answer

PLACES = 5
Race = Callable[[House, int], list[Act]]


def crowd(act: Callable[[int], Act]) -> list[Act]:
    """Return what each of the crowd does."""
    return [act(number) for number in range(CROWD)]


def same_start(house: House, day: int) -> list[Act]:
    """Let all want one hour of one technician."""
    return crowd(lambda n: house.anybody(n, day, "12:00", 0))


def overlapping_starts(house: House, day: int) -> list[Act]:
    """Let all want hours of one technician that overlap."""
    clocks = ("12:00", "12:15", "12:30", "12:45")
    return crowd(lambda n: house.anybody(n, day, clocks[n // 2 % 4], 0))


def two_technicians_one_room(house: House, day: int) -> list[Act]:
    """Let all want the one room, of two technicians."""
    return crowd(lambda n: house.anybody(n, day, "12:00", n // 2 % 2, variant=house.in_room))


def any_of_three(house: House, day: int) -> list[Act]:
    """Let all want one hour of anybody."""
    return crowd(lambda n: house.anybody(n, day, "12:00"))


def two_pending_are_approved(house: House, day: int) -> list[Act]:
    """Let two requests be approved while others want the time between them."""
    asked = [
        house.visit(day, clock, member_id=house.members[n], source="phone")
        for n, clock in enumerate(("11:00", "12:00"))
    ]

    def act(number: int) -> Act:
        if number % 4 == 0:
            return house.turn(number, asked[number // 4 % 2], "confirm")
        return house.anybody(number, day, "11:30", 0)

    return crowd(act)


def asked_and_approved(house: House, day: int) -> list[Act]:
    """Let members ask for one hour and the front desk approve each request at once."""

    def ask(number: int) -> Answer:
        when = house.at(day, "12:00").isoformat()
        told = {"store": house.salon.store_id, "variant": house.salon.variant_id, "at": when}
        told["staff"] = house.salon.staff_ids[0]
        asked = keep_and_send(house.phones[number // 2], told)
        found = re.search(r"/mine/(\d+)", asked.leads_to)
        return house.turn(number, int(found[1]), "confirm")() if found else asked

    def act(number: int) -> Act:
        return partial(ask, number) if number % 2 else house.anybody(number, day, "12:30", 0)

    return crowd(act)


def two_changes_into_one_time(house: House, day: int) -> list[Act]:
    """Let two visits be moved to one hour, again and again."""
    visits = [house.visit(day, clock) for clock in ("10:00", "15:00")]
    return crowd(lambda n: house.change(n, visits[n % 2], day, "12:30"))


def change_and_new(house: House, day: int) -> list[Act]:
    """Let a visit be moved to an hour that others want."""
    visit = house.visit(day, "10:00")

    def act(number: int) -> Act:
        if number == 0:
            return house.change(number, visit, day, "12:00")
        return house.anybody(number, day, "12:15", 0)

    return crowd(act)


def cancel_and_rebook(house: House, day: int) -> list[Act]:
    """Let a visit be cancelled whose hour others want."""
    visit = house.visit(day, "12:00")

    def act(number: int) -> Act:
        if number == 0:
            return house.turn(number, visit, "cancel")
        return house.anybody(number, day, "12:00", 0)

    return crowd(act)


def class_with_five_places(house: House, day: int) -> list[Act]:
    """Let all want a place in one class."""
    leader, starts_at = house.salon.staff_ids[0], house.at(day, "12:00")
    draft = ClassDraft(house.salon.variant_id, leader, starts_at, PLACES)
    [group] = plan_classes(house.salon.store_id, draft, key=new_key())
    number = group.id
    desk, phone = f"/console/booking/classes/{number}/place", f"/booking/classes/{number}/book"

    def act(n: int) -> Act:
        if n % 2:
            return lambda: house.phones[n // 2].post(phone, key=form_key())
        return lambda: house.desks[n % 3].post(desk, guest=f"来电 {n}", key=form_key())

    return crowd(act)


def lapsed_hold(house: House, day: int) -> list[Act]:
    """Let all want a time that was kept too long; she who kept it is one of the crowd."""
    key = form_key()
    hold = house.visit(day, "12:00", member_id=house.members[0], source="phone", keep=True, key=key)
    over = sa.update(Visit).where(Visit.id == hold)
    api.unit(
        lambda: api.db.session.execute(over.values(hold_until=api.now() - dt.timedelta(seconds=1)))
    )()
    told = {
        "store": house.salon.store_id,
        "variant": house.salon.variant_id,
        "staff": house.salon.staff_ids[0],
        "at": house.at(day, "12:00").isoformat(),
        "key": key,
    }

    def act(number: int) -> Act:
        if number == 1:
            return lambda: house.phones[0].post("/booking/confirm", **told)
        return house.anybody(number, day, "12:00", 0)

    return crowd(act)


#: Those of the house as it is and of its control; `two_pending_are_approved` begins with times
#: that are kept already, so its control is that two get there.
RACES: tuple[Race, ...] = (
    same_start,
    overlapping_starts,
    two_technicians_one_room,
    any_of_three,
    asked_and_approved,
    two_changes_into_one_time,
    change_and_new,
    cancel_and_rebook,
    class_with_five_places,
    lapsed_hold,
)
