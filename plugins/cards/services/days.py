"""Days: the business day of a store, how long a card is valid, and how much of a pass is over."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from plugins.cards.models import Card, Pause


def today_in(store_id: int) -> dt.date:
    """Return the business day of now in a store."""
    store = api.db.session.get_one(api.Store, store_id)
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def begin(card: Card, on: dt.date) -> None:
    """Let a card count from a day on."""
    card.starts_on = on
    card.until_on = None
    if card.valid_days is not None:
        card.until_on = on + dt.timedelta(days=card.valid_days - 1)


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def running_pause(card_id: int) -> Pause | None:
    """Return the pause in which a card rests."""
    found: Pause | None = api.db.session.scalars(
        sa.select(Pause).where(Pause.card_id == card_id, Pause.until_on.is_(None))
    ).first()
    return found


def days_paused(card: Card, until: dt.date) -> int:
    """Return for how many days of its term a card rested before a day."""
    if card.starts_on is None:
        return 0
    rows = api.db.session.execute(
        sa.select(Pause.from_on, Pause.until_on).where(Pause.card_id == card.id)
    )
    # What rested before its first use moved no day of the term, which had not begun.
    ends = ((max(begun, card.starts_on), min(ended or until, until)) for begun, ended in rows)
    return sum(max((ended - begun).days, 0) for begun, ended in ends)


def days_over(card: Card, today: dt.date) -> int:
    """Return how many days of a card's term are over before *today*; pauses do not count."""
    if card.starts_on is None or card.valid_days is None:
        return 0
    gone = (today - card.starts_on).days - days_paused(card, today)
    return min(max(gone, 0), card.valid_days)
