"""Every page there is; `console.testing` finds them."""

from __future__ import annotations

from console.testing.crawl import (
    Address,
    addresses,
    first_id,
    texts_in_the_database,
    view_of,
)

__all__ = [
    "Address",
    "addresses",
    "first_id",
    "texts_in_the_database",
    "view_of",
]
