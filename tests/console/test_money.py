"""Money as people write it, and nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.errors import Refused
from console.money import MOST_FEN, format_fen, parse_fen


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (-50, "-¥0.50"),
        (123450, "¥1,234.50"),
        (10**11, "¥1,000,000,000.00"),
    ],
)
def test_fen_are_shown_as_yuan(fen: int, shown: str) -> None:
    assert format_fen(fen) == shown


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1234.50", 123450),
        ("1,234.5", 123450),
        (" ¥ 12 ", 1200),
        ("\uffe51,234.50", 123450),
        ("\uff11\uff12\uff0e\uff15", 1250),
        ("-0.5", -50),
        ("0", 0),
    ],
)
def test_an_amount_is_read_as_it_is_typed(typed: str, fen: int) -> None:
    assert parse_fen(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1.234",
        "1e3",
        "NaN",
        "12,34",
        "1.2.3",
        "--5",
        "\u00b2",
        "\u0661",
        "1 000",
        "99999999999",
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse_fen(typed)


@given(st.integers(-MOST_FEN, MOST_FEN))
def test_what_is_shown_can_be_typed_again(fen: int) -> None:
    shown = format_fen(fen)
    assert parse_fen(shown.replace("-¥", "-")) == fen


@given(st.text())
def test_no_text_does_anything_but_be_read_or_refused(text: str) -> None:
    with suppress(Refused):
        assert abs(parse_fen(text)) <= MOST_FEN
