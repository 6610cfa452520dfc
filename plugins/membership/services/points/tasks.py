"""Small tasks that earn points, up to so many on a day; none of them is sharing (rule R8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import POINTS, Account, Entry, Journal, Leg, earn_points, heir_of
from plugins.membership.hookspecs import membership_visit_days
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.points.rules import (
    STREAK,
    STREAK_BY,
    TASKS,
    TASKS_A_DAY,
    expiry_of,
)
from plugins.membership.services.points.telling import tell_of_points

#: What is said of the points of a task; signing in says it on her screen.
TOLD = {
    "profile": _("complete profile"),
    "first_booking": _("first booking"),
    "review": _("rating of a visit"),
    "streak": _("visits in a row"),
}
CODE = "task_points"
#: A night in which no worker ran loses nobody her points.
LATELY = dt.timedelta(days=3)


@api.unit
def award_task(member_id: int, task: str, about: str = "") -> int:
    """Give the points of a task, once for each thing it is *about*, and return them.

    Signing in counts once a day. Zero when she had them before, the task gives none, or the day's
    limit is reached; the last ones before it are cut.
    """
    member = lock_member(member_id)
    points = TASKS[task].get()
    key = task_key(member.id, task, about)
    if not points or was_awarded(member.id, task, about):
        return 0
    if TASKS_A_DAY.get():
        points = min(points, TASKS_A_DAY.get() - tasks_today(member.id))
    if points <= 0:
        return 0
    entry = Entry(key=key, code=CODE, store_id=member.home_store_id, asked=[task])
    earn_points(entry, member.id, points, expires=expiry_of(today_of_chain()))
    if task in TOLD:
        store_id = member.home_store_id
        tell_of_points(member.id, [points], TOLD[task], key=f"{key}:told", store_id=store_id)
    return points


def task_key(member_id: int, task: str, about: str = "") -> str:
    """Return the key under which the points of a task are given."""
    about = today_of_chain().isoformat() if task == "sign_in" else about
    return f"membership.task:{task}:{member_id}{f':{about}' if about else ''}"


def was_awarded(member_id: int, task: str, about: str = "") -> bool:
    """Tell whether the points of a task were given (today, for signing in)."""
    known = sa.select(Journal.id).where(Journal.idem_key == task_key(member_id, task, about))
    return api.db.session.scalar(known) is not None


def tasks_today(member_id: int) -> int:
    """Return how many points tasks gave a member on the books' day."""
    given = (
        sa.select(sa.func.sum(Leg.amount))
        .join(Journal, Journal.id == Leg.journal_id)
        .join(Account, Account.id == Leg.credit_id)
        .where(Account.owner == "member", Account.owner_id == heir_of(member_id))
        .where(Journal.code == CODE, Leg.unit == POINTS)
        .where(Journal.business_on >= today_of_chain())
    )
    return int(api.db.session.scalar(given) or 0)


def row_of(member_id: int) -> int:
    """Return for how many weeks or months in a row a member has come, since she was last paid."""
    today = today_of_chain()
    days = _days_of([member_id], _first_of(today), today).get(member_id, set())
    return _count({_span(day) for day in days}, _span(today), _last_paid(member_id))


def award_rows() -> None:
    """Give the points of visits in a row to whoever came lately; the worker's nightly act."""
    if not TASKS["streak"].get():
        return
    yesterday = today_of_chain() - dt.timedelta(days=1)
    came = _days_of(None, yesterday - LATELY, yesterday)
    days = _days_of(sorted(came), _first_of(yesterday - LATELY), yesterday)
    for member_id in sorted(came):
        day = max(came[member_id])
        spans = {_span(each) for each in days.get(member_id, ())}
        if _count(spans, _span(day), _last_paid(member_id)) >= STREAK.get():
            award_task(member_id, "streak", _name(_span(day)))


def _days_of(
    member_ids: Sequence[int] | None, first: dt.date, last: dt.date
) -> dict[int, set[dt.date]]:
    told = api.answers(membership_visit_days, member_ids=member_ids, first=first, last=last)
    found: dict[int, set[dt.date]] = {}
    for answer in told:
        for member_id, day in answer:
            found.setdefault(member_id, set()).add(day)
    return found


def _first_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=STREAK.get() * (7 if STREAK_BY.get() == "week" else 31))


def _span(day: dt.date) -> int:
    """Number the week or the month of a day, so that the next one is one more."""
    if STREAK_BY.get() == "week":
        return (day.toordinal() - 1) // 7
    return day.year * 12 + day.month


def _name(span: int) -> str:
    return f"{STREAK_BY.get()}-{span}"


def _count(spans: Iterable[int], now: int, paid: int) -> int:
    """Count the spans in a row up to now; one without a visit yet that still runs breaks none."""
    held = set(spans)
    at = now if now in held else now - 1
    count = 0
    while at in held and at > paid:
        count, at = count + 1, at - 1
    return count


def _last_paid(member_id: int) -> int:
    """Return the week or month for which a member last had these points; 0 if she never had."""
    begins = task_key(member_id, "streak", f"{STREAK_BY.get()}-")
    keys = sa.select(Journal.idem_key).where(Journal.idem_key.startswith(begins, autoescape=True))
    return max((int(key.rpartition("-")[2]) for key in api.db.session.scalars(keys)), default=0)
