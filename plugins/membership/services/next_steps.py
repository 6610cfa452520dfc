"""What staff should do next for a member, the most pressing first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from console import api
from plugins.membership.models import Member
from plugins.membership.services.entitlements import Holdings
from plugins.membership.services.gifts import open_gifts, say_gift
from plugins.membership.services.ladder import keep_gap
from plugins.membership.services.level_terms import NOTICE_DAYS

BIRTHDAY_DAYS, QUIET_DAYS = 14, 60


@dataclass(frozen=True)
class NextStep:
    """Something to do for a member; *gift_id* offers to hand a gift over with one click."""

    text: str
    icon: str
    tone: str = ""
    gift_id: int | None = None


def next_steps(
    member: Member, holdings: Holdings, visited_on: dt.date | None, today: dt.date
) -> Iterator[NextStep]:
    """Yield what to do next; nothing when all is well."""
    if holdings.owing_fen:
        owing = api.format_fen(holdings.owing_fen)
        text = api.gettext("Ask for the %(amount)s that she owes", amount=owing)
        yield NextStep(
            api.gettext("Ask for the %(amount)s that she owes", amount=owing), "coin", "bad"
        )
    for gift in open_gifts(member.id):
        text = api.gettext("Hand over: %(gift)s", gift=say_gift(gift))
        yield NextStep(text, "gift", "good", gift.id)
    yield from _before_the_term_ends(member, today)
    yield from _birthday(member, today)
    if visited_on is not None and (today - visited_on).days > QUIET_DAYS:
        yield NextStep(
            api.ngettext(
                "Invite her: no visit for %(num)s day",
                "Invite her: no visit for %(num)s days",
                (today - visited_on).days,
            ),
            "message",
            "warn",
        )


def _before_the_term_ends(member: Member, today: dt.date) -> Iterator[NextStep]:
    until_on = member.level_until_on
    if until_on is None or not today <= until_on <= today + dt.timedelta(days=NOTICE_DAYS):
        return
    gap_fen = keep_gap(member)
    if gap_fen:
        text = api.gettext(
            "%(amount)s more by %(day)s keep this level.",
            amount=api.format_fen(gap_fen),
            day=until_on.isoformat(),
        )
        yield NextStep(text, "certificate", "warn")


def _birthday(member: Member, today: dt.date) -> Iterator[NextStep]:
    day = member.next_birthday_on
    if day is None or not today <= day <= today + dt.timedelta(days=BIRTHDAY_DAYS):
        return
    if day == today:
        yield NextStep(api.gettext("Congratulate her: her birthday is today"), "cake", "good")
        return
    text = api.ngettext("Birthday in %(num)s day", "Birthday in %(num)s days", (day - today).days)
    yield NextStep(text, "cake")
