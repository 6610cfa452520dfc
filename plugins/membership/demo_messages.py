"""The messages of the demo: what the cast was told of her balance and cards, and who is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.demo_levels import days_ago
from plugins.membership.models import Member
from plugins.messages.api import MessageKind, deliver_past, mark_all_read, send_message

USED = MessageKind(
    "membership.demo_used",
    _("One session of %(card)s was used"),
    _("%(name)s, one session of %(card)s was used at %(store)s. Not you? Please tell us."),
)
WELCOME = MessageKind(
    "membership.demo_welcome",
    _("Welcome"),
    _("Welcome to %(shop)s, %(name)s. Your member number is %(number)s."),
)
OFFER = MessageKind(
    "membership.demo_offer",
    _("This month at %(store)s"),
    _("%(name)s, this month a hand treatment comes with every visit to %(store)s."),
    "marketing",
)
CARD, HISTORY = "/membership/card", "/membership/history"
#: How many messages there are at least, and to how many members offers went.
LEAST, OFFERS = 40, 12
YUAN = 100
#: Messages of so many days are new; older ones were read.
NEW_DAYS = 13


@dataclass(frozen=True)
class Told:
    """A message to be: when, to whom, what."""

    days: int
    member: Member
    kind: MessageKind
    facts: Mapping[str, Any]
    url: str = ""


def load_messages(
    stories: Sequence[Mapping[str, Any]], used: Mapping[str, Sequence[tuple[str, int]]]
) -> None:
    """Tell the cast what happened to her, and newcomers that they are welcome.

    *stories* are those of the members, *used* the cards that they used, by name.
    """
    _send(stories, used)
    deliver_past()
    mark_all_read(before=days_ago(NEW_DAYS))


@api.unit
def _send(
    stories: Sequence[Mapping[str, Any]], used: Mapping[str, Sequence[tuple[str, int]]]
) -> None:
    told = [*_of_cast(stories, used), *_offers()]
    told += _welcomes(max(0, LEAST - len(told)))
    for each in sorted(told, key=lambda one: -one.days):
        with api.at_moment(days_ago(each.days)):
            send_message(each.member.id, each.kind, each.facts, url=each.url)


def _of_cast(
    stories: Sequence[Mapping[str, Any]], used: Mapping[str, Sequence[tuple[str, int]]]
) -> Iterator[Told]:
    for story in stories:
        member = _find(story["name"])
        if member is None:
            continue
        store = {"store": member.home_store.name}
        for card, days in used.get(story["name"], ()):
            yield Told(days, member, USED, {"card": card, **store}, CARD)


def _welcomes(count: int) -> Iterator[Told]:
    latest = sa.select(Member).where(Member.phone.is_not(None))
    rows = api.db.session.scalars(latest.order_by(Member.joined_on.desc(), Member.id).limit(count))
    for member in rows.all():
        facts = {"shop": api.SHOP_NAME.get(), "number": member.number}
        days = (api.today("Asia/Shanghai") - member.joined_on) // dt.timedelta(days=1)
        yield Told(days, member, WELCOME, facts, CARD)


def _offers() -> Iterator[Told]:
    agreed = sa.select(Member).where(Member.may_market).order_by(Member.id).limit(OFFERS)
    for number, member in enumerate(api.db.session.scalars(agreed).all()):
        yield Told(2 + 30 * (number % 3), member, OFFER, {"store": member.home_store.name})


def _find(name: str) -> Member | None:
    wanted = sa.select(Member).where(Member.name == name, Member.gone_at.is_(None))
    return api.db.session.scalars(wanted.order_by(Member.id).limit(1)).first()


def _yuan(amount: int) -> str:
    return api.format_fen(amount * YUAN)
