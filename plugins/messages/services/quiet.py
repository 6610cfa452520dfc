"""When marketing may be sent, and what else can wait; how much of it to one member."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.messages.models import Message
from plugins.messages.services.settings import (
    MARKETING_FROM,
    MARKETING_TO,
    MOST_A_DAY,
    MOST_A_MONTH,
)

CHINA = "Asia/Shanghai"


def next_moment(store_id: int | None, *, after: dt.datetime | None = None) -> dt.datetime:
    """Return when members of a store may next get what can wait: now, or in the morning."""
    now = after or api.now()
    store = api.db.session.get(api.Store, store_id) if store_id else None
    local = now.astimezone(ZoneInfo(store.time_zone if store else CHINA))
    begin, end = dt.time.fromisoformat(MARKETING_FROM.get()), _last_moment()
    if begin <= local.time() <= end:
        return now
    day = local.date() + dt.timedelta(days=local.time() > end)
    return dt.datetime.combine(day, begin, local.tzinfo).astimezone(dt.UTC)


def _last_moment() -> dt.time:
    """Return the end of the time for marketing; one that lies before its begin leaves a minute."""
    return max(
        dt.time.fromisoformat(MARKETING_TO.get()), dt.time.fromisoformat(MARKETING_FROM.get())
    )


def has_had_enough(member_id: int) -> bool:
    """Tell whether a member got as much marketing as she may in a day or in thirty days."""
    return _count(member_id, 1) >= MOST_A_DAY.get() or _count(member_id, 30) >= MOST_A_MONTH.get()


def _count(member_id: int, days: int) -> int:
    since = api.now() - dt.timedelta(days=days)
    found = sa.select(sa.func.count()).where(
        Message.member_id == member_id, Message.purpose == "marketing", Message.sent_at > since
    )
    return api.db.session.scalar(found) or 0
