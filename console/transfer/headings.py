"""Finding the line of headings, above which other programs put titles and groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from console.transfer.cells import Row, is_blank, show
from console.transfer.cleaning import Unclean, clean_phone
from console.transfer.fields import Vocabulary, fold_heading
from console.transfer.words import fold

#: Headings stand near the top, or there are none.
_SEARCHED_ROWS = 40
_LONGEST = 30
_WORD = re.compile("[a-z]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column, and the heading of the group of columns it stands in."""

    text: str
    group: str = ""

    @property
    def shown(self) -> str:
        """Return what a person reads above the column."""
        return f"{self.group} / {self.text}" if self.group and self.text else self.text


@dataclass(frozen=True, slots=True)
class Match:
    """A field that a heading means, None for one that is not taken in, and how surely."""

    field: str | None
    score: float


def match_heading(heading: Heading, vocabulary: Vocabulary) -> Match | None:
    """Return what a heading means by the vocabulary: all of it at best, else part of it."""
    forms = [
        fold_heading(text, without_brackets=bare)
        for text in (heading.group + heading.text, heading.text)
        for bare in (False, True)
    ]
    forms = list(dict.fromkeys(form for form in forms if form and len(form) <= _LONGEST))
    for form in forms:
        if exact := _match_whole(form, vocabulary):
            return exact
    words = frozenset(_WORD.findall(fold(f"{heading.group} {heading.text}")))
    parts = [part for form in forms if (part := _match_part(form, words, vocabulary))]
    return max(parts, key=lambda part: part.score, default=None)


def _match_whole(form: str, vocabulary: Vocabulary) -> Match | None:
    for field, known in vocabulary.headings.items():
        if form in known:
            # Of two columns for one field the one with the word named first is taken.
            return Match(field, max(1 - known.index(form) * 0.002, 0.9))
    return Match(None, 1.0) if form in vocabulary.ignored else None


def _match_part(form: str, words: frozenset[str], vocabulary: Vocabulary) -> Match | None:
    known: list[tuple[str, str | None]] = [(word, None) for word in vocabulary.ignored]
    known += [(word, field) for field, words in vocabulary.headings.items() for word in words]
    # Chinese is written without gaps; of other words only whole ones count ("id" in "paid").
    inside = [
        (word, field)
        for word, field in known
        if len(word) > 1 and (word in words if word.isascii() else word in form)
    ]
    if not inside:
        return None
    word, field = max(inside, key=lambda found: (len(found[0]), found[0]))
    return Match(field, 0.5 + 0.35 * min(len(word) / len(form), 1))


def find_headings(rows: Sequence[Row], vocabulary: Vocabulary) -> tuple[int, list[Heading]]:
    """Return the number of the last row of headings (0 for none) and a heading per column.

    Titles above the headings are passed over; headings in two lines, of which the upper
    groups the lower, are read together.
    """
    width = max((len(row.cells) for row in rows), default=0)
    top = rows[:_SEARCHED_ROWS]
    best_score, best_row, best = 0.0, 0, [Heading("")] * width
    for index, row in enumerate(top):
        single = _headings(row, None, width)
        score = _score(single, vocabulary)
        if score > best_score + 0.01:
            best_score, best_row, best = score, row.number, single
        if index and (double := _joined(top[index - 1], row, width)):
            score = _score(double, vocabulary)
            # Two lines are more than one only if the second adds what the first lacks.
            if score >= best_score + 0.9:
                best_score, best_row, best = score, row.number, double
    if best_score >= min(2, width) * 0.5 + 0.3:
        return best_row, best
    return _unknown_headings(top, width)


def _headings(row: Row, groups: Row | None, width: int) -> list[Heading]:
    texts = [_heading_text(row, column) for column in range(width)]
    if groups is None:
        return [Heading(text) for text in texts]
    above, group = [_heading_text(groups, column) for column in range(width)], ""
    joined = []
    for text, over in zip(texts, above, strict=True):
        group = over or group
        joined.append(Heading(text, group) if text else Heading(over))
    return joined


def _joined(upper: Row, lower: Row, width: int) -> list[Heading] | None:
    filled = sum(not is_blank(cell) for cell in upper.cells)
    if filled < 2 or lower.number != upper.number + 1:
        return None
    return _headings(lower, upper, width)


def _heading_text(row: Row, column: int) -> str:
    cell = row.at(column)
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def _score(headings: Sequence[Heading], vocabulary: Vocabulary) -> float:
    """Return how much a line looks like headings: the sum over its different fields."""
    best: dict[str, float] = {}
    for heading in headings:
        found = match_heading(heading, vocabulary) if heading.text else None
        if found:
            key = found.field or fold_heading(heading.text)
            best[key] = max(best.get(key, 0.0), found.score)
    return sum(best.values())


def _unknown_headings(rows: Sequence[Row], width: int) -> tuple[int, list[Heading]]:
    """Take the first full line for headings, unless it reads like data."""
    most = max((_filled(row) for row in rows), default=0)
    for row in rows:
        if _filled(row) >= max(most * 0.7, 1):
            if _reads_like_data(row):
                return row.number - 1, [Heading("")] * width
            return row.number, _headings(row, None, width)
    return 0, [Heading("")] * width


def _filled(row: Row) -> int:
    return sum(not is_blank(cell) for cell in row.cells)


def _reads_like_data(row: Row) -> bool:
    return any(
        _is_phone(show(cell)) or not isinstance(cell, str)
        for cell in row.cells
        if not is_blank(cell)
    )


def _is_phone(text: str) -> bool:
    try:
        return clean_phone(text) is not None
    except Unclean:
        return False
