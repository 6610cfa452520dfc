"""Doing the same thing in many threads at once; `console.testing` has it."""

from __future__ import annotations

from console.testing.parallel import (
    at_once,
)

__all__ = [
    "at_once",
]
