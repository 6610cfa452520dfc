"""What the till answers for money at members' files: the bill of it, and the day of its books."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.cashier.services.alone import counter_in
from plugins.cashier.services.days import next_open_day
from plugins.membership.api import Counter


@api.hookimpl
def ledger_book_day(store_id: int | None, day: dt.date) -> dt.date:
    """Keep what is posted without a bill out of closed days and locked months as well."""
    return next_open_day(store_id, day)


@api.hookimpl
def membership_find_counter(store_id: int) -> Counter:
    """Sell top-ups and take fees at the till, on bills of their own."""
    return counter_in(store_id)
