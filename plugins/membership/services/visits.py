"""When members came last, by whatever plugin knows of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from console import api
from plugins.membership.hookspecs import membership_last_visits
from plugins.membership.services.movements import last_used_on


def last_visit_on(member_id: int) -> dt.date | None:
    """Return the last business day on which a member was there; None if she never was."""
    return api.read_once(("membership.last_visit", member_id), lambda: _ask(member_id))


def _ask(member_id: int) -> dt.date | None:
    told = last_visits([member_id]).get(member_id)
    used = last_used_on(member_id, ever=told is None)
    return max((day for day in (told, used) if day is not None), default=None)


def last_visits(member_ids: Sequence[int]) -> dict[int, dt.date]:
    """Return the last days that plugins know of, by member, without a query for each."""
    found: dict[int, dt.date] = {}
    for answer in api.answers(membership_last_visits, member_ids=member_ids):
        for member_id, day in answer:
            found[member_id] = max(day, found.get(member_id, day))
    return found


def say_days_ago(visited_on: dt.date, today: dt.date) -> str:
    """Say how long ago a visit was, in the reader's language."""
    days = (today - visited_on).days
    if days < 1:
        return api.gettext("today")
    return api.ngettext("%(num)s day ago", "%(num)s days ago", days)
