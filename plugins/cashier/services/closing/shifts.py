"""Handing a shift over: one counts the drawer, the other takes it over."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Shift
from plugins.cashier.permissions import CLOSE_DAYS
from plugins.cashier.services.closing.drawer import book_difference, cash_expected, check_count
from plugins.cashier.services.closing.sheets import write_sheet
from plugins.cashier.services.days import require_unclosed_day
from plugins.cashier.services.numbers import lock_counter, today_of


@api.unit
def hand_over_shift(
    store_id: int,
    *,
    counted_fen: int,
    key: str,
    to_user: int | None = None,
    reason: str = "",
    note: str = "",
) -> Shift:
    """Hand the drawer over to the next person; a difference is booked, and needs a *reason*."""
    day = today_of(store_id)
    lock_counter(store_id, day)
    known = api.db.session.scalar(sa.select(Shift).where(Shift.key == key))
    if known is not None:
        return known
    require_unclosed_day(store_id, day)
    if to_user is not None and (
        to_user == api.actor().user_id or not CLOSE_DAYS.held_by(to_user, store_id)
    ):
        raise api.Refused(_("Choose who takes over from you."))
    expected = cash_expected(store_id, day)
    reason = check_count(expected, counted_fen, reason)
    shift = Shift(
        store_id=store_id,
        day_on=day,
        number=len(shifts_of(store_id, day)) + 1,
        key=key,
        at=api.now(),
        from_user=api.actor().user_id,
        to_user=to_user,
        expected_fen=expected,
        counted_fen=counted_fen,
        difference_fen=counted_fen - expected,
        reason=reason,
        note=note.strip()[:500],
    )
    shift.sheet = write_sheet(store_id, day, since=shift_began(store_id, day))
    api.db.session.add(shift)
    api.db.session.flush()
    book_difference(
        store_id, day, shift.difference_fen, key=f"shift:{shift.id}", reason=shift.reason
    )
    _record(shift)
    return shift


def _record(shift: Shift) -> None:
    told = f"{api.format_fen(shift.counted_fen)} · {api.format_fen(shift.difference_fen)}"
    title = _("Handed a shift over")
    api.record_audit("cashier.shift", shift, note=told, store_id=shift.store_id, title=title)


def shift_began(store_id: int, day: dt.date) -> dt.datetime | None:
    """Return when the running shift of a day began: at the last hand-over, if there was one."""
    last = sa.select(sa.func.max(Shift.at)).where(Shift.store_id == store_id, Shift.day_on == day)
    found: dt.datetime | None = api.db.session.scalar(last)
    return found


def shifts_of(store_id: int, day: dt.date) -> list[Shift]:
    """Return the shifts that were handed over on a day, the first one first."""
    wanted = sa.select(Shift).where(Shift.store_id == store_id, Shift.day_on == day)
    return list(api.db.session.scalars(wanted.order_by(Shift.number)))
