"""The bill of a visit: one tap, one bill, and it ends with the visit."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.booking.api import Visit, Wish, extend_visit, turn_visit
from plugins.cashier.api import Bill, Line, lines_of, shares_of, undo_settlement, void_bill
from plugins.cashier.services.asking import guests_of
from plugins.cashier.services.closing.sheets import unfinished
from plugins.checkout.services.billing import bill_of, bill_visit, visit_of
from plugins.salon.models import Service, Variant
from plugins.salon.services.catalogue import SegmentDraft
from tests.support.booking import MONDAY, Salon, at, new_key
from tests.support.checkout import serve, settle_as_suggested, with_member
from tests.support.salon import add_service

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2, price_fen=12_800)


def status_of(visit: Visit) -> str:
    api.db.session.rollback()
    return api.db.session.get_one(Visit, visit.id).status


@pytest.mark.any_engine
def test_one_tap_makes_a_bill_of_a_visit_with_services_and_technician(salon: Salon) -> None:
    visit = with_member(salon, staff=salon.staff[1])
    bill = serve(visit)
    (line,) = lines_of(bill.id)
    assert (bill.member_id, line.variant_id, line.due_fen) == (
        visit.member_id,
        salon.variant_id,
        12_800,
    )
    ((person, share),) = shares_of([line.id])[line.id]
    assert (person.id, share.named) == (salon.staff_ids[1], True)
    assert visit_of(bill.id) == visit


@pytest.mark.any_engine
def test_a_technician_in_turn_is_not_put_down_as_requested(salon: Salon) -> None:
    bill = serve(salon.book("12:00"))
    (line,) = lines_of(bill.id)
    assert [share.named for _person, share in shares_of([line.id])[line.id]] == [False]
    assert (bill.member_id, bill.label) == (None, "王小姐")


@pytest.mark.any_engine
def test_a_visit_never_gets_two_bills(salon: Salon) -> None:
    visit = with_member(salon)
    first = serve(visit)
    assert bill_visit(visit.id).id == first.id
    assert api.db.session.scalar(sa.select(sa.func.count(Bill.id))) == 1


@pytest.mark.any_engine
def test_a_bill_that_is_made_void_frees_its_visit(salon: Salon) -> None:
    visit = with_member(salon)
    with api.at_moment(at("12:10")):
        first = serve(visit)
        void_bill(first.id, "wrong guest")
        assert bill_of(visit.id) is None
        assert bill_visit(visit.id).id != first.id


def test_a_settled_bill_lets_the_visit_be_done(salon: Salon) -> None:
    visit = with_member(salon)
    bill = serve(visit)
    settle_as_suggested(bill.id)
    assert status_of(visit) == "done"


@pytest.mark.any_engine
def test_a_reopened_bill_stays_the_bill_of_its_visit(salon: Salon) -> None:
    visit = with_member(salon)
    bill = serve(visit)
    settle_as_suggested(bill.id)
    with api.at_moment(at("13:10")):
        undo_settlement(bill.id, "wrong price")
        known = bill_of(visit.id)
    assert known is not None
    assert known.id == bill.id


@pytest.mark.any_engine
def test_a_guest_who_has_not_been_accepted_gets_no_bill(salon: Salon) -> None:
    visit = with_member(salon, source="phone")
    with pytest.raises(api.Conflict, match="once the guest has come"):
        bill_visit(visit.id)


@pytest.mark.any_engine
def test_services_whose_price_is_open_are_entered_at_the_till(salon: Salon) -> None:
    open_one = add_service("彩绘", pricing="open", skill_id=salon.skill.id)
    without_price(open_one.variants[0].id)
    wishes = [salon.wish(), Wish(open_one.variants[0].id)]
    bill = serve(salon.book("12:00", wishes=wishes))
    assert [line.variant_id for line in lines_of(bill.id)] == [salon.variant_id]


@pytest.mark.any_engine
def test_the_till_offers_todays_visits_without_a_bill(salon: Salon) -> None:
    visit, other = with_member(salon), salon.book("14:00")
    with api.at_moment(at("12:05")):
        turn_visit(visit.id, "arrive")
        assert [guest.name for guest in guests_of(salon.store_id)] == ["陈诗雅", "王小姐"]
        bill_visit(visit.id)
        (left,) = guests_of(salon.store_id)
    assert left.url == f"/console/checkout/visits/{other.id}/bill"
    assert left.note.startswith("14:00–15:00")  # noqa: RUF001


@pytest.mark.any_engine
def test_the_day_close_names_visits_that_are_not_done(salon: Salon) -> None:
    visit = with_member(salon)
    with api.at_moment(at("17:00")):
        left = unfinished(salon.store_id, MONDAY)
        assert left.loose_ends[0].words.startswith("12:00–13:00 · 陈诗雅")  # noqa: RUF001
        assert left.count == 1
        turn_visit(visit.id, "no_show")
        assert unfinished(salon.store_id, MONDAY).count == 0


@api.unit
def without_price(variant_id: int) -> None:
    """Leave the price of a variant open."""
    api.db.session.get_one(Variant, variant_id).price_fen = None


def with_extension(salon: Salon) -> Service:
    """Add an add-on of half an hour to the salon's service."""
    extra = add_service("加钟", SegmentDraft("work", 30), extra=True, price_fen=6_000)

    @api.unit
    def allow() -> None:
        service = api.db.session.get_one(Service, salon.service.id)
        service.add_ons.append(api.db.session.get_one(Service, extra.id))

    allow()
    return extra


@pytest.mark.any_engine
def test_more_time_stands_on_the_open_bill_at_once(salon: Salon) -> None:
    extra = with_extension(salon)
    visit = with_member(salon)
    bill = serve(visit)
    with api.at_moment(at("12:30")):
        extend_visit(visit.id, 30, key=new_key())
    lines = lines_of(bill.id)
    assert [line.variant_id for line in lines] == [salon.variant_id, extra.variants[0].id]
    assert lines[1].due_fen == 6_000


@pytest.mark.any_engine
def test_more_time_from_before_the_bill_stands_on_it_too(salon: Salon) -> None:
    with_extension(salon)
    visit = with_member(salon)
    with api.at_moment(at("12:30")):
        turn_visit(visit.id, "arrive")
        extend_visit(visit.id, 30, key=new_key())
        bill = bill_visit(visit.id)
    rows = sa.select(sa.func.count(Line.id)).where(Line.bill_id == bill.id)
    assert api.db.session.scalar(rows) == 2
