"""Which letters of a hit answer to what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from console.pinyin import readings_of, sounds_of
from console.search.words import normalise

Mark = tuple[int, int]


def marks_of(label: str, text: str) -> list[Mark]:
    """Return from where to where *label* answers to the words of *text*, in order, apart."""
    found = [mark for word in text.split() if (mark := _mark(label, word)) is not None]
    merged: list[Mark] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _mark(label: str, word: str) -> Mark | None:
    place = label.lower().find(word.lower())
    if place >= 0 and len(label.lower()) == len(label):
        return place, place + len(word)
    key = normalise(word)
    if not key or not key.isascii():
        return None
    for syllables in _by_letter(label):
        for start in range(len(label)):
            for sounds in (syllables, [each[:1] for each in syllables]):
                end = _spoken_to(sounds, start, key)
                if end is not None:
                    return start, end
    return None


def _by_letter(label: str) -> list[list[str]]:
    """Return how each letter sounds, in each reading, where there is a sound for each."""
    plain = sounds_of(list(label))
    readings = [each for each in readings_of(label) if len(each) == len(label)]
    return readings or ([[part.lower() for part in plain]] if len(plain) == len(label) else [])


def _spoken_to(sounds: Sequence[str], start: int, key: str) -> int | None:
    """Return where *key*, spoken from *start* on, ends; None when it sounds otherwise."""
    rest = key
    for place in range(start, len(sounds)):
        if not sounds[place]:
            return None
        if sounds[place].startswith(rest):
            return place + 1
        if not rest.startswith(sounds[place]):
            return None
        rest = rest[len(sounds[place]) :]
    return None
