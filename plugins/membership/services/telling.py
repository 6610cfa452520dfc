"""What a member is told of her level."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Level, Member, MemberCard
from plugins.messages.api import MessageKind, send_message

REACHED = MessageKind(
    "membership.level_reached",
    _("You have reached the level %(level)s"),
    _("%(name)s, you are on the level %(level)s now, until %(until)s. Thank you!"),
)
GIVEN = MessageKind(
    "membership.level_given",
    _("Your level is %(level)s now"),
    _("%(name)s, you are on the level %(level)s now."),
)
LOST = MessageKind(
    "membership.level_lost",
    _("Your level is %(level)s now"),
    _("%(name)s, the term of your level %(old)s is over; your level is %(level)s now."),
)
ENDING = MessageKind(
    "membership.level_ending",
    _("Your level %(level)s ends on %(until)s"),
    _("%(name)s, spend %(gap)s more by %(until)s and you keep your level %(level)s."),
)
ENDING_TOP_UP = MessageKind(
    "membership.level_ending_top_up",
    _("Your level %(level)s ends on %(until)s"),
    _("%(name)s, a single top-up of %(gap)s by %(until)s keeps your level %(level)s."),
)
ENDING_PLAIN = MessageKind(
    "membership.level_ending_plain",
    _("Your level %(level)s ends on %(until)s"),
    _("%(name)s, your level %(level)s ends on %(until)s."),
)


def tell_of_level(
    member: Member, old: Level, new: Level | None, until_on: dt.date | None, *, rose: bool
) -> None:
    """Tell a member that she has another level."""
    if new is None:
        return
    facts = {"level": name_for(member, new), "old": name_for(member, old)}
    kind = LOST
    if rose:
        kind = REACHED if until_on else GIVEN
        facts["until"] = until_on.isoformat() if until_on else ""
    send_message(member.id, kind, facts, store_id=member.home_store_id)


def tell_of_ending(member: Member, level: Level, until_on: dt.date, gap_fen: int) -> None:
    """Tell a member that her level ends, and what is missing to keep it; once for each term."""
    facts = {
        "level": name_for(member, level),
        "until": until_on.isoformat(),
        "gap": api.format_fen(gap_fen),
    }
    kind = ENDING_PLAIN
    if gap_fen:
        kind = ENDING_TOP_UP if level.basis == "top_up" else ENDING
    key = f"membership.level_ending:{member.id}:{until_on.isoformat()}"
    send_message(member.id, kind, facts, key=key, store_id=member.home_store_id)


def name_for(member: Member, level: Level) -> str:
    """Return what a level is called in the language in which a member reads."""
    with api.speaking(locale_of(member.id) or ""):
        return level.shown_name


def locale_of(member_id: int) -> str | None:
    """Return the language in which a member reads; None while she has not chosen one."""
    chosen = sa.select(MemberCard.locale).where(MemberCard.member_id == member_id)
    found: str | None = api.db.session.scalar(chosen)
    return found
