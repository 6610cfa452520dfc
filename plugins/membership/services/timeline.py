"""The timeline of a member: noting what happened, and saying it in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.hookspecs import TimelineMoment, TimelinePlace
from plugins.membership.models import SOURCES, HistoryLine
from plugins.membership.services.moments import older_than

WORDS = {
    "joined": _("Became a member of %(store)s. Source: %(source)s"),
    "tagged": _("Tag added: %(tag)s"),
    "untagged": _("Tag removed: %(tag)s"),
    "phone_changed": _("Phone changed: %(old)s → %(new)s"),
    "phone_added": _("Phone added: %(new)s"),
    "phone_removed": _("Phone removed: %(old)s"),
    "renamed": _("Name changed: %(old)s → %(new)s"),
    "moved": _("Home store changed: %(old)s → %(new)s"),
    "moved_because": _("Home store changed: %(old)s → %(new)s (%(reason)s)"),
    "received": _("Known in %(store)s from now on"),
    "consultant_changed": _("Consultant: %(new)s"),
    "consultant_removed": _("No consultant any more; it was %(old)s"),
    "bound": _("Card bound on her phone"),
    "frozen": _("Frozen: %(reason)s"),
    "unfrozen": _("No longer frozen"),
    "level_growth": _("Level reached: %(old)s → %(new)s"),
    "level_bought": _("Level bought by top-up: %(old)s → %(new)s (%(reason)s)"),
    "level_manual": _("Level given by staff: %(old)s → %(new)s (%(reason)s)"),
    "level_import": _("Level from an earlier system: %(new)s"),
    "level_term_ended": _("Term over, level: %(old)s → %(new)s"),
    "level_refunded": _("After a refund, level: %(old)s → %(new)s"),
    "level_kept": _("Level kept: %(new)s"),
    "level_notice": _("Told that the level %(level)s ends on %(until)s"),
    "merged": _("Merged with file %(number)s"),
    "unmerged": _("The merge with file %(number)s was undone"),
    "erased": _("Identity erased at her wish"),
    "gift_due": _("Gift on reaching the level: %(gift)s"),
    "gift_handed": _("Gift handed over: %(gift)s"),
    "recharge_gift": _("Gift with the top-up: %(gift)s"),
    "recharge_undone": _("Top-up of %(amount)s undone"),
    "value_frozen": _("Stored value frozen: %(reason)s"),
    "value_unfrozen": _("Stored value no longer frozen"),
    "points_adjusted": _("Points adjusted: %(points)s (%(reason)s)"),
    "value_adjusted": _("Balance adjusted: principal %(principal)s, bonus %(bonus)s (%(reason)s)"),
    "value_given": _("Transferred %(amount)s to %(other)s"),
    "value_received": _("Received %(amount)s from %(other)s"),
    "renumbered": _("Lost card replaced: %(old)s → %(new)s"),
    "pin_set": _("PIN set"),
    "id_noted": _("ID noted: **** %(tail)s"),
}
LEVEL_LINES = frozenset(kind for kind in WORDS if kind.startswith(("level_", "gift_")))
ICONS = {
    "joined": "user-plus",
    "tagged": "tag",
    "untagged": "tag",
    "phone_changed": "phone",
    "phone_added": "phone",
    "phone_removed": "phone",
    "moved": "building-store",
    "moved_because": "building-store",
    "received": "building-store",
    "frozen": "lock",
    "unfrozen": "lock-open",
    "merged": "arrows-exchange",
    "unmerged": "arrow-back-up",
    "erased": "user-off",
    "gift_due": "gift",
    "gift_handed": "gift",
    "recharge_gift": "gift",
    "recharge_undone": "arrow-back-up",
    "value_frozen": "lock",
    "value_unfrozen": "lock-open",
    "points_adjusted": "star",
    "value_adjusted": "coin",
    "value_given": "arrows-exchange",
    "value_received": "arrows-exchange",
    "renumbered": "id",
    "pin_set": "lock",
    "id_noted": "id",
}
SOURCE = "file"
LABELS = (("file", _("Member file")), ("level", _("Level")))
PHONES = frozenset({"phone_changed", "phone_added", "phone_removed"})


def note_history(member_id: int, kind: str, **facts: Any) -> None:
    """Add a line to a member's timeline, in the running unit."""
    api.db.session.add(
        HistoryLine(
            member_id=member_id, at=api.now(), kind=kind, facts=facts, user_name=api.actor().name
        )
    )


def note_histories(member_ids: Sequence[int], kind: str, **facts: Any) -> None:
    """Add the same line to the timelines of many members, in the running unit."""
    line = {"at": api.now(), "kind": kind, "facts": facts, "user_name": api.actor().name}
    rows = [{"member_id": member_id, **line} for member_id in member_ids]
    if rows:
        api.db.session.execute(sa.insert(HistoryLine), rows)


def tell_file(
    member_id: int, before: TimelinePlace | None, most: int, kind: str = ""
) -> Iterable[TimelineMoment]:
    """Tell what happened to a member's file, the latest first; phone numbers stay masked."""
    wanted = sa.select(HistoryLine).where(
        HistoryLine.member_id == member_id,
        older_than(before, SOURCE, HistoryLine.at, HistoryLine.id),
    )
    if kind:
        is_level = HistoryLine.kind.in_(LEVEL_LINES)
        wanted = wanted.where(is_level if kind == "level" else ~is_level)
    wanted = wanted.order_by(HistoryLine.at.desc(), HistoryLine.id.desc()).limit(most)
    for line in api.db.session.scalars(wanted):
        yield TimelineMoment(
            at=line.at,
            source=SOURCE,
            number=line.id,
            kind="level" if line.kind in LEVEL_LINES else "file",
            text=say_line(line),
            by=line.user_name,
            icon=ICONS.get(line.kind, "certificate" if line.kind in LEVEL_LINES else "user"),
            tone="bad" if line.kind == "frozen" else "",
        )


def timeline_of(member_id: int, *, most: int = 50) -> list[TimelineMoment]:
    """Return what happened to a member's file, the latest first."""
    return list(tell_file(member_id, None, most))


def say_line(line: HistoryLine) -> str:
    """Say a line of the timeline in the reader's language."""
    facts = {
        key: api.translate(value["name"], value["names"]) if isinstance(value, dict) else value
        for key, value in line.facts.items()
    }
    if line.kind in PHONES:
        facts = {key: api.mask(value, "phone") for key, value in facts.items()}
    if "source" in facts:
        facts["source"] = str(dict(SOURCES).get(facts["source"], facts["source"]))
    return str(WORDS[line.kind]) % facts
