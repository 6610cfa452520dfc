"""Counting tries of any kind, so that nobody guesses for long: for plugins' own codes and links."""

from __future__ import annotations

from console.security import throttle
from console.security.signin import TooManyTries


def count_try(*name: object, free: int = 5, most: int = 20, longest: int = 300) -> None:
    """Count a try under *name* as failed before it is looked at; refuse it when there were many.

    After *free* fails in an hour each one lengthens a pause, up to *longest* seconds; after
    *most* an hour passes. Raises `TooManyTries`.
    """
    answer = throttle.count(throttle.name(*name), throttle.Limit(free, most, longest))
    if answer.wait:
        raise TooManyTries(answer.wait)


def take_back_try(*name: object) -> None:
    """Take back one count, because that try was right."""
    throttle.take_back(throttle.name(*name))
