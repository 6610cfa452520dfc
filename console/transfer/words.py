"""Words of spreadsheets, kept in words.toml because some of them are Chinese."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files
from typing import Any, Final

_WORDS: Final[dict[str, Any]] = tomllib.loads(
    files("console.transfer").joinpath("words.toml").read_text("utf-8")
)

NOTHING: Final = frozenset(_WORDS["nothing"])
TOTAL: Final = frozenset(_WORDS["total"])

CURRENCY: Final[list[str]] = _WORDS["money"]["currency"]
MONEY_UNIT: Final[list[str]] = _WORDS["money"]["unit"]
TEN_THOUSAND: Final[list[str]] = _WORDS["money"]["ten_thousand"]
MINUS: Final[list[str]] = _WORDS["money"]["minus"]
COUNT_UNIT: Final[list[str]] = _WORDS["count"]["unit"]

YEAR: Final[str] = _WORDS["date"]["year"]
MONTH: Final[str] = _WORDS["date"]["month"]
DAY: Final[str] = _WORDS["date"]["day"]
REPUBLIC: Final[list[str]] = _WORDS["date"]["republic"]
NEVER: Final = frozenset(_WORDS["date"]["never"])
MONTHS: Final[list[str]] = _WORDS["date"]["months"]

LUNAR: Final[list[str]] = _WORDS["lunar"]["lunar"]
SOLAR: Final[list[str]] = _WORDS["lunar"]["solar"]
LEAP: Final[list[str]] = _WORDS["lunar"]["leap"]
LUNAR_WORDS: Final[dict[str, str]] = _WORDS["lunar"]["words"]
DIGITS: Final[dict[str, int]] = _WORDS["digits"]


def fold(text: str) -> str:
    """Return *text* as it is compared: half-width, small letters, no blanks around it."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def any_of(words: list[str]) -> str:
    """Return a pattern for any of *words*, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
