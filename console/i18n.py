"""Words: marking them for translation, and translating them for the reader."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import get_locale, lazy_pgettext
from flask_babel import gettext as _gettext
from flask_babel import lazy_gettext as _
from flask_babel import ngettext as _ngettext
from flask_babel import pgettext as _pgettext

__all__ = ["LOCALES", "_", "gettext", "lazy_pgettext", "ngettext", "pgettext", "translate"]

#: The languages of the console; the first is the default.
LOCALES = ("zh_Hans_CN", "zh_Hant_TW", "en")


def gettext(message: str, **values: object) -> str:
    """Translate *message* now, into the reader's language."""
    return str(_gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Translate now, in the form that fits *num*."""
    return str(_ngettext(one, many, num, **values))


def pgettext(context: str, message: str, **values: object) -> str:
    """Translate *message* in one of its senses, told apart by *context*."""
    return str(_pgettext(context, message, **values))


def translate(text: str, translations: Mapping[str, str]) -> str:
    """Return words that the salon wrote, in the reader's language if they were translated to it."""
    return translations.get(str(get_locale() or ""), "") or text
