"""One spelling for each phone number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from console import api
from plugins.membership.api import normalise_phone


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800138000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("0086(138)0013.8000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),  # noqa: RUF001
        ("0755-8300 0138", "075583000138"),
        ("+852 9123 4567", "+85291234567"),
        ("00886 912 345 678", "+886912345678"),
    ],
)
def test_a_number_is_kept_in_one_spelling(written: str, kept: str) -> None:
    assert normalise_phone(written) == kept


@pytest.mark.parametrize(
    "written", ["", "1380013", "1380013800", "12345678901", "138001380001", "+86123", "abc", "=1+1"]
)
def test_what_is_no_phone_number_is_refused(written: str) -> None:
    with pytest.raises(api.Refused):
        normalise_phone(written)


@given(some.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_number_that_was_kept_is_kept_the_same_again(number: str) -> None:
    assert normalise_phone(normalise_phone(number)) == number
