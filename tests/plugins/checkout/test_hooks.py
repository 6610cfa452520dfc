"""Any plugin may add to bookings and to the till what this one does: by the same hooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import pytest
from flask import Flask

from console import api
from plugins.booking.api import (
    Asked,
    Note,
    Terms,
    book,
    booking_lead_guest,
    booking_phone_notes,
    booking_visit_marks,
    booking_visit_sending,
    booking_visit_turning,
)
from plugins.booking.services.paying import next_page, notes_of, send_visit, terms_of
from plugins.booking.services.showing import marks_of
from plugins.cashier.api import (
    Guest,
    LooseEnd,
    PaidAhead,
    arrive,
    cashier_deposits,
    cashier_guests,
    cashier_loose_ends,
    cashier_member_arriving,
)
from plugins.cashier.services.asking import deposits_for, guests_of, loose_ends
from plugins.membership.api import show_code
from tests.support.booking import MONDAY, Salon, at, new_key
from tests.support.membership import join
from tests.support.till import bill_of

pytestmark = pytest.mark.any_engine


class Neighbour:
    """A plugin that has something to say to each of the hooks."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @api.hookimpl
    def booking_terms(self, asked: Asked) -> Iterator[Terms]:
        yield Terms(["Please shower first."])

    @api.hookimpl
    def booking_visit_sending(self, visit_id: int, form: Mapping[str, str]) -> int:
        self.heard.append(f"{booking_visit_sending.__name__}:{form['way']}")
        return 7

    @api.hookimpl
    def booking_visit_turning(self, visit_id: int, act: str) -> None:
        self.heard.append(f"{booking_visit_turning.__name__}:{act}")

    @api.hookimpl
    def cashier_member_arriving(self, arrival_id: int) -> None:
        self.heard.append(cashier_member_arriving.__name__)

    @api.hookimpl
    def booking_visit_marks(self, visit_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        yield visit_ids[0], booking_visit_marks.__name__

    @api.hookimpl
    def booking_lead_guest(self, visit_id: int) -> str:
        return f"/{booking_lead_guest.__name__}/{visit_id}"

    @api.hookimpl
    def booking_phone_notes(self, visit_id: int) -> Iterator[Note]:
        yield Note(booking_phone_notes.__name__, "ready")

    @api.hookimpl
    def cashier_guests(self, store_id: int) -> Iterator[Guest]:
        yield Guest(cashier_guests.__name__, "12:00", "/")

    @api.hookimpl
    def cashier_loose_ends(self, store_id: int, day_on: dt.date) -> Iterator[LooseEnd]:
        yield LooseEnd("", cashier_loose_ends.__name__, "/")

    @api.hookimpl
    def cashier_deposits(self, bill_id: int) -> Iterator[PaidAhead]:
        yield PaidAhead(cashier_deposits.__name__, 100)
        yield PaidAhead("nothing", 0)


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=1, price_fen=12_800)


@pytest.fixture
def neighbour(app: Flask, salon: Salon) -> Iterator[Neighbour]:
    manager = app.extensions["console"].pm
    manager.register(made := Neighbour(), "checkout:neighbour")
    yield made
    manager.unregister(made)


def test_terms_keep_the_time_and_the_guest_is_led_on(salon: Salon, neighbour: Neighbour) -> None:
    member, key = join(store=salon.store_id).id, new_key()
    times = (salon.store_id, at("12:00"), [salon.wish()])
    book(*times, key=key, member_id=member, source="phone", keep=True)
    told = terms_of(salon.store_id, member, at("12:00"), [salon.wish()])
    assert ["Please shower first."] in [list(one.words) for one in told]
    visit = send_visit(key, form={"way": "bus"})
    assert (visit.status, visit.hold_until) == ("hold", api.now() + dt.timedelta(minutes=7))
    assert next_page(visit) == f"/booking_lead_guest/{visit.id}"
    assert "booking_phone_notes" in [note.label for note in notes_of(visit)]
    assert neighbour.heard == ["booking_visit_sending:bus"]


def test_acts_on_a_visit_are_joined(salon: Salon, neighbour: Neighbour) -> None:
    salon.book("12:00")
    assert neighbour.heard == ["booking_visit_turning:book"]


@pytest.mark.usefixtures("neighbour")
def test_the_till_asks_who_is_here_and_what_is_left(salon: Salon) -> None:
    assert [one.name for one in guests_of(salon.store_id)] == ["cashier_guests"]
    assert [one.words for one in loose_ends(salon.store_id, MONDAY)] == ["cashier_loose_ends"]
    bill_id = bill_of(store_id=salon.store_id)
    assert [one.kind for one in deposits_for(bill_id)] == ["cashier_deposits"]


def test_arrivals_are_joined_and_the_board_shows_what_others_say(
    salon: Salon, neighbour: Neighbour
) -> None:
    visit = salon.book("12:00", member_id=join(store=salon.store_id).id)
    assert marks_of([visit.id]) == {visit.id: "booking_visit_marks"}
    arrive(salon.store_id, show_code(visit.member_id or 0), key=new_key())
    assert neighbour.heard[-1] == "cashier_member_arriving"
