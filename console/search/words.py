"""The words by which a text is found, and how what somebody typed becomes one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from console.pinyin import readings_of

#: The form of the words; whoever changes what this module returns raises it, and all are rebuilt.
FORM = 1
#: No text is looked at beyond this many letters, no word kept longer than that.
LONGEST_TEXT, LONGEST_WORD = 60, 24


def normalise(text: str) -> str:
    """Return letters and digits alone, small and in one width: how words are kept and compared."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("\u00fc", "v")
    return "".join(letter for letter in plain if letter.isalnum())


def words_of(texts: Iterable[str]) -> list[str]:
    """Return each word by whose beginning one of *texts* is found.

    A text is found from each of its letters on, its pinyin from each syllable on, and so are
    the initials of its pinyin.
    """
    found: dict[str, None] = {}
    for text in texts:
        plain = unicodedata.normalize("NFKC", text)[:LONGEST_TEXT]
        found.update(dict.fromkeys(word[:LONGEST_WORD] for word in _words_of(plain)))
    return list(found)


def _words_of(plain: str) -> Iterator[str]:
    letters = normalise(plain)
    for place in range(len(letters)):
        if not place or not letters[place:].isascii() or len(letters) - place > 1:
            yield letters[place:]
    for syllables in readings_of(plain.lower().replace("\u00fc", "v")):
        initials = "".join(syllable[0] for syllable in syllables)
        for place in range(len(syllables)):
            yield "".join(syllables[place:])
            if len(initials) - place > 1:
                yield initials[place:]


def join_words(words: Iterable[str]) -> str:
    """Write words as they are kept for one record: each after a space."""
    return "".join(f" {word}" for word in words)
