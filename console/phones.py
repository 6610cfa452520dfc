"""Phone numbers: one spelling for each, so that a number is known again."""

from __future__ import annotations

import re
import unicodedata

from console.errors import Refused
from console.i18n import _

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{9,11}")
FOREIGN = re.compile(r"[1-9]\d{7,14}")
BETWEEN = re.compile(r"[\s().\u00b7\-\u2013\u2014_]+")


def normalise_phone(text: str) -> str:
    """Return a phone number in the one spelling in which it is kept.

    A mainland mobile or landline is its digits alone; any other country's number needs its
    code and keeps a `+` before it. Raises `Refused` for what is no phone number.
    """
    plain = BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    digits = plain.removeprefix("+").removeprefix("00")
    if not digits.isascii() or not digits.isdecimal():
        raise Refused(_("A phone number consists of digits."))
    home = digits.removeprefix("86")
    if MOBILE.fullmatch(home):
        return home
    if plain != digits and not digits.startswith("86") and FOREIGN.fullmatch(digits):
        return f"+{digits}"
    if LANDLINE.fullmatch(plain):
        return plain
    if len(digits) < 11:
        raise Refused(_("This phone number is too short."))
    raise Refused(_("This is not a phone number. Numbers from abroad begin with +."))


def tail_of(phone: str | None) -> str | None:
    """Return the last four digits, by which staff search."""
    return phone[-4:] if phone else None
