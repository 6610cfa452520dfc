"""How Chinese sounds, so that it is found without being typed in Chinese."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

SURNAMES = Path(__file__).parent / "surnames.json"
#: Words in which a character sounds otherwise than by itself; from pypinyin (MIT).
PHRASES = Path(__file__).parent / "phrases.txt"


@cache
def _speller() -> ModuleType:
    """Load pypinyin once something is to be spelled: it takes 11 MB and a tenth of a second.

    Its 47,000 phrases would take 45 MB more; all but 3,400 only say what their characters say
    by themselves.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    lines = (line.split() for line in PHRASES.read_text("utf-8").splitlines())
    pypinyin.load_phrases_dict({word: [[each] for each in rest] for word, *rest in lines})
    return pypinyin


@cache
def _surnames() -> dict[str, list[str]]:
    """Surnames that sound otherwise than the same character does in a word."""
    found: dict[str, list[str]] = json.loads(SURNAMES.read_text("utf-8"))
    return found


def spell(name: str) -> tuple[str, str]:
    """Return a person's name in full pinyin and its initials, small and without spaces."""
    letters = syllables_of(name)
    return "".join(letters)[:120], "".join(word[0] for word in letters)[:40]


def syllables_of(name: str) -> list[str]:
    """Return the syllables of a person's name; a word in Latin letters is one syllable."""
    syllables: list[str] = []
    rest = name.strip()
    for length in (2, 1):
        if rest[:length] in _surnames():
            syllables, rest = list(_surnames()[rest[:length]]), rest[length:]
            break
    return _plain([*syllables, *sounds_of(rest)])


def readings_of(text: str) -> list[list[str]]:
    """Return the syllables of a text in each way in which it may be read: as a name, as words."""
    as_name = syllables_of(text)
    if text[:1] not in _surnames() and text[:2] not in _surnames():
        return [as_name]
    as_words = _plain(sounds_of(text))
    return [as_name] if as_words == as_name else [as_name, as_words]


def sounds_of(text: str | list[str]) -> list[str]:
    """Return how a text sounds, or each of several letters by itself."""
    speller = _speller()
    found: list[str] = speller.lazy_pinyin(text, style=speller.Style.NORMAL)
    return found


def _plain(syllables: Sequence[str]) -> list[str]:
    words = [word for part in syllables for word in part.lower().split()]
    letters = ["".join(c for c in word if c.isalnum()) for word in words]
    return [word for word in letters if word]
