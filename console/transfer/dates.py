"""Reading days and birthdays in the shapes that people and programs give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from console import lunar
from console.transfer import words
from console.transfer.cells import Cell, show
from console.transfer.cleaning import Unclean, unwrap
from console.transfer.words import any_of, fold
from console.transfer.xlsx import to_day

#: The oldest person known lived 122 years.
OLDEST_YEARS: Final = 125
#: The almanac of lunar years begins here.
FIRST_YEAR: Final = 1900
_A_LEAP_YEAR = 2000
_LONGEST = 60

_TIME = re.compile(r"(?<=\d)\s*[t\s]\s*\D{0,4}\d{1,2}:\d{2}.*$", re.DOTALL | re.ASCII)
_HAN = "".join(words.DIGITS)
_HAN_RUN = re.compile(f"[{_HAN}]+")
_MON = f"(?P<mon>{any_of(words.MONTHS)})[a-z]*\\.?"
_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_YM, _MD, _DAY_END = rf"\s*[{words.YEAR}./\-]\s*", rf"\s*[{words.MONTH}./\-]\s*", f"[{words.DAY}]?"
_DATES: Final = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"{_Y}{_YM}{_M}{_MD}{_D}\s*{_DAY_END}",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        rf"(?P<y2>\d{{2}}){words.YEAR}\s*{_M}{words.MONTH}\s*{_D}{_DAY_END}",
        rf"{any_of(words.REPUBLIC)}\s*(?P<roc>\d{{1,3}}){_YM}{_M}{_MD}{_D}\s*{_DAY_END}",
        rf"{_D}(?:st|nd|rd|th)?[\s\-/.]*{_MON}[\s\-/.,]*(?:{_Y}|(?P<y2>\d{{2}}))",
        rf"{_MON}\s*{_D}(?:st|nd|rd|th)?[\s,]+{_Y}",
        rf"(?P<one>\d{{1,2}})[./\-](?P<two>\d{{1,2}})[./\-]{_Y}",
    )
]
_DAYS_OF_A_YEAR: Final = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?:--)?{_M}{_MD}{_D}\s*{_DAY_END}",
        # A number cell drops the nought before a month.
        r"(?P<m>0[1-9]|1[0-2]|[1-9])(?P<d>[0-3]\d)",
        rf"{_D}[\s\-/.]*{_MON}",
        rf"{_MON}[\s\-/.]*{_D}",
    )
]
_CALENDARS = re.compile(
    rf"[(\[]?(?:(?P<lunar>{any_of(words.LUNAR)})|(?P<solar>{any_of(words.SOLAR)}))[)\]]?"
)
_LEAP = re.compile(any_of(words.LEAP))
#: In a number cell 8.1 may have been the 1st of August or the 10th.
_HALF_A_DAY = re.compile(r"\d{1,2}\.[123]", re.ASCII)
_NUMBERS = re.compile(r"\d+", re.ASCII)
_WRITTEN = re.compile(r"(lunar (leap )?)?(-|\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Birthday:
    """A day of birth; its year may be unknown, and it may be a day of the lunar calendar.

    Of a lunar day the year is the lunar year, and `is_leap` marks the repeated month.
    """

    month: int
    day: int
    year: int | None = None
    is_lunar: bool = False
    is_leap: bool = False

    def __str__(self) -> str:
        """Return it as `clean_birthday` reads it: 1990-08-15, --08-15, lunar leap 1990-08-15."""
        calendar = "lunar leap " if self.is_leap else "lunar " if self.is_lunar else ""
        year = "-" if self.year is None else f"{self.year:04}"
        return f"{calendar}{year}-{self.month:02}-{self.day:02}"


def read_birthday(text: str) -> Birthday:
    """Return the birthday that `str()` wrote, as staged rows hold it; ValueError for others."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    lunar, leap, year, month, day = found.groups()
    known = None if year == "-" else int(year)
    return Birthday(int(month), int(day), known, bool(lunar), bool(leap))


def clean_date(cell: Cell, *, today: date) -> date | None:
    """Return the day a cell names; *today* settles the century of a two-digit year.

    Codes: impossible (there is no such day), unreadable.
    """
    text = _readable(cell)
    if text is None:
        return None
    parts = _date_parts(_plain_digits(text), today)
    if parts is None:
        raise Unclean("unreadable")
    return _day(*parts)


def clean_birthday(cell: Cell, *, today: date, lunar: bool | None = None) -> Birthday | None:
    """Return the birthday a cell names; *lunar* is what another column says of its calendar.

    Codes: impossible (no such day, or not yet born), unreadable.
    """
    text = _readable(cell)
    if text is None:
        return None
    text, is_lunar, is_leap = _calendar_of(text)
    is_lunar = is_lunar if is_lunar is not None else bool(lunar)
    text = _plain_digits(text)
    parts = _date_parts(text, today) or _day_of_a_year(text)
    if parts is None:
        raise Unclean("unreadable")
    year, month, day = parts
    birthday = Birthday(month, day, year or None, is_lunar, is_lunar and is_leap)
    _check_birthday(birthday, today)
    return birthday


def _readable(cell: Cell) -> str | None:
    if isinstance(cell, bool):
        raise Unclean("unreadable")
    text = fold(unwrap(show(cell)))
    if len(text) > _LONGEST or (isinstance(cell, float) and _HALF_A_DAY.fullmatch(text)):
        raise Unclean("unreadable")
    text = _TIME.sub("", text)
    plain = "-".join(number.lstrip("0") or "0" for number in _NUMBERS.findall(text))
    if not text or text in words.NOTHING or plain in words.NEVER:
        return None
    if _SERIAL.fullmatch(text) and (found := to_day(float(text))):
        return found.isoformat()[:10]
    return text


def _plain_digits(text: str) -> str:
    """Write the numbers in a Chinese date with plain digits."""
    for word, plain in words.LUNAR_WORDS.items():
        text = text.replace(word, plain)
    return _HAN_RUN.sub(lambda run: _number_in_words(run[0]), text).strip()


def _number_in_words(run: str) -> str:
    values = [words.DIGITS[sign] for sign in run]
    if 10 not in values:
        return "".join(map(str, values))
    tens, _ten, ones = run.partition(next(sign for sign in run if words.DIGITS[sign] == 10))
    if len(tens) > 1 or len(ones) > 1:
        return run
    return str(10 * (words.DIGITS[tens] if tens else 1) + (words.DIGITS[ones] if ones else 0))


def _calendar_of(text: str) -> tuple[str, bool | None, bool]:
    """Return *text* without what it says of its calendar; is it lunar; is its month a leap one."""
    is_lunar: bool | None = None
    if found := _CALENDARS.search(text):
        is_lunar = found["lunar"] is not None
        text = (text[: found.start()] + text[found.end() :]).strip(" :")
    is_leap = _LEAP.search(text) is not None
    text = _LEAP.sub("", text).strip()
    if is_leap or (is_lunar is None and any(word in text for word in words.LUNAR_WORDS)):
        is_lunar = True
    return text, is_lunar, is_leap


def _date_parts(text: str, today: date) -> tuple[int, int, int] | None:
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            named = found.groupdict()
            return _year_of(named, today), *_month_and_day(named)
    return None


def _day_of_a_year(text: str) -> tuple[int, int, int] | None:
    """Return month and day with the year 0, which stands for an unknown one."""
    for pattern in _DAYS_OF_A_YEAR:
        if found := pattern.fullmatch(text):
            return 0, *_month_and_day(found.groupdict())
    return None


def _year_of(named: dict[str, str], today: date) -> int:
    if named.get("roc"):
        return int(named["roc"]) + 1911
    if named.get("y2"):
        year = today.year // 100 * 100 + int(named["y2"])
        return year if year <= today.year else year - 100
    return int(named["y"])


def _month_and_day(named: dict[str, str]) -> tuple[int, int]:
    if named.get("mon"):
        return words.MONTHS.index(named["mon"]) + 1, int(named["d"])
    if not named.get("one"):
        return int(named["m"]), int(named["d"])
    one, two = int(named["one"]), int(named["two"])
    if one != two and one <= 12 and two <= 12:
        raise Unclean("unreadable")
    return (two, one) if one > 12 else (one, two)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unclean("impossible") from None


def _check_birthday(birthday: Birthday, today: date) -> None:
    oldest = max(today.year - OLDEST_YEARS, FIRST_YEAR)
    if birthday.year and not oldest <= birthday.year <= today.year:
        raise Unclean("impossible")
    if not 1 <= birthday.month <= 12:
        raise Unclean("impossible")
    try:
        born = _day_of_birth(birthday)
    except ValueError:
        raise Unclean("impossible") from None
    if birthday.year and born > today:
        raise Unclean("impossible")


def _day_of_birth(birthday: Birthday) -> date:
    if not birthday.is_lunar:
        return date(birthday.year or _A_LEAP_YEAR, birthday.month, birthday.day)
    if birthday.year:
        return lunar.to_solar(birthday.year, birthday.month, birthday.day, leap=birthday.is_leap)
    if not 1 <= birthday.day <= 30:
        raise ValueError(birthday)
    return date.min
