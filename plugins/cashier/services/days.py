"""Which days may still be changed."""

from __future__ import annotations

import datetime as dt

from console import api
from console.api import _
from plugins.cashier.services.numbers import today_of


def require_open_day(store_id: int, day: dt.date) -> None:
    """Raise `Refused` unless what stands in the books of a day may still be changed."""
    if day < today_of(store_id):
        raise api.Refused(_("This business day is over; what stands in its books stays."))
