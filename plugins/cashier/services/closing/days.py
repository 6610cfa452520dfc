"""Closing a day: cash counted, books locked, the sheet frozen and sent; reopening it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.hookspecs import cashier_day_closed
from plugins.cashier.models import Bill, CashMove, Day, DayReopening
from plugins.cashier.permissions import CLOSE_DAYS, GET_DAY_SHEETS, REOPEN_DAYS
from plugins.cashier.services.closing.drawer import (
    FLOAT,
    book_difference,
    book_move,
    cash_expected,
    check_count,
    take_back,
)
from plugins.cashier.services.closing.running import drawer_of
from plugins.cashier.services.closing.sheets import unfinished, write_sheet
from plugins.cashier.services.days import A_DAY, closed_through, hold_books, require_unclosed_day
from plugins.cashier.services.evidence import unchecked
from plugins.cashier.services.numbers import lock_counter, today_of
from plugins.ledger.api import SealMark, last_seal, short_seal

SHEETS = "/console/cashier/closing/days/"


@api.unit
def close_day(
    store_id: int,
    day: dt.date,
    *,
    counted_fen: int,
    key: str,
    reason: str = "",
    taken_fen: int | None = None,
    anyway: bool = False,
) -> Day:
    """Close a business day and return it with its sheet; the same *key* closes once.

    A difference in cash is booked and needs a *reason*. What lies above the float is taken out
    for the bank, unless *taken_fen* says otherwise. Open bills and lines without performer
    are refused, unless they are to stay so (*anyway*).
    """
    lock_counter(store_id, day)
    hold_books(store_id, shared=False)
    known = find_day(store_id, day)
    if known is not None and known.key == key:
        return known
    if not CLOSE_DAYS.held(store_id):
        raise api.Refused(_("You may not close days."))
    if day > today_of(store_id):
        raise api.Refused(_("This day has not begun."))
    require_unclosed_day(store_id, day)
    left = unfinished(store_id, day)
    if left.count and not anyway:
        raise api.Refused(_("Something is not finished. Finish it, or close the day anyway."))
    expected = cash_expected(store_id, day)
    reason = check_count(expected, counted_fen, reason)
    taken = max(counted_fen - FLOAT.get(store_id), 0) if taken_fen is None else taken_fen
    if not 0 <= taken <= counted_fen:
        raise api.Refused(_("There is not so much cash in the drawer."))
    drawer = drawer_of(store_id, day)
    found = known or Day(store_id=store_id, day_on=day, times=0)
    _write(found, key, expected, counted_fen, taken, reason)
    book = f"day:{found.id}:{found.times}"
    book_difference(store_id, day, found.difference_fen, key=book, reason=reason)
    if taken:
        book_move(store_id, day, "bank", -taken, key=f"{book}:bank")
    found.sheet = {**_sheet(found, left.count), "drawer": drawer}
    found.net_fen = found.sheet["net_fen"]
    _tell(found)
    return found


def find_day(store_id: int, day: dt.date) -> Day | None:
    """Return what is kept of a day that was closed once."""
    wanted = sa.select(Day).where(Day.store_id == store_id, Day.day_on == day)
    found: Day | None = api.db.session.scalar(wanted)
    return found


def _write(day: Day, key: str, expected: int, counted: int, taken: int, reason: str) -> None:
    day.key, day.state = key, "closed"
    day.closed_at, day.closed_by = api.now(), api.actor().user_id
    day.expected_fen, day.counted_fen = expected, counted
    day.difference_fen, day.reason, day.taken_fen = counted - expected, reason, taken
    day.times += 1
    day.version = (day.version or 0) + 1
    day.sheet, day.net_fen = {}, 0
    api.db.session.add(day)
    api.db.session.flush()


def _sheet(day: Day, left: int) -> dict[str, Any]:
    sheet, seal = write_sheet(day.store_id, day.day_on), last_seal()
    return {
        **sheet,
        "seal": _kept(seal) if seal else None,
        "unfinished": left,
        "unchecked": asdict(unchecked(day.store_id, day.day_on, day.day_on)),
        "cash": {
            "expected_fen": day.expected_fen,
            "counted_fen": day.counted_fen,
            "difference_fen": day.difference_fen,
            "reason": day.reason,
            "taken_fen": day.taken_fen,
            "left_fen": day.counted_fen - day.taken_fen,
        },
    }


def _kept(seal: SealMark) -> dict[str, Any]:
    return {
        "number": seal.number,
        "sealed_at": seal.sealed_at.isoformat(),
        "digest": seal.digest,
        "short": short_seal(seal.digest),
    }


def _tell(day: Day) -> None:
    store = api.db.session.get_one(api.Store, day.store_id)
    difference = api.format_fen(day.difference_fen)
    note = f"{day.day_on} · {api.format_fen(day.net_fen)} · {difference}"
    title = _("Closed a day")
    api.record_audit("cashier.day_closed", day, note=note, store_id=day.store_id, title=title)
    api.settle_notice(_forgotten_key(day.store_id))
    api.notify(
        _(
            "%(store)s closed %(day)s: %(net)s net received",
            store=store.name,
            day=day.day_on.isoformat(),
            net=api.format_fen(day.net_fen),
        ),
        _words(day, difference),
        url=f"{SHEETS}{day.id}",
        store_id=day.store_id,
        permission=GET_DAY_SHEETS,
        key=f"cashier.day:{day.id}:{day.times}",
    )
    api.emit(cashier_day_closed, store_id=day.store_id, day_on=day.day_on.isoformat())


def _words(day: Day, difference: str) -> Any:
    told = {
        "counted": api.format_fen(day.counted_fen),
        "difference": difference,
        "reason": day.reason,
    }
    kept = day.sheet["seal"]
    if not kept:
        return _("Cash %(counted)s, difference %(difference)s. %(reason)s", **told)
    return _(
        "Cash %(counted)s, difference %(difference)s. %(reason)s Seal %(number)s: %(seal)s",
        number=kept["number"],
        seal=kept["short"],
        **told,
    )


@api.unit
def reopen_day(day_id: int, reason: str) -> Day:
    """Reopen the last closed day of a store, and say why; its count is taken back."""
    day = api.db.session.get(Day, day_id, with_for_update=True, populate_existing=True)
    if day is None:
        raise api.NotFound(_("There is no such day."))
    if not REOPEN_DAYS.held(day.store_id):
        raise api.Refused(_("You may not reopen days."))
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    if day.state != "closed":
        raise api.Conflict(_("This day is open."))
    if closed_through(day.store_id) != day.day_on:
        raise api.Refused(_("A later day is closed. Reopen that one first."))
    day.state, day.version = "reopened", day.version + 1
    api.db.session.flush()
    require_unclosed_day(day.store_id, day.day_on)
    day.reopened_at, day.reopened_by = api.now(), api.actor().user_id
    day.reopen_reason = reason
    again = DayReopening(day_id=day.id, at=day.reopened_at, by_user=day.reopened_by)
    again.reason, again.net_fen = reason, day.net_fen
    api.db.session.add(again)
    _take_back(day, reason)
    title = _("Reopened a closed day")
    api.record_audit("cashier.day_reopened", day, note=reason, store_id=day.store_id, title=title)
    store = api.db.session.get_one(api.Store, day.store_id)
    api.notify(
        _("%(store)s reopened %(day)s", store=store.name, day=day.day_on.isoformat()),
        reason,
        url=f"{SHEETS}{day.id}",
        store_id=day.store_id,
        permission=GET_DAY_SHEETS,
        key=f"cashier.reopened:{day.id}:{day.times}",
    )
    return day


def _take_back(day: Day, reason: str) -> None:
    """Reverse what the count of a day booked, so that it can be counted anew."""
    book = f"day:{day.id}:{day.times}"
    if day.taken_fen:
        take_back(f"{book}:bank", day.store_id, day.day_on, reason)
        back = CashMove(store_id=day.store_id, day_on=day.day_on, key=f"{book}:back", kind="back")
        back.amount_fen, back.note = day.taken_fen, reason
        back.at, back.by_user = api.now(), api.actor().user_id
        api.db.session.add(back)
    take_back(book, day.store_id, day.day_on, reason)


def unclosed_days(store_id: int) -> list[dt.date]:
    """Return past days of a store that had bills and were not closed, the oldest first.

    A store that never closed a day is asked for yesterday only.
    """
    today = today_of(store_id)
    since = closed_through(store_id) or today - 2 * A_DAY
    busy = (
        sa.select(Bill.booked_on)
        .where(Bill.store_id == store_id, Bill.booked_on > since, Bill.booked_on < today)
        .where(Bill.state.in_(("settled", "part_paid", "refunded")))
        .distinct()
        .order_by(Bill.booked_on)
    )
    return list(api.db.session.scalars(busy))


def remind_of_days() -> None:
    """Remind every store of past days that were not closed; the worker does so each morning."""
    stores = api.db.session.scalars(sa.select(api.Store).where(api.Store.closed.is_(False)))
    for store in stores.all():
        _remind(store.id)


@api.unit
def _remind(store_id: int) -> None:
    days = unclosed_days(store_id)
    if not days:
        return
    store = api.db.session.get_one(api.Store, store_id)
    api.notify(
        _("%(store)s: %(day)s was not closed", store=store.name, day=days[-1].isoformat()),
        _("Count the cash and close the day."),
        url=f"/console/cashier/closing/?store={store_id}&day={days[-1].isoformat()}",
        store_id=store_id,
        permission=CLOSE_DAYS,
        todo=True,
        key=_forgotten_key(store_id),
    )


def _forgotten_key(store_id: int) -> str:
    return f"cashier.unclosed:{store_id}"
