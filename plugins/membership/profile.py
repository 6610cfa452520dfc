"""What membership itself tells in a member's timeline, and shows at the head of her file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.membership.hookspecs import ProfileFact, TimelineMoment, TimelinePlace
from plugins.membership.models import Member
from plugins.membership.services import movements, timeline
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.visits import last_visit_on, say_days_ago


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


@api.hookimpl
def membership_profile_facts(member_id: int) -> Iterable[ProfileFact]:
    """Show a member's points, and when she came last."""
    holdings = holdings_of(member_id)
    owing = ""
    if holdings.owing_fen:
        owing = api.gettext("Owing %(amount)s", amount=api.format_fen(holdings.owing_fen))
    yield ProfileFact("points", _("Points"), f"{holdings.points:,}", owing, icon="star", order=10)
    visited_on = last_visit_on(member_id)
    note = api.gettext("No visit yet")
    if visited_on is not None:
        member = api.db.session.get_one(Member, member_id)
        note = say_days_ago(visited_on, api.today(member.home_store.time_zone))
    yield ProfileFact(
        "last_visit", _("Last visit"), visited_on or "", note, icon="calendar", order=20
    )
