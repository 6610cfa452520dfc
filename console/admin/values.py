"""How values are shown: one way for lists, details, pickers and exports alike."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import Markup, escape

from console.escaping import quoted
from console.i18n import LOCALES, gettext
from console.money import format_fen
from console.security import reader_time_zone

#: The kinds whose values are shown as they are.
TEXTS = frozenset({"text", "long", "phone"})
#: The kinds that are written in figures, which need no escaping.
FIGURES = frozenset({"money", "number", "count", "day"})
PLAIN = frozenset({int, Decimal, dt.date})
#: The longest text a cell shows; the whole stands on the page of the record.
CELL_LENGTH = 120
EMPTY = Markup('<span class="text-secondary">&ndash;</span>')
PILL = Markup('<span class="status status-{}"><span class="status-dot"></span>{}</span>')


def reader_zone() -> ZoneInfo:
    """Return the zone in which the reader's store keeps its time."""
    return ZoneInfo(reader_time_zone())


def format_moment(at: dt.datetime, zone: ZoneInfo) -> str:
    """Write a moment in the store's own time: `2026-09-12 10:31`."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def format_number(number: Any) -> str:
    """Write a number; a fraction without trailing noughts."""
    return f"{number.normalize():f}" if isinstance(number, Decimal) else str(number)


def format_count(number: Any) -> str:
    """Write how many there are, with a comma between thousands; not for years and numbers."""
    return f"{number:,}" if isinstance(number, int) else format_number(number)


def yes_or_no(value: object) -> str:
    """Translate a truth."""
    return gettext("Yes") if value else gettext("No")


def writer(kind: str, choices: Any = ()) -> Callable[[Any], str]:
    """Return what turns a value of *kind* into the text that people read; None becomes ''."""
    write = _writer(kind, {value: str(label) for value, label in choices})
    return lambda value: "" if value is None else write(value)


def _writer(kind: str, labels: Mapping[Any, str]) -> Callable[[Any], str]:
    if kind == "moment":
        zone = reader_zone()
        return lambda value: format_moment(value, zone)
    if kind == "choice":
        return lambda value: labels.get(value) or str(value)
    if kind == "bool":
        yes, no = yes_or_no(value=True), yes_or_no(value=False)
        return lambda value: yes if value else no
    if kind == "references":
        return lambda value: gettext(", ").join(value)
    simple: dict[str, Callable[[Any], str]] = {
        "money": format_fen,
        "number": format_number,
        "count": format_count,
        "day": dt.date.isoformat,
        "json": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
        "translations": write_translations,
    }
    return simple.get(kind, str)


def write_translations(names: Mapping[str, str]) -> str:
    """Write what a text is called in other languages, one line each."""
    return "\n".join(f"{language(each)}: {names[each]}" for each in LOCALES if names.get(each))


def language(locale: str) -> str:
    """Name a language in its own words."""
    return Locale.parse(locale).get_display_name() or locale


def cell(kind: str, choices: Any = ()) -> Callable[[Any], str]:
    """Return what draws a value of *kind* in a list: safe HTML, shortened, never `None`."""
    if kind == "bool":
        pills = {
            True: PILL.format("green", gettext("Yes")),
            False: PILL.format("secondary", gettext("No")),
        }
        return lambda value: EMPTY if value is None else pills[bool(value)]
    write = str if kind in TEXTS else writer(kind, choices)

    def draw(value: Any) -> str:
        if value is None:
            return EMPTY
        if type(value) is not str and hasattr(value, "__html__"):
            return escape(value)
        text = write(value)
        if len(text) > CELL_LENGTH:
            text = f"{text[:CELL_LENGTH]}…"
        return quoted(text) if text else EMPTY

    return draw


def cells(kind: str, choices: Any = ()) -> Callable[[Sequence[Any]], list[str]]:
    """Return what draws many values as `cell` draws one; most need no look at each letter."""
    draw = cell(kind, choices)
    if kind in FIGURES:
        write = _writer(kind, {})
        return lambda values: [
            EMPTY if value is None else write(value) if type(value) in PLAIN else draw(value)
            for value in values
        ]

    def draw_all(values: Sequence[Any]) -> list[str]:
        if shows_texts and _are_plain(values):
            return [*values]
        drawn: dict[int, str] = {}  # badges, choices and the like are few, and the same objects
        return [
            value
            if type(value) is str and shows_texts and value.isalnum() and len(value) <= CELL_LENGTH
            else drawn[id(value)]
            if id(value) in drawn
            else drawn.setdefault(id(value), draw(value))
            for value in values
        ]

    shows_texts = kind in TEXTS
    return draw_all


def _are_plain(values: Sequence[Any]) -> bool:
    """Tell whether all are texts that show as they are; letters and figures need no escaping."""
    try:
        together = "".join(values)
    except TypeError:  # not all of them are texts
        return False
    return together.isalnum() and "" not in values and len(max(values, key=len)) <= CELL_LENGTH


def full(kind: str, choices: Any = ()) -> Callable[[Any], str]:
    """Return what draws a value of *kind* on the page of a record: as `cell`, but whole."""
    if kind == "bool":
        return cell(kind)
    write = writer(kind, choices)

    def draw(value: Any) -> str:
        text = write(value)
        return Markup("<br>").join(escape(text).splitlines()) if text else EMPTY

    return draw


def plain(kind: str, choices: Any = ()) -> Callable[[Any], Any]:
    """Return what turns a value of *kind* into what a spreadsheet computes with.

    Numbers and days stay what they are, money becomes yuan, a moment the store's local time.
    """
    if kind == "money":
        return lambda value: None if value is None else Decimal(value).scaleb(-2)
    if kind == "moment":
        zone = reader_zone()
        return lambda value: value and value.astimezone(zone).replace(tzinfo=None)
    if kind in ("number", "day"):
        return lambda value: value
    return writer(kind, choices)


def plains(kind: str, choices: Any = ()) -> Callable[[Sequence[Any]], list[Any]]:
    """Return what turns many values into what a spreadsheet computes with."""
    turn = plain(kind, choices)
    return lambda values: list(map(turn, values))
