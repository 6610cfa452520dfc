"""Locking months: a locked month does not change; what is late is booked in the open one."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, PeriodLock
from plugins.cashier.permissions import LOCK_PERIODS
from plugins.cashier.services.days import A_DAY, closed_through, hold_books
from plugins.cashier.services.numbers import today_of

ZONE = "Asia/Shanghai"


def month_of(day: dt.date) -> dt.date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def month_end(month: dt.date) -> dt.date:
    """Return the last day of a month."""
    return (month_of(month) + 31 * A_DAY).replace(day=1) - A_DAY


@api.unit
def lock_month(month: dt.date) -> PeriodLock:
    """Lock a month for the whole chain: it is over, and all its days are closed."""
    month = month_of(month)
    if not LOCK_PERIODS.held():
        raise api.Refused(_("You may not lock months."))
    if month_end(month) >= api.today(ZONE):
        raise api.Refused(_("This month is not over."))
    _hold_all_books()
    missing = open_days(month)
    if missing:
        raise api.Refused(
            _("Close these days first: %(days)s", days=api.gettext(", ").join(missing))
        )
    lock = find_lock(month)
    if lock is None:
        lock = PeriodLock(month_on=month)
        api.db.session.add(lock)
    elif lock.locked:
        return lock
    lock.locked, lock.locked_at, lock.locked_by = True, api.now(), api.actor().user_id
    lock.reason = ""
    api.db.session.flush()
    _record(lock, "cashier.month_locked", _("Locked a month"))
    return lock


def _hold_all_books() -> None:
    stores = api.db.session.scalars(sa.select(api.Store.id).order_by(api.Store.id))
    for store_id in (0, *stores.all()):
        hold_books(store_id, shared=False)


@api.unit
def unlock_month(month: dt.date, reason: str) -> PeriodLock:
    """Unlock the last locked month, and say why; whoever may see the books is told."""
    reason = reason.strip()[:200]
    if not LOCK_PERIODS.held():
        raise api.Refused(_("You may not lock months."))
    if not reason:
        raise api.Refused(_("Say why."))
    lock = find_lock(month_of(month))
    if lock is None or not lock.locked:
        raise api.Conflict(_("This month is not locked."))
    later = sa.select(PeriodLock.id).where(PeriodLock.locked, PeriodLock.month_on > lock.month_on)
    if api.db.session.scalar(later.limit(1)) is not None:
        raise api.Refused(_("A later month is locked. Unlock that one first."))
    lock.locked, lock.reason = False, reason
    lock.unlocked_at, lock.unlocked_by = api.now(), api.actor().user_id
    _record(lock, "cashier.month_unlocked", _("Unlocked a month"))
    api.notify(
        _("The books of %(month)s were unlocked", month=f"{lock.month_on:%Y-%m}"),
        reason,
        url="/console/cashier/periods/",
        permission=LOCK_PERIODS,
        key=f"cashier.unlocked:{lock.id}:{lock.unlocked_at.isoformat()}",
    )
    return lock


def find_lock(month: dt.date) -> PeriodLock | None:
    """Return the lock of a month, if it was ever locked."""
    wanted = sa.select(PeriodLock).where(PeriodLock.month_on == month)
    found: PeriodLock | None = api.db.session.scalar(wanted)
    return found


def months() -> list[tuple[dt.date, PeriodLock | None]]:
    """Return the months that had bills, the latest first, with their locks."""
    days = sa.select(sa.func.min(Bill.booked_on), sa.func.max(Bill.booked_on))
    first, last = api.db.session.execute(days).one()
    if first is None:
        return []
    locks = {lock.month_on: lock for lock in api.db.session.scalars(sa.select(PeriodLock))}
    found: list[tuple[dt.date, PeriodLock | None]] = []
    month = month_of(last)
    while month >= month_of(first) and len(found) < 60:
        found.append((month, locks.get(month)))
        month = month_of(month - A_DAY)
    return found


def open_days(month: dt.date) -> list[str]:
    """Name the stores whose last day with bills of a month is not closed yet."""
    last = (
        sa.select(Bill.store_id, sa.func.max(Bill.booked_on).label("day"))
        .where(Bill.booked_on.between(month_of(month), month_end(month)))
        .where(Bill.state.in_(("settled", "part_paid", "refunded")))
        .group_by(Bill.store_id)
    )
    found = []
    for store_id, day in api.db.session.execute(last).all():
        closed = closed_through(store_id)
        if (closed is None or closed < day) and day < today_of(store_id):
            store = api.db.session.get_one(api.Store, store_id)
            found.append(f"{store.name} {day.isoformat()}")
    return found


def _record(lock: PeriodLock, act: str, title: object) -> None:
    note = f"{lock.month_on:%Y-%m}" + (f" · {lock.reason}" if lock.reason else "")
    api.record_audit(act, lock, note=note, title=title)
