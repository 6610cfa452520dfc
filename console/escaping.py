"""Escaping for HTML what stands in lists by the hundred."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def quoted(text: str) -> str:
    """Escape a text; most texts in a list have nothing to escape."""
    return text if text.isalnum() else escape(text)


def quoted_all(texts: Sequence[str]) -> list[str]:
    """Escape many texts at once."""
    together = escape("\0".join(texts)).split("\0")
    return together if len(together) == len(texts) else list(map(escape, texts))
