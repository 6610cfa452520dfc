"""The member code: new every minute, good once, and nobody's guess."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from flask import Flask

from console import api, clock
from console.security.actors import Actor, acting_as
from console.security.signin import TooManyTries
from plugins.membership.api import at_unused_minute, read_code, show_code, use_code
from plugins.membership.models import CodeUse
from plugins.membership.services.digits import make_digits, read_digits
from plugins.membership.services.freezing import freeze_member
from plugins.membership.services.visitors import end_phone_access, start_session
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.people import add_store

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("in_english"), pytest.mark.slow]

NOON = dt.datetime(2026, 5, 20, 4, tzinfo=dt.UTC)
DESK = Actor(name="desk", ip="10.0.0.7")


@pytest.fixture
def member(app: Flask) -> int:
    """The number of a member with a card on her phone."""
    found = join(store=add_store("福田店")).id
    start_session(found)
    return found


def at(seconds: int) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def code_at(member: int, seconds: int = 0) -> str:
    with clock.frozen(at(seconds)):
        return show_code(member)


def test_a_code_has_twenty_digits_and_begins_with_nine(member: int) -> None:
    codes = {code_at(member, 60 * minute) for minute in range(50)}
    assert len(codes) == 50
    assert {(len(code), code.isdecimal(), code[0]) for code in codes} == {(20, True, "9")}
    assert len({code[1:9] for code in codes}) == 50, "her number shows through"


@pytest.mark.parametrize(("seconds", "counts"), [(0, True), (59, True), (90, True), (119, True)])
def test_a_code_counts_in_its_minute_and_the_next(member: int, seconds: int, counts: bool) -> None:
    code = code_at(member)
    with clock.frozen(at(seconds)):
        assert (read_code(code) == member) is counts


@pytest.mark.parametrize("seconds", [120, 150, 3600, -1, -90])
def test_an_old_code_and_one_from_the_future_count_for_nothing(member: int, seconds: int) -> None:
    code = code_at(member)
    with clock.frozen(at(seconds)), pytest.raises(api.Refused, match="does not count"):
        read_code(code)


def test_reading_does_not_use_a_code_up_and_using_does(member: int) -> None:
    with clock.frozen(NOON):
        code = show_code(member)
        assert read_code(f" {code[:10]} {code[10:]}\n") == member
        assert read_code(code) == use_code(code, "pay:1") == member
        with pytest.raises(api.Refused, match="used already"):
            use_code(code, "pay:2")
        with pytest.raises(api.Refused, match="used already"):
            read_code(code)
    with clock.frozen(at(60)):
        assert use_code(show_code(member), "pay:3") == member


def test_a_demo_acts_in_the_last_minute_whose_code_is_free(member: int) -> None:
    @api.unit
    def use_one() -> dt.datetime:
        with at_unused_minute(member):
            use_code(show_code(member), "demo")
            return api.now()

    with clock.frozen(NOON):
        assert [use_one() for _each in range(3)] == [at(0), at(-60), at(-120)]


def test_a_use_goes_back_with_the_unit_that_failed(member: int) -> None:
    @api.unit
    def pay() -> None:
        use_code(code, "pay:1")
        raise api.Refused("the balance is too small")

    with clock.frozen(NOON):
        code = show_code(member)
        with pytest.raises(api.Refused, match="too small"):
            pay()
        assert use_code(code, "pay:1") == member


def test_eight_tills_at_once_use_a_code_once(app: Flask, member: int) -> None:
    code = show_code(member)
    found = at_once(app, 8, lambda number: use_code(code, f"pay:{number}"))
    assert [answer for answer in found if answer == member] == [member]
    refused = [answer for answer in found if isinstance(answer, api.Refused)]
    assert len(refused) == 7, found
    assert api.db.session.query(CodeUse).count() == 1


def test_without_the_row_and_the_lock_a_code_would_serve_more_than_once(
    app: Flask, member: int
) -> None:
    code = show_code(member)
    assert at_once(app, 8, lambda _number: read_code(code)) == [member] * 8


def test_another_digit_makes_it_nobodys(member: int) -> None:
    code = code_at(member)
    with clock.frozen(NOON), acting_as(DESK):
        for place in range(20):
            other = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
            with acting_as(replace(DESK, ip=f"10.0.1.{place}")), pytest.raises(api.Refused):
                read_code(other)


def test_what_was_shown_before_a_phone_was_changed_is_void(member: int) -> None:
    with clock.frozen(NOON):
        stolen = show_code(member)
        end_phone_access(member)
        with pytest.raises(api.Refused, match="does not count"):
            read_code(stolen)
        assert read_code(show_code(member)) == member


def test_a_frozen_member_is_found_and_pays_nothing(member: int) -> None:
    freeze_member(member, "lost her phone")
    code = show_code(member)
    assert read_code(code) == member
    with pytest.raises(api.Refused, match="lost her phone"):
        use_code(code, "pay:1")


def test_a_terminal_that_guesses_soon_waits_and_others_do_not(member: int) -> None:
    with clock.frozen(NOON):
        code = show_code(member)
        with acting_as(DESK):
            for number in range(10):
                with pytest.raises(api.Refused, match="does not count"):
                    read_code(f"9{number:019}")
            with pytest.raises(TooManyTries):
                read_code(code)
        with acting_as(Actor(name="till", till_id=3)):
            assert read_code(code) == member


def test_right_scans_are_not_counted_however_many(member: int) -> None:
    with clock.frozen(NOON), acting_as(DESK):
        code = show_code(member)
        for _scan in range(70):
            assert read_code(code) == member


@pytest.mark.any_engine
def test_two_hundred_thousand_guesses_find_nobody_among_twenty_thousand() -> None:
    keys, minute = [b"one secret key"], 29_655_555
    series = dict.fromkeys(range(1, 20_001), 0)
    draw = random.Random(20260520)
    hits = 0
    for _guess in range(200_000):
        code = f"9{draw.randrange(10**19):019}"
        hits += read_digits(keys, code, minute, series.get) is not None
    assert hits == 0


@pytest.mark.any_engine
def test_a_new_secret_key_lets_the_codes_of_the_former_one_run_out() -> None:
    old, new = b"the old key", b"the new key"
    code = make_digits(old, 7, 0, 1000)
    assert read_digits([new, old], code, 1000, {7: 0}.get) == (7, 1000)
    assert read_digits([new], code, 1000, {7: 0}.get) is None


@pytest.mark.any_engine
def test_every_member_number_up_to_the_last_has_a_code() -> None:
    for number in (1, 9_999, 10_000, 12_345_678, 99_999_999):
        code = make_digits(b"key", number, 0, 5)
        assert read_digits([b"key"], code, 5, {number: 0}.get) == (number, 5)
    with pytest.raises(ValueError, match="no code has room"):
        make_digits(b"key", 100_000_000, 0, 5)
