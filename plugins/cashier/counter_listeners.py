"""What the till answers for money that moves elsewhere: into which day's books it goes."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.cashier.services.days import next_open_day


@api.hookimpl
def ledger_book_day(store_id: int | None, day: dt.date) -> dt.date:
    """Keep what is posted without a bill out of closed days and locked months as well."""
    return next_open_day(store_id, day)
