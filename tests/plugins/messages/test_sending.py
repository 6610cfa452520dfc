"""Sending: in the unit, once for each key, in her language, by the channels, with retries."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, clock
from console.jobs import StoredJob
from plugins.membership.services.visitors import put_language
from plugins.messages.api import Undeliverable, count_parts, send_message
from plugins.messages.services.delivering import PAUSES, deliver_again
from plugins.messages.services.sending import count_unread, send_again
from plugins.messages.services.settings import MARKETING_CHANNEL, MARKETING_TO
from plugins.messages.services.texts import show_body
from tests.support.messages import (
    OFFER,
    PHONE,
    WELCOME,
    Pier,
    add_member,
    agree,
    choose,
    deliveries,
    down,
    messages,
    sandbox,
    turn_demo_on,
    work,
)

pytestmark = pytest.mark.either_engine

#: Ten in the morning in the shop, which is in China.
MORNING = dt.datetime(2026, 3, 8, 2, 0, tzinfo=dt.UTC)


def test_a_message_stands_in_the_inbox_and_goes_to_the_channel(
    app: Flask, pier: type[Pier]
) -> None:
    member = add_member()
    number = send_message(member, WELCOME, {"number": 7})
    assert [row.id for row in messages()] == [number]
    assert pier.letters == []
    work(app)
    (letter,) = pier.letters
    assert (letter.phone, letter.member_id) == (PHONE, member)
    assert "7" in letter.text
    assert "Mei" in letter.text
    assert deliveries()[0].state == "sent"
    assert count_unread(member) == 1


def test_nothing_touches_the_network_inside_a_transaction(app: Flask, pier: type[Pier]) -> None:
    send_message(add_member(), WELCOME, {"number": 7})
    work(app)
    assert pier.units == [False]


def test_a_unit_that_fails_sends_nothing(app: Flask, pier: type[Pier]) -> None:
    member = add_member()

    @api.unit
    def act() -> None:
        send_message(member, WELCOME, {"number": 7})
        raise api.Refused("no")

    with pytest.raises(api.Refused):
        act()
    work(app)
    assert messages() == []
    assert pier.letters == []


def test_the_same_key_is_told_once(app: Flask, pier: type[Pier]) -> None:
    member = add_member()
    first = send_message(member, WELCOME, {"number": 7}, key="pier:1")
    assert send_message(member, WELCOME, {"number": 8}, key="pier:1") == first
    work(app)
    assert len(messages()) == len(pier.letters) == 1


def test_a_unit_with_many_messages_asks_the_worker_once(app: Flask, pier: type[Pier]) -> None:
    members = [add_member(str(n), f"1380013800{n}") for n in range(3)]

    @api.unit
    def tell() -> None:
        for member in members:
            send_message(member, WELCOME, {"number": member})

    tell()
    tell()
    jobs = sa.select(sa.func.count()).where(StoredJob.key.endswith("deliver_letters"))
    assert api.db.session.scalar(jobs) == 2
    work(app)
    assert len(pier.letters) == 6


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "Welcome, Mei. Your number is 7."), ("zh_Hans_CN", "Mei"), (None, "Mei")],
)
def test_a_letter_is_written_in_the_language_of_its_reader(
    app: Flask, pier: type[Pier], locale: str | None, said: str
) -> None:
    member = add_member()
    if locale:
        speak(member, locale)
    send_message(member, WELCOME, {"number": 7})
    work(app)
    assert said in pier.letters[0].text


def speak(member: int, locale: str) -> None:
    """Let a member read in a language."""
    put_language(member, locale)


def test_a_message_is_read_in_the_language_of_the_moment(app: Flask) -> None:
    send_message(add_member(), WELCOME, {"number": 7})
    with api.speaking("en"):
        assert show_body(messages()[0]) == "Welcome, Mei. Your number is 7."


def test_a_fact_that_is_missing_is_found_at_once(app: Flask) -> None:
    with pytest.raises(KeyError):
        send_message(add_member(), WELCOME)


def test_a_message_leads_to_pages_of_members_only(app: Flask) -> None:
    member = add_member()
    with pytest.raises(ValueError, match="no page of members"):
        send_message(member, WELCOME, {"number": 7}, url="https://evil.example/")
    send_message(member, WELCOME, {"number": 7}, url="/membership/card")


def test_nobody_is_written_to_under_a_number_that_nobody_has(app: Flask) -> None:
    assert send_message(4711, WELCOME, {"number": 7}) is None
    assert messages() == []


def test_a_member_without_a_phone_has_her_inbox(app: Flask, pier: type[Pier]) -> None:
    assert send_message(add_member(phone=None), WELCOME, {"number": 7})
    work(app)
    assert (len(messages()), pier.letters, deliveries()) == (1, [], [])


def test_without_a_channel_messages_stay_in_the_inbox(app: Flask, pier: type[Pier]) -> None:
    choose("")
    assert send_message(add_member(), WELCOME, {"number": 7})
    assert deliveries() == []


def test_marketing_needs_her_consent(app: Flask, pier: type[Pier]) -> None:
    member = add_member()
    with clock.frozen(MORNING):
        assert send_message(member, OFFER) is None
        agree(member)
        assert send_message(member, OFFER)
        work(app)
    assert len(messages()) == len(pier.letters) == 1
    assert "R" in pier.letters[0].text


def test_consent_withdrawn_on_the_way_stops_the_letter(app: Flask, pier: type[Pier]) -> None:
    member = add_member()
    agree(member)
    with clock.frozen(MORNING):
        send_message(member, OFFER)
        agree(member, yes=False)
        work(app)
    assert pier.letters == []
    assert deliveries()[0].state == "dropped"


def test_marketing_waits_for_the_morning_and_service_does_not(app: Flask, pier: type[Pier]) -> None:
    member = add_member()
    agree(member)
    night = MORNING + dt.timedelta(hours=11)
    with clock.frozen(night):
        send_message(member, OFFER)
        send_message(member, WELCOME, {"number": 7})
        work(app)
        assert [letter.member_id for letter in pier.letters] == [member]
        assert deliveries()[0].due_at == MORNING + dt.timedelta(hours=23)
    with clock.frozen(MORNING + dt.timedelta(hours=23)):
        deliver_again()
    assert len(pier.letters) == 2


@pytest.mark.usefixtures("pier")
def test_the_owner_decides_how_late_marketing_may_come(app: Flask) -> None:
    member = add_member()
    agree(member)
    with clock.frozen(MORNING + dt.timedelta(hours=10)):
        api.unit(lambda: MARKETING_TO.put("18:00"))()
        send_message(member, OFFER)
        assert deliveries()[0].due_at == MORNING + dt.timedelta(hours=23)


@pytest.mark.usefixtures("pier")
def test_marketing_comes_once_a_day_and_four_times_a_month(app: Flask) -> None:
    member = add_member()
    agree(member)
    came = []
    for day in range(7):
        with clock.frozen(MORNING + dt.timedelta(days=day)):
            came.append(send_message(member, OFFER) is not None)
            assert send_message(member, OFFER) is None
    assert came == [True] * 4 + [False] * 3


def test_a_letter_that_fails_is_tried_again_later_and_later(app: Flask, pier: type[Pier]) -> None:
    pier.troubles.extend(down() for _turn in range(9))
    with clock.frozen(MORNING):
        send_message(add_member(), WELCOME, {"number": 7})
        work(app)
    at = MORNING
    for pause in PAUSES:
        (row,) = deliveries()
        assert (row.state, row.due_at - at) == ("waiting", pause)
        assert row.problem == "the provider is busy"
        at = row.due_at
        with clock.frozen(at):
            deliver_again()
        api.db.session.rollback()
    assert deliveries()[0].state == "failed"
    pier.troubles.clear()
    assert send_again([messages()[0].id]) == 1
    work(app)
    assert len(pier.letters) == 1
    assert deliveries()[0].state == "sent"


def test_a_number_that_cannot_be_reached_is_not_tried_again(app: Flask, pier: type[Pier]) -> None:
    pier.troubles.append(Undeliverable("there is no such number"))
    send_message(add_member(), WELCOME, {"number": 7})
    work(app)
    assert deliveries()[0].state == "failed"


def test_a_channel_that_breaks_holds_up_no_other_letter_and_betrays_nothing(
    app: Flask, pier: type[Pier]
) -> None:
    pier.troubles.append(RuntimeError(f"no route to {PHONE}"))
    send_message(add_member(), WELCOME, {"number": 7})
    send_message(add_member("Li", "13800138001"), WELCOME, {"number": 8})
    work(app)
    assert [letter.phone for letter in pier.letters] == ["13800138001"]
    assert deliveries()[0].problem == "RuntimeError"


def test_a_letter_the_worker_died_on_comes_due_again(app: Flask, pier: type[Pier]) -> None:
    pier.troubles.append(KeyboardInterrupt())
    with clock.frozen(MORNING):
        send_message(add_member(), WELCOME, {"number": 7})
        with pytest.raises(KeyboardInterrupt):
            deliver_again()
        api.db.session.rollback()
        deliver_again()
        assert pier.letters == []
    with clock.frozen(MORNING + dt.timedelta(minutes=6)):
        deliver_again()
    assert len(pier.letters) == 1


def test_a_channel_that_is_gone_keeps_its_letters_waiting(app: Flask, pier: type[Pier]) -> None:
    choose("gone")
    send_message(add_member(), WELCOME, {"number": 7})
    work(app)
    assert (deliveries()[0].state, deliveries()[0].problem) == (
        "waiting",
        "its channel is not there",
    )


def test_in_the_demo_no_real_channel_gets_a_letter(app: Flask, pier: type[Pier]) -> None:
    turn_demo_on()
    send_message(add_member(), WELCOME, {"number": 7})
    work(app)
    assert pier.letters == []
    assert [row.phone for row in sandbox()] == [PHONE]


def test_in_the_demo_no_real_channel_can_be_chosen(app: Flask, pier: type[Pier]) -> None:
    assert [key for key, _label in MARKETING_CHANNEL.options()] == ["", "sandbox", "pier"]
    turn_demo_on()
    assert [key for key, _label in MARKETING_CHANNEL.options()] == ["", "sandbox"]


@pytest.mark.parametrize(("length", "parts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
@pytest.mark.any_engine
def test_an_sms_is_charged_by_parts(app: Flask, length: int, parts: int) -> None:
    assert count_parts("\u7f8e" * length) == parts
