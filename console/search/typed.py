"""What was typed into a search, as words."""

from __future__ import annotations

import unicodedata

from console.errors import Refused
from console.phones import normalise_phone

#: More words of a search than these are not looked at.
MOST_WORDS = 5


def split(text: str) -> list[str]:
    """Return the words of a search; a phone number written with spaces is one word."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if any(letter.isdecimal() for letter in plain) and read_phone(plain) is not None:
        return [plain]
    return plain.split()[:MOST_WORDS]


def read_phone(word: str) -> str | None:
    """Return the number that *word* is, as numbers are kept; None if it is none."""
    try:
        return normalise_phone(word)
    except Refused:
        return None
