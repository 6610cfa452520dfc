"""The timeline of a member: noting what happened, and saying it in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import SOURCES, HistoryLine

WORDS = {
    "joined": _("Became a member of %(store)s. Source: %(source)s"),
    "tagged": _("Tag added: %(tag)s"),
    "untagged": _("Tag removed: %(tag)s"),
    "phone_changed": _("Phone changed: %(old)s → %(new)s"),
    "phone_added": _("Phone added: %(new)s"),
    "phone_removed": _("Phone removed: %(old)s"),
    "renamed": _("Name changed: %(old)s → %(new)s"),
    "moved": _("Home store changed: %(old)s → %(new)s"),
    "received": _("Known in %(store)s from now on"),
    "consultant_changed": _("Consultant: %(new)s"),
    "consultant_removed": _("No consultant any more; it was %(old)s"),
}
PHONES = frozenset({"phone_changed", "phone_added", "phone_removed"})


@dataclass(frozen=True)
class Moment:
    """One line of the timeline, ready to be shown."""

    at: dt.datetime
    text: str
    by: str


def note_history(member_id: int, kind: str, **facts: Any) -> None:
    """Add a line to a member's timeline, in the running unit."""
    api.db.session.add(
        HistoryLine(
            member_id=member_id, at=api.now(), kind=kind, facts=facts, user_name=api.actor().name
        )
    )


def timeline_of(member_id: int, *, most: int = 50) -> list[Moment]:
    """Return what happened to a member's file, the latest first; phone numbers stay masked."""
    lines = api.db.session.scalars(
        sa.select(HistoryLine)
        .where(HistoryLine.member_id == member_id)
        .order_by(HistoryLine.id.desc())
        .limit(most)
    )
    return [Moment(line.at, _say(line), line.user_name) for line in lines]


def _say(line: HistoryLine) -> str:
    facts = dict(line.facts)
    if line.kind in PHONES:
        facts = {key: api.mask(value, "phone") for key, value in facts.items()}
    if "source" in facts:
        facts["source"] = str(dict(SOURCES).get(facts["source"], facts["source"]))
    return str(WORDS[line.kind]) % facts
