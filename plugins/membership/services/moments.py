"""The timeline of a member: what her file, the ledger and other plugins tell, merged by time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.hookspecs import (
    TimelineMoment,
    TimelinePlace,
    membership_timeline_kinds,
    membership_timeline_moments,
)

SHOWN = 20


@dataclass(frozen=True)
class TimelinePage:
    """A part of a timeline, the latest first; *older* is where the next part begins."""

    moments: Sequence[TimelineMoment]
    older: str


def older_than(
    before: TimelinePlace | None, source: str, at: Any, number: Any
) -> sa.ColumnElement[bool]:
    """Return the condition that a row of *source* stands below a place of the timeline.

    *at* and *number* are its columns; order by both, descending.
    """
    if before is None:
        return sa.true()
    if source == before.source:
        same = sa.and_(at == before.at, number < before.number)
        return sa.or_(at < before.at, same)
    is_older: sa.ColumnElement[bool] = at <= before.at if source > before.source else at < before.at
    return is_older


def read_timeline(member_id: int, *, before: str = "", kind: str = "") -> TimelinePage:
    """Return a part of a member's timeline as all plugins tell it."""
    answers = api.answers(
        membership_timeline_moments,
        member_id=member_id,
        before=read_place(before),
        most=SHOWN + 1,
        kind=kind,
    )
    found = sorted((one for answer in answers for one in answer), key=_order)
    shown = found[:SHOWN]
    more = len(found) > SHOWN
    return TimelinePage(shown, write_place(shown[-1]) if more else "")


def _order(moment: TimelineMoment) -> tuple[float, str, int]:
    return -moment.at.timestamp(), moment.source, -moment.number


def kinds_of_moments() -> list[tuple[str, Any]]:
    """Return the kinds that a timeline can be narrowed to, with their labels."""
    answers = api.answers(membership_timeline_kinds)
    return list(dict(pair for answer in answers for pair in answer).items())


def write_place(moment: TimelineMoment) -> str:
    """Write where a moment stands, for the address of the part that follows it."""
    return f"{moment.at.astimezone(dt.UTC).isoformat()}~{moment.source}~{moment.number}"


def read_place(text: str) -> TimelinePlace | None:
    """Read a place again; None for what is none."""
    at, _, rest = text.partition("~")
    source, _, number = rest.partition("~")
    try:
        moment = dt.datetime.fromisoformat(at)
        place = TimelinePlace(moment, source, int(number))
    except ValueError:
        return None
    return place if moment.tzinfo is not None and abs(place.number) < 1 << 62 else None
