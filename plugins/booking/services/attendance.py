"""Coming to work and going home: noted by staff with the store's code, corrected by a manager."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Stint
from plugins.booking.services.showing import day_and_clock
from plugins.salon.api import Staff, working_staff

#: Nobody is at work for longer than this without going home.
LONGEST = dt.timedelta(hours=24)


@dataclass(frozen=True)
class StintDraft:
    """From when to when somebody was at work, as a manager says it."""

    staff_id: int
    day: dt.date
    came_at: dt.datetime
    left_at: dt.datetime | None = None


def stint_open(staff_id: int, store: api.Store) -> Stint | None:
    """Return since when somebody is at work today; None when she is not."""
    rows = sa.select(Stint).where(
        Stint.staff_id == staff_id, Stint.day_on == _today(store), Stint.left_at.is_(None)
    )
    found: Stint | None = api.db.session.scalar(rows)
    return found


@api.unit
def check_in(store_id: int, staff_id: int, *, by: str = "code", near: bool | None = None) -> Stint:
    """Note that somebody came to work; who is here already is noted once. Raises `Refused`."""
    store = _lock(store_id, staff_id)
    known = stint_open(staff_id, store)
    if known is not None and known.store_id == store_id:
        return known
    if known is not None:
        raise api.Conflict(_("You are checked in at %(name)s.", name=known.store.name))
    stint = Stint(
        store_id=store_id,
        staff_id=staff_id,
        day_on=_today(store),
        came_at=_minute(api.now()),
        came_by=by,
        came_near=near,
    )
    api.db.session.add(stint)
    api.db.session.flush()
    return stint


@api.unit
def check_out(
    store_id: int, staff_id: int, *, by: str = "code", near: bool | None = None
) -> Stint | None:
    """Note that somebody goes home; None for who came only in this very minute.

    Who left already is noted once. Raises `Refused`.
    """
    store = _lock(store_id, staff_id)
    stint = stint_open(staff_id, store)
    if stint is None:
        last = _last(staff_id, _today(store))
        if last is not None:
            return last
        raise api.Conflict(_("You did not check in today. Ask the manager to note when you came."))
    if stint.store_id != store_id:
        raise api.Conflict(_("You are checked in at %(name)s.", name=stint.store.name))
    moment = _minute(api.now())
    if moment <= stint.came_at:
        api.db.session.delete(stint)
        return None
    stint.left_at, stint.left_by, stint.left_near = moment, by, near
    api.db.session.flush()
    return stint


@api.unit
def correct_stint(
    store_id: int, draft: StintDraft, *, reason: str, stint_id: int | None = None
) -> Stint:
    """Note or correct, by hand, from when to when somebody was at work; the trail keeps why.

    Raises `Refused` for times that overlap others of hers, lie ahead, or have no reason.
    """
    store = _lock(store_id, draft.staff_id)
    stint = _known(stint_id, store_id, draft.staff_id) if stint_id is not None else None
    _check(draft, stint_id, reason, store)
    before = _words(stint, store)
    if stint is None:
        stint = Stint(store_id=store_id, staff_id=draft.staff_id, came_by="hand")
        api.db.session.add(stint)
    if stint.came_at != draft.came_at:
        stint.came_by, stint.came_near = "hand", None
    if stint.left_at != draft.left_at:
        stint.left_by = "hand" if draft.left_at is not None else None
        stint.left_near = None
    stint.day_on, stint.came_at, stint.left_at = draft.day, draft.came_at, draft.left_at
    api.db.session.flush()
    _audit(stint, before, _words(stint, store), reason)
    return stint


@api.unit
def drop_stint(stint_id: int, store_id: int, staff_id: int, *, reason: str) -> None:
    """Take back what was noted of somebody; the trail keeps it and why."""
    store = _lock(store_id, staff_id)
    stint = _known(stint_id, store_id, staff_id)
    _require(reason)
    _audit(stint, _words(stint, store), {}, reason)
    api.db.session.delete(stint)


def _lock(store_id: int, staff_id: int) -> api.Store:
    """Let what is noted of one person wait for one another; raises `NotFound`."""
    api.db.session.get(Staff, staff_id, with_for_update={"key_share": True})
    store = api.db.session.get(api.Store, store_id)
    if store is None or staff_id not in {each.id for each in working_staff(store_id)}:
        raise api.NotFound(_("There is no such record."))
    return store


def _known(stint_id: int, store_id: int, staff_id: int) -> Stint:
    stint = api.db.session.get(Stint, stint_id)
    if stint is None or (stint.store_id, stint.staff_id) != (store_id, staff_id):
        raise api.NotFound(_("There is no such record."))
    return stint


def _check(draft: StintDraft, stint_id: int | None, reason: str, store: api.Store) -> None:
    _require(reason)
    left_at = draft.left_at
    if left_at is not None and not draft.came_at < left_at <= draft.came_at + LONGEST:
        raise api.Refused(_("Going home comes after coming, within 24 hours."))
    if draft.came_at > api.now() or (left_at is not None and left_at > api.now()):
        raise api.Refused(_("This time has not come yet."))
    if left_at is None and draft.day != _today(store):
        raise api.Refused(_("Say when she went home."))
    others = sa.select(Stint).where(
        Stint.staff_id == draft.staff_id,
        Stint.id != (stint_id or 0),
        Stint.came_at < (left_at or draft.came_at + LONGEST),
        sa.or_(
            Stint.left_at > draft.came_at,
            sa.and_(Stint.left_at.is_(None), Stint.day_on == draft.day),
        ),
    )
    if api.db.session.scalar(others.limit(1)) is not None:
        raise api.Conflict(_("She was at work in a part of this time already."))


def _require(reason: str) -> None:
    if not reason.strip():
        raise api.Refused(_("Say why it is corrected."))


def _last(staff_id: int, day: dt.date) -> Stint | None:
    rows = sa.select(Stint).where(Stint.staff_id == staff_id, Stint.day_on == day)
    found: Stint | None = api.db.session.scalar(rows.order_by(Stint.came_at.desc()).limit(1))
    return found


def _audit(stint: Stint, before: dict[str, Any], after: dict[str, Any], reason: str) -> None:
    api.record_audit(
        "booking.attendance_corrected",
        stint,
        store_id=stint.store_id,
        before=before,
        after=after,
        note=reason.strip()[:200],
        title=_(
            "Corrected the attendance of %(name)s",
            name=api.db.session.get_one(Staff, stint.staff_id).name,
        ),
    )


def _words(stint: Stint | None, store: api.Store) -> dict[str, Any]:
    if stint is None:
        return {}
    left = day_and_clock(stint.left_at, store.time_zone) if stint.left_at else ""
    return {"came_at": day_and_clock(stint.came_at, store.time_zone), "left_at": left}


def _today(store: api.Store) -> dt.date:
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def _minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)
