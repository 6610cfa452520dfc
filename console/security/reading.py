"""How the reader of a page wants it: her language and her time zone."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from flask import has_request_context, request
from sqlalchemy.exc import DBAPIError

from console import visitors
from console.i18n import LOCALES
from console.security import cookies, people, rights
from console.security.actors import actor
from console.security.permissions import visible_stores

CHINA = "Asia/Shanghai"
TRADITIONAL = ("zh-TW", "zh-HK", "zh-MO", "zh-Hant")
#: What HTML calls our languages.
HTML_LANGUAGES = {"zh_Hans_CN": "zh-CN", "zh_Hant_TW": "zh-TW", "en": "en"}


def reader_locale() -> str:
    """Return the reader's language: hers, else the browser's choice on our pages, else Chinese."""
    if not has_request_context():
        return LOCALES[0]
    if visitors.is_public_page():
        return _phone_locale()
    own = _own_locale()
    if own in LOCALES:
        return str(own)
    chosen = cookies.read(cookies.LANGUAGE)
    if chosen in LOCALES:
        return chosen
    wanted = request.accept_languages.best or ""
    return "zh_Hant_TW" if wanted.startswith(TRADITIONAL) else LOCALES[0]


def _phone_locale() -> str:
    """Return what was chosen on this phone, else what the member reads, else the phone's own."""
    chosen = cookies.read(cookies.PHONE_LANGUAGE)
    if chosen in LOCALES:
        return chosen
    known = visitors.find_visitor()
    if known is not None and known.locale in LOCALES:
        return str(known.locale)
    for wanted, _quality in request.accept_languages:
        if wanted.startswith("zh"):
            return "zh_Hant_TW" if wanted.startswith(TRADITIONAL) else LOCALES[0]
        if wanted.startswith("en"):
            return "en"
    return LOCALES[0]


def _own_locale() -> str | None:
    try:
        person = people.person()
    except DBAPIError:
        return None  # the page that says so must not fail for the same reason
    return person.locale if person else None


def reader_time_zone() -> str:
    """Return the time zone of the store that the reader is in."""
    book = rights.read()
    chosen = book.store(actor().store_id)
    if chosen is not None:
        return chosen.time_zone
    seen = [store.time_zone for store in visible_stores()]
    open_ones = [store.time_zone for store in book.stores if not store.closed]
    return (seen or open_ones or [CHINA])[0]


def html_language() -> str:
    """Return the reader's language as HTML names it."""
    return HTML_LANGUAGES[reader_locale()]


def languages(url: str) -> list[dict[str, object]]:
    """Return the languages to switch to, each with its name in itself and its link."""
    here = reader_locale()
    return [
        {
            "label": own_name(locale),
            "lang": HTML_LANGUAGES[locale],
            "url": f"{url}{'&' if '?' in url else '?'}language={locale}",
            "active": locale == here,
        }
        for locale in LOCALES
    ]


def own_name(locale: str) -> str:
    """Return what a language calls itself."""
    return _own_names().get(locale, locale)


@cache
def _own_names() -> dict[str, str]:
    """Read the names; to ask Babel for three words would load all it knows of each language."""
    return tomllib.loads(files("console").joinpath("languages.toml").read_text("utf-8"))
