"""How names sound, so that they are found without typing Chinese."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from pypinyin import Style, lazy_pinyin

SURNAMES = Path(__file__).parent.parent / "surnames.json"


@cache
def _surnames() -> dict[str, list[str]]:
    """Surnames that sound otherwise than the same character does in a word."""
    found: dict[str, list[str]] = json.loads(SURNAMES.read_text("utf-8"))
    return found


def spell(name: str) -> tuple[str, str]:
    """Return a name's full pinyin and its initials, both in small letters and without spaces."""
    syllables: list[str] = []
    rest = name.strip()
    for length in (2, 1):
        if rest[:length] in _surnames():
            syllables, rest = list(_surnames()[rest[:length]]), rest[length:]
            break
    syllables += lazy_pinyin(rest, style=Style.NORMAL)
    words = [word for part in syllables for word in part.lower().split()]
    letters = ["".join(c for c in word if c.isalnum()) for word in words]
    return "".join(letters)[:120], "".join(word[0] for word in letters if word)[:40]
