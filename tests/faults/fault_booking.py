"""Booking under kill -9: every act at every fail point, and web and worker while guests book.

`FAULT_BOOKING_SECONDS` (60) is how long guests book while processes are killed, on each engine.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.outbox import Delivery as Told
from plugins.booking.api import WaitDraft, Wish, free_times, join_waiting, serve_waiting
from plugins.booking.models import Act, Cell, Claim, Visit, Wait, WaitAct
from plugins.booking.services.rosters import ShiftDraft, publish, put_shifts
from plugins.messages.models import Delivery, Message
from tests.faults.booking_guests import Guests, open_doors
from tests.faults.dying_booking import ACTS
from tests.faults.fault_ledger import show
from tests.races.booking_storm import overlaps, unclaimed
from tests.support.booking import ZONE, Salon, lies, new_key
from tests.support.deaths import Deaths
from tests.support.membership import join
from tests.support.people import SignIn

SECONDS = float(os.environ.get("FAULT_BOOKING_SECONDS", "60"))
POINTS = ("before_commit", "after_cells", "after_release")
#: Which points between cells and bits an act passes.
PASSED = {
    "booking": ("after_cells",),
    "change": ("after_cells", "after_release"),
    "proposal": ("after_cells", "after_release"),
    "cancellation": ("after_release",),
    "offer": ("after_cells",),
}
ROWS = (Visit, Cell, Claim, Act, Wait, WaitAct, Message, Delivery, Told)
A_DAY, AN_HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
pytestmark = pytest.mark.timeout(0)


class House:
    """A salon with a roster from today on, and a member."""

    def __init__(self) -> None:
        """Open it."""
        self.salon = Salon(technicians=1, rooms=1)
        self.first_on = api.today(ZONE)
        days = [self.first_on + n * A_DAY for n in range(4)]
        put_shifts(
            self.salon.store_id, [ShiftDraft(self.salon.staff_ids[0], d, (600, 1080)) for d in days]
        )
        publish(self.salon.store_id, days[0], days[-1])
        self.member = join().id

    @property
    def later_on(self) -> dt.date:
        """Return a day on which nobody has booked."""
        return self.first_on + 3 * A_DAY

    def visit(self) -> int:
        """Book at noon of that day."""
        return self.salon.book("12:00", day=self.later_on, member_id=self.member).id

    def kept(self) -> int:
        """Keep that noon for her."""
        facts: dict[str, Any] = {"member_id": self.member, "source": "phone", "keep": True}
        return self.salon.book("12:00", day=self.later_on, **facts).id

    def asked(self) -> int:
        """Let her ask for it, so that somebody may propose another time."""
        facts: dict[str, Any] = {"member_id": self.member, "source": "phone"}
        return self.salon.book("12:00", day=self.later_on, **facts).id

    def wanted(self) -> int:
        """Let somebody wait for that day."""
        draft = WaitDraft(
            self.later_on, self.later_on, (self.salon.variant_id,), member_id=self.member
        )
        return join_waiting(self.salon.store_id, draft, key=new_key()).id

    def waited_for(self) -> int:
        """Let somebody wait in the store, and return it."""
        self.wanted()
        return self.salon.store_id

    def offered(self) -> int:
        """Let somebody wait who was offered a time."""
        wait_id = self.wanted()
        serve_waiting(self.salon.store_id)
        return wait_id

    def near(self) -> int:
        """Book days ago what is due to be reminded of now."""
        wish, now = [Wish(self.salon.variant_id)], api.now()
        days = free_times(self.salon.store_id, wish, self.first_on, self.first_on + A_DAY)
        near = [m for times in days.values() for m in times if m > now + 3 * AN_HOUR]
        with api.at_moment(now - 3 * A_DAY):
            local = near[0].astimezone(dt.timezone(dt.timedelta(hours=8)))
            clock = f"{local:%H:%M}"
            return self.salon.book(clock, day=local.date(), member_id=self.member).id


MAKERS: dict[str, Callable[[House], int]] = {
    "booking": House.visit,
    "kept time": House.kept,
    "change": House.visit,
    "proposal": House.asked,
    "cancellation": House.visit,
    "offer": House.waited_for,
    "taken offer": House.offered,
    "reminders": House.near,
}


def counts() -> list[int]:
    """Return how many rows there are of what an act may write, and each visit as it stands."""
    api.db.session.rollback()
    found = [api.db.session.scalar(sa.select(sa.func.count()).select_from(one)) for one in ROWS]
    versions = sa.select(sa.func.coalesce(sa.func.sum(Visit.version), 0))
    return [*(int(one or 0) for one in found), int(api.db.session.scalar(versions) or 0)]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_dies_at_every_point_is_whole_or_not_there(
    app: Flask, deaths: Deaths, engine: str, act: str
) -> None:
    number = MAKERS[act](House())
    before = counts()
    points = [one for one in POINTS if one == "before_commit" or one in PASSED.get(act, ())]
    for point in points:
        assert deaths.dies(point, ACTS[act], number), f"{act} does not pass {point}"
        assert counts() == before
        assert (lies(), overlaps(), unclaimed()) == ([], 0, 0)
    assert deaths.dies("after_commit", ACTS[act], number)
    done = counts()
    assert done != before
    ACTS[act](number)
    assert counts() == done
    assert (lies(), overlaps(), unclaimed()) == ([], 0, 0)
    show(engine, f"booking: death of {act}", f"{len(points) + 1} points, nothing half, none twice")


def test_guests_book_while_web_and_worker_are_killed(
    app: Flask, migrated_url: str, sign_in: SignIn, engine: str, tmp_path: Path
) -> None:
    doors = open_doors(app, sign_in, migrated_url, tmp_path / "salon")
    guests = Guests(doors, seed=int(time.time()))
    guests.book_while_struck(app, SECONDS)
    figures = guests.account()
    show(engine, "booking: kill -9 of web and worker while guests book", str(figures))
    assert figures.sound
    assert figures.accepted > 0
    assert (lies(), overlaps(), unclaimed()) == ([], 0, 0)
