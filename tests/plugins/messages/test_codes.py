"""Codes: six digits, five tries, ten minutes, one act; the same for every number."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, clock
from plugins.messages.api import CodeRefused, WrongCode, check_code, send_code, use_code
from plugins.messages.models import AskingPhone, Code
from plugins.messages.services.codes import ASKS, CHECKS
from plugins.messages.services.delivering import deliver_again, prune_letters
from tests.support.messages import (
    PHONE,
    Pier,
    add_member,
    deliveries,
    sandbox,
    turn_demo_on,
    work,
)

pytestmark = pytest.mark.either_engine

NOON = dt.datetime(2026, 3, 8, 4, 0, tzinfo=dt.UTC)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
STRANGER = "13900000000"


def ask(app: Flask, pier: type[Pier], phone: str = PHONE, purpose: str = "test") -> str:
    """Ask for a code and return it as it was sent."""
    send_code(phone, purpose)
    work(app)
    found = re.search(r"\d{6}", pier.letters[-1].text)
    assert found
    return found[0]


def other(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_right_code_is_good_for_one_act(app: Flask, pier: type[Pier]) -> None:
    proven = check_code(PHONE, "test", ask(app, pier))
    api.unit(lambda: use_code(proven))()
    with pytest.raises(WrongCode):
        api.unit(lambda: use_code(proven))()


def test_a_code_stays_good_when_the_act_fails(app: Flask, pier: type[Pier]) -> None:
    proven = check_code(PHONE, "test", ask(app, pier))

    @api.unit
    def act() -> None:
        use_code(proven)
        raise api.Conflict("somebody was first")

    with pytest.raises(api.Conflict):
        act()
    api.unit(lambda: use_code(proven))()


def test_a_code_is_typed_as_people_type(app: Flask, pier: type[Pier]) -> None:
    code = ask(app, pier)
    assert check_code(PHONE, "test", f" {code[:3]} {code[3:]} ").phone == PHONE


def test_five_wrong_tries_end_a_code(app: Flask, pier: type[Pier]) -> None:
    code = ask(app, pier)
    for _turn in range(5):
        with pytest.raises(WrongCode):
            check_code(PHONE, "test", other(code))
    with pytest.raises(WrongCode):
        check_code(PHONE, "test", code)


def test_a_code_is_good_for_ten_minutes(app: Flask, pier: type[Pier]) -> None:
    with clock.frozen(NOON):
        code = ask(app, pier)
    with clock.frozen(NOON + 9.9 * MINUTE):
        check_code(PHONE, "test", code)
    with clock.frozen(NOON + 10 * MINUTE), pytest.raises(WrongCode):
        check_code(PHONE, "test", code)


def test_a_new_code_ends_the_one_before(app: Flask, pier: type[Pier]) -> None:
    with clock.frozen(NOON):
        former = ask(app, pier)
    with clock.frozen(NOON + MINUTE):
        latest = ask(app, pier)
        if former != latest:
            with pytest.raises(WrongCode):
                check_code(PHONE, "test", former)
        check_code(PHONE, "test", latest)
    live = sa.select(sa.func.count()).where(Code.ended_at.is_(None))
    assert api.db.session.scalar(live) == 1


def test_a_code_is_for_its_phone_and_purpose(app: Flask, pier: type[Pier]) -> None:
    with clock.frozen(NOON):
        code = ask(app, pier)
        for phone, purpose in ((PHONE, "other"), (STRANGER, "test")):
            with pytest.raises(WrongCode):
                check_code(phone, purpose, code)
    with clock.frozen(NOON + MINUTE):
        ask(app, pier, purpose="other")
        check_code(PHONE, "test", code)


def test_one_code_a_minute_and_five_a_day(app: Flask, pier: type[Pier]) -> None:
    for number in range(5):
        with clock.frozen(NOON + number * MINUTE):
            send_code(PHONE, "test")
            with pytest.raises(CodeRefused, match=r"minute|\u5206\u949f"):
                send_code(PHONE, "other")
    with clock.frozen(NOON + 5 * MINUTE), pytest.raises(CodeRefused):
        send_code(PHONE, "test")
    with clock.frozen(NOON + 5 * MINUTE):
        send_code(STRANGER, "test")
    with clock.frozen(NOON + DAY):
        send_code(PHONE, "test")


def test_one_address_asks_and_guesses_so_often_only(app: Flask, pier: type[Pier]) -> None:
    with clock.frozen(NOON):
        for number in range(ASKS):
            send_code(f"1390000{number:04}", "test")
        with pytest.raises(api.Refused) as refused:
            send_code(PHONE, "test")
            send_code("13900009999", "test")
        assert refused.value.status == 429
        for _turn in range(CHECKS):
            with pytest.raises(WrongCode):
                check_code(PHONE, "test", "000000")
        with pytest.raises(api.Refused) as refused:
            check_code(PHONE, "test", "000000")
        assert refused.value.status == 429


def test_known_and_unknown_numbers_cause_the_same_work(app: Flask, pier: type[Pier]) -> None:
    add_member(phone=PHONE)
    send_code("13700000000", "test")  # from here on the address is known
    with pytest.raises(WrongCode):
        check_code("13700000000", "test", "12")
    done = {}
    for phone in (PHONE, STRANGER):
        statements: list[str] = []
        listen = lambda *told: statements.append(told[2])  # noqa: B023, E731
        sa.event.listen(api.db.engine, "before_cursor_execute", listen)
        send_code(phone, "test")
        with pytest.raises(WrongCode) as wrong:
            check_code(phone, "test", "12")
        sa.event.remove(api.db.engine, "before_cursor_execute", listen)
        done[phone] = ([re.sub(r"\d+", "", each) for each in statements], str(wrong.value))
    assert done[PHONE] == done[STRANGER]


def test_wrong_used_old_and_unknown_codes_get_one_answer(app: Flask, pier: type[Pier]) -> None:
    answers = set()
    with clock.frozen(NOON):
        code = ask(app, pier)
        api.unit(lambda proven: use_code(proven))(check_code(PHONE, "test", code))
    tries = [(NOON, PHONE, code), (NOON, STRANGER, code), (NOON + DAY, PHONE, code)]
    for at, phone, typed in [*tries, (NOON, PHONE, ""), (NOON, PHONE, "\u0661" * 6)]:
        with clock.frozen(at), pytest.raises(WrongCode) as refused:
            check_code(phone, "test", typed)
        answers.add((refused.value.status, str(refused.value)))
    assert len(answers) == 1


def test_the_database_keeps_neither_code_nor_phone(app: Flask, pier: type[Pier]) -> None:
    code = ask(app, pier)
    kept = api.db.session.scalars(sa.select(Code)).one()
    words = " ".join(str(value) for value in vars(kept).values())
    assert code not in words
    assert PHONE not in words
    assert PHONE not in api.db.session.scalars(sa.select(AskingPhone.phone_key)).one()


def test_a_lost_code_is_drawn_anew_at_the_next_try(app: Flask, pier: type[Pier]) -> None:
    pier.troubles.append(RuntimeError("lost"))
    with clock.frozen(NOON):
        send_code(PHONE, "test")
        work(app)
    with clock.frozen(NOON + MINUTE):
        work(app)
        deliver_again()
        found = re.search(r"\d{6}", pier.letters[0].text)
        assert found
        check_code(PHONE, "test", found[0])


def test_the_sandbox_shows_a_code_in_the_demo_only(app: Flask) -> None:
    with clock.frozen(NOON):
        send_code(PHONE, "test")
        work(app)
    assert not re.search(r"\d", sandbox()[0].text)
    turn_demo_on()
    with clock.frozen(NOON + MINUTE):
        send_code(PHONE, "test")
        work(app)
        found = re.search(r"\d{6}", sandbox()[1].text)
        assert found
        check_code(PHONE, "test", found[0])


def test_counting_outlives_the_unit_so_it_must_not_be_in_one(app: Flask) -> None:
    for act in (
        lambda: send_code(PHONE, "test"),
        lambda: check_code(PHONE, "test", "123456"),
    ):
        with pytest.raises(RuntimeError, match="outlive"):
            api.unit(act)()


def test_old_codes_are_forgotten(app: Flask, pier: type[Pier]) -> None:
    with clock.frozen(NOON):
        ask(app, pier)
    with clock.frozen(NOON + 3 * DAY):
        prune_letters()
    assert api.db.session.scalar(sa.select(sa.func.count(Code.id))) == 0
    assert api.db.session.scalar(sa.select(sa.func.count(AskingPhone.phone_key))) == 0
    assert deliveries() == []
