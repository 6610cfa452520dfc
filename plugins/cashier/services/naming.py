"""Words that are frozen as names, in every language that people read."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _

OWN, OTHERS = "zh_Hans_CN", ("zh_Hant_TW", "en")
#: The languages in which people read.
LANGUAGES = (
    ("zh_Hans_CN", _("Simplified Chinese")),
    ("zh_Hant_TW", _("Traditional Chinese")),
    ("en", _("English")),
)


def name_in_all(words: Any) -> tuple[str, dict[str, str]]:
    """Return marked words in the salon's own language, and in the others by locale."""
    names = {}
    for locale in (OWN, *OTHERS):
        with api.speaking(locale):
            names[locale] = str(words)
    return names.pop(OWN), names
