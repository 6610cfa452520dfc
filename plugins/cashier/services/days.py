"""Which days may still be changed, and into which day something is booked."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Day, PeriodLock
from plugins.cashier.services.numbers import today_of

A_DAY = dt.timedelta(days=1)


class DayClosed(api.Refused):
    """What stands in the books of a closed day stays, unless it is reopened."""

    def __init__(self) -> None:
        super().__init__(_("This business day is closed. Reopen it first."))


class MonthLocked(api.Refused):
    """Nothing changes in a locked month; what is late is booked in the open one."""

    def __init__(self) -> None:
        super().__init__(_("The books of this month are locked."))


def closed_through(store_id: int) -> dt.date | None:
    """Return the last closed day of a store; all earlier ones are closed with it."""
    found: dt.date | None = api.db.session.scalar(_CLOSED, {"store_id": store_id})
    return found


_CLOSED = sa.select(sa.func.max(Day.day_on)).where(
    Day.store_id == sa.bindparam("store_id"), Day.state == "closed"
)
_LOCKED = sa.select(sa.func.max(PeriodLock.month_on)).where(PeriodLock.locked)
#: Both at once, for what asks with every posting.
_ENDS = sa.select(
    _CLOSED.scalar_subquery().label("closed_on"), _LOCKED.scalar_subquery().label("month_on")
)


def locked_through() -> dt.date | None:
    """Return the last day of the last locked month."""
    return _month_end(api.db.session.scalar(_LOCKED))


def _month_end(month_on: dt.date | None) -> dt.date | None:
    return None if month_on is None else (month_on + 31 * A_DAY).replace(day=1) - A_DAY


def hold_books(store_id: int | None, *, shared: bool) -> None:
    """Keep a store's days as they are until the unit ends: whoever books in one shares this.

    Whoever closes one does not, waits for those, and lets nobody book meanwhile.
    """
    api.lock("cashier.books", store_id or 0, shared=shared)


def require_unclosed_day(store_id: int, day: dt.date) -> None:
    """Raise `Refused` when a day was closed, or its month was locked."""
    hold_books(store_id, shared=True)
    locked = locked_through()
    if locked is not None and day <= locked:
        raise MonthLocked
    closed = closed_through(store_id)
    if closed is not None and day <= closed:
        raise DayClosed


def require_open_day(store_id: int, day: dt.date) -> None:
    """Raise `Refused` unless what stands in the books of a day may still be changed.

    That is so until the business day is over, and again while the day is reopened.
    """
    require_unclosed_day(store_id, day)
    if day >= today_of(store_id):
        return
    reopened = sa.select(Day.id).where(
        Day.store_id == store_id, Day.day_on == day, Day.state == "reopened"
    )
    if api.db.session.scalar(reopened) is None:
        raise api.Refused(_("This business day is over; what stands in its books stays."))


def book_day(bill: Bill) -> dt.date:
    """Return the day into whose books a settlement of a bill goes now.

    That is today, or the next open day once today is closed; a late entry goes into the day of
    the service while that is open.
    """
    hold_books(bill.store_id, shared=True)
    today = today_of(bill.store_id)
    if bill.late and bill.business_on < today and not is_closed(bill.store_id, bill.business_on):
        return bill.business_on
    return next_open_day(bill.store_id, today)


def paid_day(bill: Bill) -> dt.date:
    """Return the day on which what is settled on a bill now was paid and done.

    That is today, whatever day the books have it on, and the day of the service of a late entry.
    """
    return bill.business_on if bill.late else today_of(bill.store_id)


def next_open_day(store_id: int | None, day: dt.date) -> dt.date:
    """Return a day, or the first open one after it once it is closed; for a chain without store.

    In a unit the answer holds until the unit ends.
    """
    hold_books(store_id, shared=True)
    found = api.db.session.execute(_ENDS, {"store_id": store_id}).one()
    ends = [end for end in (found.closed_on, _month_end(found.month_on)) if end is not None]
    return max([day, *(end + A_DAY for end in ends)])


def is_closed(store_id: int, day: dt.date) -> bool:
    """Tell whether a day was closed, or its month was locked."""
    ends = (closed_through(store_id), locked_through())
    return any(end is not None and day <= end for end in ends)
