"""Leaving a provider in peace that fails again and again, so that nobody waits for it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from plugins.cashier.models import OnlineCircuit

#: After so many failures in a row nobody asks the provider for a while.
MOST_FAILURES = 5
PEACE = dt.timedelta(seconds=30)


def is_open(provider: str) -> bool:
    """Tell whether a provider is not to be asked now."""
    wanted = sa.select(OnlineCircuit.open_until).where(OnlineCircuit.provider == provider)
    until = api.db.session.scalar(wanted)
    return until is not None and until > api.now()


def note_answer(provider: str, *, answered: bool) -> None:
    """Count a failure in a row, or begin to count anew."""
    wanted = sa.select(OnlineCircuit.failures).where(OnlineCircuit.provider == provider)
    if not answered or api.db.session.scalar(wanted):
        _count(provider, answered=answered)


@api.unit
def _count(provider: str, *, answered: bool) -> None:
    made = api.insert_into(OnlineCircuit.__table__).values(provider=provider, failures=0)
    api.db.session.execute(made.on_conflict_do_nothing())
    wanted = sa.select(OnlineCircuit).where(OnlineCircuit.provider == provider).with_for_update()
    row = api.db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if answered:
        row.failures, row.open_until = 0, None
        return
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.open_until = api.now() + PEACE
