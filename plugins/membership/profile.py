"""What membership itself tells in a member's timeline, and shows at the head of her file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from plugins.membership.hookspecs import TimelineMoment, TimelinePlace
from plugins.membership.services import movements, timeline


@api.hookimpl
def membership_timeline_kinds() -> Iterable[tuple[str, Any]]:
    """Name the kinds of moments that a member's file and the ledger tell of."""
    yield movements.KIND, movements.LABEL
    yield from timeline.LABELS


@api.hookimpl
def membership_timeline_moments(
    member_id: int, before: TimelinePlace | None, most: int, kind: str
) -> Iterable[TimelineMoment]:
    """Tell what happened to a member's file, and what the ledger moved for her."""
    if kind in ("", movements.KIND):
        yield from movements.tell_movements(member_id, before, most)
    if kind in ("", *dict(timeline.LABELS)):
        yield from timeline.tell_file(member_id, before, most, kind)
