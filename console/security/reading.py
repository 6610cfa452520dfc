"""How the reader of a page wants it: her language and her time zone."""

from __future__ import annotations

from console.i18n import LOCALES


def reader_locale() -> str:
    """Return the reader's language."""
    return LOCALES[0]


def reader_time_zone() -> str:
    """Return the time zone of the reader's store."""
    return "Asia/Shanghai"
