"""Numbers of bills: each store counts anew every business day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Counter

COUNTER: Any = Counter.__table__
#: What an order's number adds to its bill's.
LETTERS = {"service": "S", "card": "C", "recharge": "T", "product": "P", "deposit": "D"}


def today_of(store_id: int) -> dt.date:
    """Return the business day of a store."""
    store = api.db.session.get(api.Store, store_id)
    if store is None:
        raise api.NotFound(_("There is no such store."))
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def lock_counter(store_id: int, day: dt.date) -> Counter:
    """Return a store's counter of a day, locked until the unit ends."""
    asked = {"store_id": store_id, "day_on": day}
    known = api.db.session.scalar(_LOCKED, asked)
    if known is not None:
        return known
    made = api.insert_into(COUNTER).values(**asked, last=0)
    api.db.session.execute(made.on_conflict_do_nothing())
    return api.db.session.scalars(_LOCKED, asked).one()


_LOCKED = (
    sa.select(Counter)
    .where(Counter.store_id == sa.bindparam("store_id"), Counter.day_on == sa.bindparam("day_on"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def next_number(counter: Counter) -> str:
    """Return the next number of a locked counter, such as 261122-007."""
    counter.last += 1
    return f"{counter.day_on:%y%m%d}-{counter.last:03}"


def order_number(bill_number: str, kind: str) -> str:
    """Return the number of the order of a kind on a bill."""
    return f"{bill_number}{LETTERS[kind]}"
