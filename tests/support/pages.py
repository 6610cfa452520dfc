"""Reading pages as a person does; `console.testing` has it."""

from __future__ import annotations

from console.testing.pages import (
    cells_of,
    field,
    has_field,
    ids_of,
    link,
    links,
    version_of,
    words,
)

__all__ = [
    "cells_of",
    "field",
    "has_field",
    "ids_of",
    "link",
    "links",
    "version_of",
    "words",
]
