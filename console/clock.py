"""The only clock: everything that asks for the time asks here, so that a test can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("console_frozen_clock", default=None)


def now() -> datetime:
    """Return the current time, aware and in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(time_zone: str) -> date:
    """Return the local calendar day in *time_zone* (an IANA name)."""
    return now().astimezone(ZoneInfo(time_zone)).date()


def business_day(at: datetime, time_zone: str, cut_off_minutes: int = 0) -> date:
    """Return the business day that *at* belongs to in a store.

    A store that closes after midnight sets its cut-off, in minutes after local midnight:
    what happens before it still belongs to the day before.
    """
    return (at.astimezone(ZoneInfo(time_zone)) - timedelta(minutes=cut_off_minutes)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let `now()` answer *at* within the block; for tests and for the demo's history."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
