"""Races for codes: fifty who guess at once are five, fifty who act at once are one."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.messages.api import (
    CodeRefused,
    ProvenPhone,
    WrongCode,
    check_code,
    send_code,
    send_message,
    use_code,
)
from plugins.messages.models import Code
from plugins.messages.services import codes
from plugins.messages.services.drawn_codes import hash_code
from tests.support.messages import (
    PHONE,
    WELCOME,
    Pier,
    add_member,
    messages,
    pier,
    work,
)
from tests.support.parallel import at_once

__all__ = ["pier"]
MANY = 50


def sent_code(app: Flask, channel: type[Pier]) -> str:
    """Ask for a code and read it."""
    send_code(PHONE, "race")
    work(app)
    found = re.search(r"\d{6}", channel.letters[-1].text)
    assert found
    return found[0]


def tries() -> int | None:
    """Return how many tries were counted for the code."""
    api.db.session.rollback()
    return api.db.session.scalar(sa.select(Code.tries))


def act(proven: ProvenPhone) -> str:
    """Do what the code allows."""
    api.unit(lambda: use_code(proven))()
    return "done"


@pytest.mark.usefixtures("roomy")
def test_of_many_who_guess_at_once_five_are_looked_at(app: Flask, pier: type[Pier]) -> None:
    code = sent_code(app, pier)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    answers = at_once(app, MANY, lambda _number: check_code(PHONE, "race", wrong))
    assert {type(answer) for answer in answers} == {WrongCode}
    assert tries() == 5


@pytest.mark.usefixtures("roomy")
def test_of_many_who_act_on_one_code_at_once_one_does(app: Flask, pier: type[Pier]) -> None:
    code = sent_code(app, pier)
    answers = at_once(app, MANY, lambda _number: act(check_code(PHONE, "race", code)))
    assert answers.count("done") == 1
    assert {type(answer) for answer in answers} == {str, WrongCode}
    assert tries() is not None
    assert (tries() or 0) <= 5


@pytest.mark.usefixtures("roomy")
def test_the_race_is_real_when_nothing_is_counted(
    app: Flask, pier: type[Pier], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = sent_code(app, pier)
    monkeypatch.setattr(codes, "_count_and_compare", compare_alone)
    answers = at_once(app, MANY, lambda _number: check_code(PHONE, "race", code).phone)
    assert answers.count(PHONE) == MANY


def compare_alone(phone: str, purpose: str, typed: str) -> ProvenPhone | None:
    """Compare without counting, as somebody would write who trusts what she read."""
    row = api.db.session.scalars(sa.select(Code)).one()
    same = row.code_hash == hash_code(row.phone_key, purpose, typed)
    return ProvenPhone(phone, purpose, row.id) if same else None


@pytest.mark.usefixtures("roomy")
def test_of_many_who_ask_at_once_for_one_phone_one_gets_a_code(
    app: Flask, pier: type[Pier]
) -> None:
    answers = at_once(app, 20, lambda number: send_code(PHONE, f"race{chr(97 + number)}"))
    assert answers.count(None) == 1
    assert {type(answer) for answer in answers} == {type(None), CodeRefused}
    assert api.db.session.scalar(sa.select(sa.func.count(Code.id))) == 1


def test_of_many_who_tell_the_same_one_message_is_kept(app: Flask, pier: type[Pier]) -> None:
    member = add_member()

    def tell(_number: int) -> int | None:
        return send_message(member, WELCOME, {"number": 7}, key="race:1")

    answers = at_once(app, 12, tell)
    work(app)
    assert len(set(answers)) == len(messages()) == len(pier.letters) == 1


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one address try as often as it likes; what is counted for the phone is at stake."""
    monkeypatch.setattr(codes, "ASKS", 1000)
    monkeypatch.setattr(codes, "CHECKS", 1000)
