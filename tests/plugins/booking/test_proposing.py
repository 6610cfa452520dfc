"""Another time that the store proposes, and what the guest answers."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask, current_app

from console import api
from console.inbox import Notice
from console.worker import drain
from plugins.booking.api import (
    Taken,
    Visit,
    answer_proposal,
    change_visit,
    propose_time,
    turn_visit,
)
from plugins.booking.jobs import alert_reviews
from plugins.booking.models import Act
from plugins.booking.services.proposing import lapse_proposals, open_proposal
from plugins.messages.api import Message
from plugins.salon.api import Staff
from tests.support.booking import MORNING, Salon, at, cells, new_key
from tests.support.membership import join
from tests.support.people import add_person

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon()


def asked(salon: Salon, clock: str = "12:00") -> Visit:
    return salon.book(clock, member_id=join().id, source="phone")


def now(visit: Visit) -> tuple[str, dt.datetime]:
    api.db.session.rollback()
    return visit.status, visit.starts_at


def rings() -> list[str]:
    drain(current_app)
    api.db.session.rollback()
    return [str(api.thaw(each.title)) for each in api.db.session.query(Notice).order_by(Notice.id)]


def test_a_proposed_time_is_kept_for_her_and_the_old_one_is_free(salon: Salon) -> None:
    visit = asked(salon)
    propose_time(visit.id, at("15:00"), key=new_key(), note="Amy is free then")
    assert now(visit) == ("pending", at("15:00"))
    assert "12:00" in salon.free()
    assert "15:00" not in salon.free()
    proposal = open_proposal(visit.id)
    assert proposal is not None
    assert (proposal.was_at, proposal.note) == (at("12:00"), "Amy is free then")
    drain(current_app)
    api.db.session.rollback()
    sent = api.db.session.query(Message).order_by(Message.id.desc()).first()
    assert sent is not None
    assert sent.kind == "booking.proposed"


def test_what_she_takes_is_confirmed(salon: Salon) -> None:
    visit = asked(salon)
    propose_time(visit.id, at("15:00"), key=new_key())
    answer_proposal(visit.id, accepted=True)
    answer_proposal(visit.id, accepted=True)
    assert now(visit) == ("confirmed", at("15:00"))
    assert any("takes the proposed time" in ring for ring in rings())
    with pytest.raises(api.Conflict, match="no longer open"):
        answer_proposal(visit.id, accepted=False)


def test_what_she_declines_is_free_again(salon: Salon) -> None:
    visit = asked(salon)
    propose_time(visit.id, at("15:00"), key=new_key())
    answer_proposal(visit.id, accepted=False)
    assert now(visit)[0] == "cancelled"
    assert cells() == 0
    assert sum("cancelled" in ring for ring in rings()) == 0
    assert sum("declined the proposed time" in ring for ring in rings()) == 1


def test_a_taken_time_cannot_be_proposed(salon: Salon) -> None:
    visit = asked(salon)
    salon.book("15:00")
    with pytest.raises(Taken) as refused:
        propose_time(visit.id, at("15:00"), key=new_key())
    assert len(refused.value.alternatives) == 3
    assert now(visit) == ("pending", at("12:00"))
    assert open_proposal(visit.id) is None


def test_a_guest_without_a_phone_page_is_called(salon: Salon) -> None:
    visit = salon.book("12:00")
    with pytest.raises(api.Refused, match="Call her"):
        propose_time(visit.id, at("15:00"), key=new_key())


def test_the_same_form_proposes_once(salon: Salon) -> None:
    visit, key = asked(salon), new_key()
    propose_time(visit.id, at("15:00"), key=key)
    propose_time(visit.id, at("15:00"), key=key)
    assert [act.act for act in visit_acts(visit)].count("propose") == 1


def visit_acts(visit: Visit) -> list[Act]:
    return list(api.db.session.query(Act).filter_by(visit_id=visit.id))


def test_a_booking_that_staff_changed_since_awaits_no_answer(salon: Salon) -> None:
    visit = asked(salon)
    propose_time(visit.id, at("15:00"), key=new_key())
    change_visit(visit.id, at("16:00"), key=new_key())
    assert open_proposal(visit.id) is None


def test_nobody_is_alerted_while_the_guest_has_to_answer(salon: Salon) -> None:
    visit = asked(salon)
    propose_time(visit.id, at("15:00"), key=new_key())
    with api.at_moment(MORNING + dt.timedelta(hours=2)):
        alert_reviews()
    assert not any("still waits" in ring for ring in rings())


def test_an_unanswered_proposal_lapses_and_gives_the_time_back(salon: Salon) -> None:
    visit = asked(salon)
    propose_time(visit.id, at("15:00"), key=new_key())
    with api.at_moment(MORNING + dt.timedelta(hours=25)):
        with pytest.raises(api.Conflict, match="too late"):
            answer_proposal(visit.id, accepted=True)
        lapse_proposals()
        assert now(visit)[0] == "cancelled"
    assert cells() == 0
    assert any("did not answer" in ring for ring in rings())


def test_a_technician_hears_of_what_is_new_moved_and_cancelled(salon: Salon) -> None:
    user = add_person("technician", salon.store_id)
    give_user(salon, user)
    visit = salon.book("12:00", salon.staff[0])
    drain(current_app)
    change_visit(visit.id, at("14:00"), key=new_key())
    drain(current_app)
    turn_visit(visit.id, "cancel")
    drain(current_app)
    api.db.session.rollback()
    mine = api.db.session.query(Notice).filter_by(user_id=user).order_by(Notice.id)
    assert [str(api.thaw(each.title)) for each in mine] == [
        "A new booking for you: 王小姐",
        "Your booking with 王小姐 has another time",
        "Your booking with 王小姐 is cancelled",
    ]


@api.unit
def give_user(salon: Salon, user_id: int) -> None:
    """Let the first technician sign in."""
    api.db.session.get_one(Staff, salon.staff_ids[0]).user_id = user_id
