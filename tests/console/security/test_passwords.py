"""What a password or a PIN may be."""

from __future__ import annotations

import pytest
from flask import Flask

from console.errors import Refused
from console.security.passwords import (
    check_password,
    check_pin,
    hash_secret,
    make_password,
    matches,
)
from tests.support.people import PASSWORD

pytestmark = pytest.mark.any_engine

GOOD = [
    "three quiet lanterns",
    "x7-Qm!paper",
    "correct horse battery staple",
    "8 Zeichen genau",
    "a" * 60 + "bcd" * 22,
]
BAD = [
    "short7!",
    "",
    "x" * 129,
    "12345678",
    "password",
    "PASSWORD",
    "Password1",
    "qwertyuiop",
    "woaini1314",
    "5201314520",
    "88888888",
    "abababab",
    "salon123",
    "Salon2026!",
    "meirong888",
    "qingmei2026",
    "20260101",
    "linjing123",
]


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_needs_no_signs_or_capitals(app: Flask, password: str) -> None:
    check_password(password, personal=("Qingmei", "linjing"))


@pytest.mark.parametrize("password", BAD)
def test_a_password_that_others_would_guess_is_refused(app: Flask, password: str) -> None:
    with pytest.raises(Refused):
        check_password(password, personal=("Qingmei Salon", "linjing"))


@pytest.mark.parametrize("pin", ["2580", "13579", "904817"])
def test_a_pin_has_four_to_six_digits(app: Flask, pin: str) -> None:
    check_pin(pin)


WIDE = "".join(chr(0xFF10 + int(digit)) for digit in "2580")


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "1111", "1234", "987654", WIDE])
def test_a_pin_that_everybody_tries_first_is_refused(app: Flask, pin: str) -> None:
    with pytest.raises(Refused):
        check_pin(pin)


def test_a_made_password_is_accepted_and_never_the_same(app: Flask) -> None:
    made = {make_password() for _each in range(20)}
    assert len(made) == 20
    for each in made:
        check_password(each)


def test_no_hash_matches_nothing(app: Flask) -> None:
    assert matches(hash_secret(PASSWORD), PASSWORD)
    assert not matches(None, PASSWORD)
    assert not matches("", "")
    assert not matches("$argon2id$broken", PASSWORD)
    assert not matches(hash_secret(""), "x" * 1000)
