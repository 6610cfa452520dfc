"""Turning what people type into cells into values, or saying why it cannot be done.

Each function answers None for a cell that says nothing, and raises nothing but Unclean.
A value that was cleaned before, written out again, comes out the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from console.money import MOST_FEN
from console.transfer import words
from console.transfer.cells import Cell, show
from console.transfer.words import any_of, fold

_SPACES = re.compile(r"[^\S\n]+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+", re.ASCII)
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?e\+?(\d{1,2})", re.ASCII)
_POINT_ZERO = re.compile(r"(?<=\d{10})\.0+$", re.ASCII)
_PHONE_SIGNS = re.compile(r"[\s\-\u2010-\u2015\u2212._()/\u30fb\u00b7]+")
_MONEY = re.compile(
    rf"(?P<minus>{any_of(words.MINUS)})?\s*{any_of(words.CURRENCY)}?\s*"
    rf"(?P<minus_too>{any_of(words.MINUS)})?\s*(?P<number>[\d.,]+)\s*"
    rf"(?P<times>{any_of(words.TEN_THOUSAND)})?\s*"
    rf"(?:{any_of(words.MONEY_UNIT)}|{any_of(words.CURRENCY)})?",
    re.ASCII,
)
_IN_BRACKETS = re.compile(rf"({any_of(words.CURRENCY)}?)\s*\((.+)\)")
_COUNT = re.compile(rf"(-?)\s*([\d.,]+)\s*{any_of(words.COUNT_UNIT)}?", re.ASCII)
_HOME_PHONE = re.compile(r"1[3-9]\d{9}|0[1-9]\d{8,10}")
_KEPT_AS_TEXT = re.compile(r"=\"([^\"]+)\"|'+([\d+]\S*)")
_TAG_SIGNS = re.compile(r"[,\uff0c\u3001;\uff1b|/\s]+")


class Unclean(ValueError):
    """A cell holds something, but not a value of the wanted kind; `code` says what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean_text(cell: Cell, *, longest: int = 2_000) -> str | None:
    """Return the words of a cell, without signs that cannot be seen.

    A formula or a script in it stays what it is: words.
    """
    text = "".join(sign for sign in show(cell) if _is_visible(sign))
    text = unwrap(_SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))
    if fold(text) in words.NOTHING:
        return None
    if len(text) > longest:
        raise Unclean("too_long")
    return text or None


def clean_phone(cell: Cell) -> str | None:
    """Return a phone number as its digits; one from abroad with + and its country's code.

    Codes: too_short, too_long, unreadable (words, or a number that lost its last digits).
    """
    text = fold(unwrap(show(cell)))
    if not text:
        return None
    text = _PHONE_SIGNS.sub("", _spell_out(text))
    foreign = text.startswith(("+", "00"))
    digits = text.removeprefix("+").removeprefix("00") if foreign else text
    if not digits.isascii() or not digits.isdecimal():
        raise Unclean("unreadable")
    if digits.startswith("86") and (foreign or len(digits) >= 12):
        foreign, digits = False, digits.removeprefix("86")
    if foreign:
        return _foreign_phone(digits)
    return _home_phone(digits)


def clean_money(cell: Cell) -> int | None:
    """Return an amount in whole fen, exactly; negative amounts come out negative.

    Codes: unreadable, fraction (of a fen), too_large.
    """
    yuan = _amount(cell)
    if yuan is None:
        return None
    fen = yuan * 100
    if fen != fen.to_integral_value():
        raise Unclean("fraction")
    return _within_reason(int(fen))


def clean_count(cell: Cell, *, round_down: bool = False) -> int | None:
    """Return a whole number of things. Codes: unreadable, fraction, too_large."""
    text = _short(cell)
    if not text or text in words.NOTHING:
        return None
    found = _COUNT.fullmatch(text)
    if isinstance(cell, bool) or not found:
        raise Unclean("unreadable")
    number = _decimal(found[2])
    if number != number.to_integral_value() and not round_down:
        raise Unclean("fraction")
    return _within_reason(int(number) * (-1 if found[1] else 1))


def clean_choice(cell: Cell, choices: Mapping[str, frozenset[str]]) -> str | None:
    """Return the value, a key of *choices*, among whose words the cell's word is.

    A value with the key "" stands for words that say nothing. Codes: unknown.
    """
    text = fold(unwrap(show(cell)))
    if not text:
        return None
    for value, known in choices.items():
        if text == value or text in known:
            return value or None
    if text in words.NOTHING:
        return None
    raise Unclean("unknown")


def clean_tags(cell: Cell, *, longest: int = 40) -> list[str] | None:
    """Return the words that commas, marks of any width or blanks part, each once."""
    text = clean_text(cell)
    if not text:
        return None
    tags = list(dict.fromkeys(tag for tag in _TAG_SIGNS.split(text) if tag))
    if any(len(tag) > longest for tag in tags):
        raise Unclean("too_long")
    return tags or None


def unwrap(text: str) -> str:
    """Return what is meant by ="138…", '138… and the like: ways to keep a number a text."""
    text = text.strip()
    while found := _KEPT_AS_TEXT.fullmatch(text):
        text = (found[1] or found[2]).strip()
    return text


def show_money(fen: int) -> str:
    """Write an amount of fen as a plain number of yuan, as `clean_money` reads it."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def _short(cell: Cell) -> str:
    # Decimal counts exactly to 28 digits; nobody writes a longer amount.
    text = fold(unwrap(show(cell)))
    if len(text) > 28:
        raise Unclean("unreadable")
    return text


def _is_visible(sign: str) -> bool:
    # The joiner (U+200D) is kept: it holds many an emoji together.
    hidden = unicodedata.category(sign) in {"Cc", "Cf", "Cs"}
    return not hidden or sign == "\u200d" or sign.isspace()


def _spell_out(text: str) -> str:
    """Write 1.3800138000E+10 as digits; a number that was cut short cannot be read any more."""
    found = _SCIENTIFIC.fullmatch(text)
    if not found:
        return _POINT_ZERO.sub("", text)
    if len(found[2] or "") != int(found[3]):
        raise Unclean("unreadable")
    return found[1] + (found[2] or "")


def _foreign_phone(digits: str) -> str:
    if len(digits) < 8:
        raise Unclean("too_short")
    if len(digits) > 15:
        raise Unclean("too_long")
    if digits.startswith("0"):
        raise Unclean("unreadable")
    return "+" + digits


def _home_phone(digits: str) -> str:
    if _HOME_PHONE.fullmatch(digits):
        return digits
    if len(digits) < 11:
        raise Unclean("too_short")
    raise Unclean("too_long" if len(digits) > 12 else "unreadable")


def _amount(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool | date):
        raise Unclean("unreadable")
    text = _short(cell)
    if not text or text in words.NOTHING:
        return None
    if isinstance(cell, int | float):
        return _decimal(text)
    sign = 1
    if bracketed := _IN_BRACKETS.fullmatch(text):
        text, sign = (bracketed[1] + bracketed[2]).strip(), -1
    found = _MONEY.fullmatch(text)
    if not found or (found["minus"] and found["minus_too"]):
        raise Unclean("unreadable")
    if found["minus"] or found["minus_too"]:
        sign = -1
    return _decimal(found["number"]) * (10_000 if found["times"] else 1) * sign


def _decimal(text: str) -> Decimal:
    if not _GROUPED.fullmatch(text.lstrip("-")) and "e" not in text:
        raise Unclean("unreadable")
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Unclean("unreadable") from None
    if not number.is_finite():
        raise Unclean("unreadable")
    return number


def _within_reason(number: int) -> int:
    if abs(number) > MOST_FEN:
        raise Unclean("too_large")
    return number
