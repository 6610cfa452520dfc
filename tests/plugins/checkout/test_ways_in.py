"""Whatever way a member comes to a time, she is asked for the same deposit before it is hers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from console import api, demo
from console.testing.plugin import Work
from plugins.booking.api import (
    GroupClass,
    Visit,
    Wait,
    WaitDraft,
    join_waiting,
    serve_waiting,
    take_offer,
)
from plugins.booking.services.class_sending import send_place
from plugins.booking.services.classes import ClassDraft, Full, plan_classes
from plugins.booking.services.paying import next_page
from plugins.booking.services.waiting_offers import decline_offer
from plugins.cashier.api import settle
from plugins.checkout.models import Deposit
from plugins.checkout.services.billing import open_deposit_bill
from tests.support.booking import MONDAY, MORNING, Salon, at, new_key
from tests.support.checkout import add_rule, deposit_now, pay_deposit
from tests.support.membership import join
from tests.support.pages import words
from tests.support.parallel import at_once
from tests.support.phones import phone_of
from tests.support.till import cash

pytestmark = pytest.mark.usefixtures("in_english")
KEY = "booking:0123456789abcdef01234567"


@pytest.fixture
def salon(app: Flask) -> Salon:
    """A salon that asks for ¥50, and takes money online."""
    api.unit(lambda: demo.STATE.put("on"))()
    salon = Salon(price_fen=12_800)
    add_rule()
    return salon


def members(count: int) -> list[int]:
    return [join(f"Guest {n}", phone=f"1380013{n:04}").id for n in range(count)]


def wait_for(salon: Salon, member_id: int, **more: Any) -> int:
    """Put a member on the list for noon, or for a class, and return her place."""
    wanted = {"variant_ids": (salon.variant_id,), "from_minute": 720, "to_minute": 721}
    draft = WaitDraft(MONDAY, MONDAY, member_id=member_id, **(more or wanted))
    wait_id = join_waiting(salon.store_id, draft, key=new_key()).id
    serve_waiting(salon.store_id)
    return wait_id


def wait_now(wait_id: int) -> Wait:
    api.db.session.rollback()
    return api.db.session.get_one(Wait, wait_id)


def visit_of_key(key: str) -> Visit | None:
    """Return a visit by what stays its own; SQLite gives a number again."""
    api.db.session.rollback()
    return api.db.session.query(Visit).filter_by(key=key).first()


def later(minutes: int) -> Any:
    return api.at_moment(MORNING + dt.timedelta(minutes=minutes))


def planned(salon: Salon, capacity: int = 1, price_fen: int | None = None) -> GroupClass:
    leader = salon.staff_ids[0]
    draft = ClassDraft(salon.variant_id, leader, at("12:00"), capacity, "Yoga", price_fen)
    return plan_classes(salon.store_id, draft, key=new_key())[0]


def test_what_the_waiting_list_offers_is_hers_with_the_deposit(salon: Salon) -> None:
    (member,) = members(1)
    wait = wait_for(salon, member)
    with later(10):
        visit = take_offer(wait, {})
        assert visit.status == "hold"
        assert next_page(visit) == f"/cashier/buy/deposit?visit_id={visit.id}"
        assert wait_now(wait).offered_until == MORNING + dt.timedelta(minutes=25)
    with later(20):
        assert take_offer(wait, {}).hold_until == MORNING + dt.timedelta(minutes=25)
        assert serve_waiting(salon.store_id) == 0
        assert pay_deposit(visit).state == "paid"
        assert take_offer(wait, {}).status == "confirmed"
    assert wait_now(wait).state == "taken"


def test_who_does_not_pay_in_time_leaves_the_offer_to_the_next(salon: Salon, work: Work) -> None:
    first, second = (wait_for(salon, member) for member in members(2))
    visit = take_offer(first, {})
    deposit_id, bill = deposit_now(visit.id).id, open_deposit_bill(visit.id, key=new_key())
    with later(16):
        assert serve_waiting(salon.store_id) == 1
        assert wait_now(second).state == "offered"
        with pytest.raises(api.Conflict, match="kept for too long"):
            take_offer(first, {})
        settle(bill.id, [cash(50)], key=new_key())
        work()
    assert api.db.session.get_one(Deposit, deposit_id).state == "returned"
    assert wait_now(second).state == "offered"


@pytest.mark.any_engine
def test_an_offer_that_is_paid_for_can_no_longer_be_declined(salon: Salon) -> None:
    (member,) = members(1)
    wait = wait_for(salon, member)
    visit = take_offer(wait, {})
    pay_deposit(visit)
    with pytest.raises(api.Conflict, match="nothing to decline"):
        decline_offer(wait)
    serve_waiting(salon.store_id)
    assert (wait_now(wait).state, wait_now(wait).visit_id) == ("taken", visit.id)


@pytest.mark.any_engine
def test_what_staff_take_for_her_is_paid_at_the_desk(salon: Salon) -> None:
    (member,) = members(1)
    visit = take_offer(wait_for(salon, member))
    assert visit.status == "confirmed"
    assert deposit_now(visit.id).state == "due"


def test_a_place_in_a_class_is_hers_with_the_deposit(salon: Salon) -> None:
    first, second = members(2)
    group = planned(salon)
    visit = send_place(group.id, key="a", member_id=first, form={})
    assert visit.status == "hold"
    again = send_place(group.id, key="b", member_id=first, form={})
    assert again.id == visit.id
    with pytest.raises(Full):
        send_place(group.id, key="c", member_id=second, form={})
    pay_deposit(visit)
    assert send_place(group.id, key="a", member_id=first, form={}).status == "confirmed"


@pytest.mark.any_engine
def test_a_place_that_nobody_paid_for_goes_to_who_waits(salon: Salon) -> None:
    first, second = members(2)
    group = planned(salon)
    send_place(group.id, key="a", member_id=first, form={})
    wait = wait_for(salon, second, class_id=group.id)
    assert wait_now(wait).state == "waiting"
    with later(16):
        serve_waiting(salon.store_id)
        assert wait_now(wait).state == "offered"
        with pytest.raises(Full):
            send_place(group.id, key="a", member_id=first, form={})
        visit = take_offer(wait, {})
        assert visit.status == "hold"
        pay_deposit(visit)
        assert take_offer(wait, {}).status == "confirmed"


@pytest.mark.any_engine
def test_a_place_asks_for_no_more_than_the_class_costs(app: Flask, salon: Salon) -> None:
    (member,) = members(1)
    group = planned(salon, price_fen=3_000)
    page = phone_of(app, member).get(f"/booking/classes/{group.id}")
    assert "Booking deposit: ¥30.00" in words(page.text)
    visit = send_place(group.id, key="a", member_id=member, form={})
    assert deposit_now(visit.id).amount_fen == 3_000


@pytest.mark.any_engine
def test_a_place_that_lapsed_is_booked_again_while_one_is_free(salon: Salon) -> None:
    (member,) = members(1)
    group = planned(salon)
    before = send_place(group.id, key="a", member_id=member, form={}).key
    with later(16):
        visit = send_place(group.id, key="a", member_id=member, form={})
        assert (visit.status, visit.key == before) == ("hold", False)


def test_money_and_the_next_offer_race_for_a_lapsed_time(
    app: Flask, salon: Salon, work: Work
) -> None:
    first, second = (wait_for(salon, member) for member in members(2))
    visit = take_offer(first, {})
    key, deposit_id = visit.key, deposit_now(visit.id).id
    bill_id = open_deposit_bill(visit.id, key=new_key()).id

    def act(number: int) -> None:
        with later(16):
            if number:
                serve_waiting(salon.store_id)
            else:
                settle(bill_id, [cash(50)], key=new_key())

    assert at_once(app, 2, act) == [None, None]
    with later(17):
        work()
        serve_waiting(salon.store_id)
        booked = visit_of_key(key)
        paid = api.db.session.get_one(Deposit, deposit_id, populate_existing=True).state
        hers = (wait_now(first).state, paid, wait_now(second).state)
    if booked is not None:
        assert (booked.status, hers) == ("confirmed", ("taken", "paid", "waiting"))
    else:
        assert hers == ("waiting", "returned", "offered")


@pytest.mark.any_engine
def test_on_the_phone_both_lead_to_the_terms_and_to_the_payment(app: Flask, salon: Salon) -> None:
    first, second = members(2)
    group = planned(salon, 2)
    mine, other = phone_of(app, first), phone_of(app, second)
    page = f"/booking/classes/{group.id}"
    assert "Booking deposit: ¥50.00" in words(mine.get(page).text)
    assert "You pay ¥50.00" in words(mine.post(f"{page}/book", key=KEY).text)
    assert "Kept for you until 09:15 Go on with it" in words(mine.get(page).text)
    assert f'href="{page}">Back' in mine.post(f"{page}/book", key=KEY).text
    draft = WaitDraft(MONDAY, MONDAY, (salon.variant_id,), member_id=second)
    wait = join_waiting(salon.store_id, draft, key=new_key()).id
    serve_waiting(salon.store_id)
    page = f"/booking/waiting/{wait}"
    assert "Booking deposit: ¥50.00" in words(other.get(page).text)
    paying = other.post(f"{page}/take")
    assert "You pay ¥50.00" in words(paying.text)
    assert "Go on with it" in words(other.get(page).text)
    visit = wait_now(wait).visit
    assert visit is not None
    address, number = paying.request.full_path, visit.id
    pay_deposit(visit)
    assert other.get(page).request.path == f"/booking/mine/{number}"
    other.post(f"{page}/decline")
    assert other.get(address).status_code == 409
