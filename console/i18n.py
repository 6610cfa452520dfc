"""Words: marking them for translation, and translating them for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import c2py
from typing import Any

from babel import Locale
from babel.messages.plurals import get_plural
from flask import Flask
from flask.globals import _cv_app
from flask_babel import get_locale, get_translations, lazy_pgettext
from flask_babel import pgettext as _pgettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup

__all__ = ["LOCALES", "_", "gettext", "lazy_pgettext", "ngettext", "pgettext", "translate"]

#: The languages of the console; the first is the default.
LOCALES = ("zh_Hans_CN", "zh_Hant_TW", "en")


def install(app: Flask) -> None:
    """Let the templates of *app* translate as quickly; call it after Babel was installed."""
    app.jinja_env.globals.update(gettext=_write, _=_write, ngettext=_write_count)


def _(message: str, /, **values: object) -> Any:
    """Mark *message* for translation: it becomes text when somebody reads it."""
    return LazyString(gettext, message, **values)


def gettext(message: str, /, **values: object) -> str:
    """Translate *message* now, into the reader's language."""
    text = str(catalogue().ugettext(message))
    return text % values if values else text


@cache
def locale_of(name: str) -> Locale:
    """Return one of `LOCALES` with all that Babel knows of it."""
    return Locale.parse(name)


def catalogue() -> Any:
    """Return the reader's words, which Flask-Babel would look up anew for each word."""
    # One look at the context instead of two through a proxy: a page has hundreds of words.
    context = _cv_app.get(None)
    if context is None:
        return _countable(get_translations())
    kept = context.g.__dict__
    try:
        known = kept["_flask_babel"].__dict__
        if known["console_words_of"] is known["babel_locale"]:
            return known["console_words"]
    except KeyError:
        get_locale()  # begins to keep what belongs to the language
        known = kept["_flask_babel"].__dict__
    words = _countable(get_translations())
    known.update(console_words=words, console_words_of=known["babel_locale"])
    return words


def _countable(words: Any) -> Any:
    """Give a catalogue the plural forms of its language.

    Flask-Babel takes those of the last folder, which has none where a salon has no own words.
    """
    if not words.__dict__.get("console_countable"):
        words.plural = c2py(get_plural(get_locale()).plural_expr)
        words.console_countable = True
    return words


def _write_count(one: str, many: str, num: int, **values: object) -> Markup:
    """Translate for a template, in the form that fits *num*."""
    text = catalogue().ungettext(one, many, num)
    return Markup(text) % {"num": num, **values}  # noqa: S704 - the words are ours


def _write(message: str, /, **values: object) -> Markup:
    """Translate for a template, where a text with a percent sign is always a format."""
    words = catalogue()
    if values:
        return Markup(words.ugettext(message)) % values  # noqa: S704 - the words are ours
    written: dict[str, Markup] = words.__dict__.setdefault("console_written", {})
    if message not in written:
        text = Markup(words.ugettext(message))  # noqa: S704 - the words are ours
        # A translation may say "(%)" where the English says "percent".
        written[message] = text % {} if "%" in message else text
    return written[message]


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Translate now, in the form that fits *num*."""
    text = str(catalogue().ungettext(one, many, num))
    return text % {"num": num, **values}


def pgettext(context: str, message: str, **values: object) -> str:
    """Translate *message* in one of its senses, told apart by *context*."""
    return str(_pgettext(context, message, **values))


def translate(text: str, translations: Mapping[str, str]) -> str:
    """Return words that the salon wrote, in the reader's language if they were translated to it."""
    if not translations:
        return text
    return translations.get(str(get_locale() or ""), "") or text
