"""Stored events: told after commit, again and again until heard, and never half."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask

from console import clock, outbox, worker
from console.db import db
from console.errors import NotFound
from console.host import states
from console.outbox import PAUSES, TRIES, Delivery
from console.unit import unit

pytestmark = pytest.mark.slow


def texts(bell: ModuleType) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(bell.Ring.text).order_by(bell.Ring.id)))


def the_delivery() -> Delivery:
    db.session.rollback()
    return db.session.scalars(sa.select(Delivery)).one()


def try_all() -> None:
    for number in outbox.find_due(100):
        outbox.deliver(number)


def test_an_event_is_heard_once_and_only_after_commit(bell_app: Flask, bell: ModuleType) -> None:
    bell.ring("once")
    assert texts(bell) == []
    worker.drain(bell_app)
    worker.drain(bell_app)
    assert texts(bell) == ["once"]
    assert the_delivery().state == "done"


def test_an_event_of_a_unit_that_fails_is_never_told(bell_app: Flask, bell: ModuleType) -> None:
    @unit
    def ring_in_vain() -> None:
        bell.ring("in vain")
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        ring_in_vain()
    worker.drain(bell_app)
    assert texts(bell) == []


@pytest.mark.parametrize("mood", ["fail", "exit"])
def test_a_listener_that_fails_leaves_nothing_and_is_tried_again_later(
    bell: ModuleType, mood: str
) -> None:
    bell.ring("hello", mood)
    try_all()
    assert texts(bell) == []
    assert the_delivery().tries == 1
    assert outbox.find_due(10) == []
    with clock.frozen(clock.now() + PAUSES[0]):
        try_all()
    assert the_delivery().tries == 2


def test_after_eight_tries_an_event_waits_for_a_person(bell: ModuleType) -> None:
    bell.ring("hello", "fail")
    at = clock.now()
    for pause in (timedelta(0), *PAUSES):
        at += pause + timedelta(seconds=1)
        with clock.frozen(at):
            try_all()
    row = the_delivery()
    assert (row.state, row.tries) == ("dead", TRIES)
    with clock.frozen(at + timedelta(days=30)):
        assert outbox.find_due(10) == []


def test_a_failed_event_says_why_without_the_phone_number(bell: ModuleType) -> None:
    bell.ring("hello", "fail")
    try_all()
    assert the_delivery().problem == "Rung: call 138****8000"


def test_a_dead_event_is_heard_when_it_is_replayed(bell: ModuleType) -> None:
    bell.ring("hello")
    number = the_delivery().id
    for _try in range(TRIES):
        outbox.note_failure(number, "no luck")
    outbox.replay(number)
    try_all()
    assert texts(bell) == ["hello"]


def test_an_event_that_was_heard_cannot_be_replayed(bell: ModuleType) -> None:
    bell.ring("hello")
    try_all()
    with pytest.raises(NotFound):
        outbox.replay(the_delivery().id)


def test_one_failing_event_does_not_hold_up_the_next(bell: ModuleType) -> None:
    bell.ring("bad", "fail")
    bell.ring("good")
    try_all()
    assert texts(bell) == ["good"]


def test_events_of_a_disabled_plugin_wait_until_it_is_enabled(
    bell_app: Flask, bell: ModuleType
) -> None:
    host = bell_app.extensions["console"]
    bell.ring("early")
    states.disable(host, "bell")
    bell.ring("unheard: nobody listens")
    try_all()
    assert texts(bell) == []
    states.enable(host, "bell")
    try_all()
    assert texts(bell) == ["early"]


def test_old_events_are_forgotten_but_not_those_that_wait(bell: ModuleType) -> None:
    bell.ring("old")
    try_all()
    bell.ring("waiting", "fail")
    try_all()
    with clock.frozen(clock.now() + outbox.KEPT + timedelta(days=1)):
        outbox.prune()
    assert the_delivery().facts["text"] == "waiting"
