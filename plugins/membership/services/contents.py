"""What a member's file holds, in one line each: for whoever is about to merge it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import lots_of
from plugins.membership.hookspecs import membership_merge_contents
from plugins.membership.models import Alias, HistoryLine, Member, Photo
from plugins.membership.services.birthdays import show_birthday
from plugins.membership.services.consents import consents_of
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.filing import birthday_of

#: So much of her notes is shown.
LONGEST = 120


def contents_of(member_id: int) -> dict[str, str]:
    """Return what a file holds, by label, as all plugins tell it."""
    told = api.answers(membership_merge_contents, member_id=member_id)
    return {str(label): text for answer in told for label, text in answer}


def own_contents(member_id: int) -> Iterator[tuple[Any, str]]:
    """Yield what membership and the ledger know of a file."""
    member = api.db.session.get_one(Member, member_id)
    birthday = birthday_of(member)
    yield _("Phone"), api.mask(member.phone, "phone") if member.phone else "-"
    yield _("Birthday"), show_birthday(birthday) if birthday else "-"
    yield _("Allergies"), member.allergies or "-"
    yield _("Notes"), member.notes[:LONGEST] or "-"
    held = holdings_of(member_id)
    yield _("Balance"), api.format_fen(held.balance_fen)
    yield _("Top-ups with something left"), f"{len(lots_of(member_id)):,}"
    cards = (f"{card} x{count}" for card, count in held.sessions)
    yield _("Sessions"), api.gettext(", ").join(cards) or "-"
    yield _("Points"), f"{held.points:,}"
    if held.owing_fen:
        yield _("Owing"), api.format_fen(held.owing_fen)
    yield _("Tags"), api.gettext(", ").join(tag.shown_name for tag in member.tags) or "-"
    given = [str(one.label) for one in consents_of(member_id) if one.given]
    yield _("Consents"), api.gettext(", ").join(given) or "-"
    yield _("Photos"), f"{_count(Photo.member_id, member_id):,}"
    yield _("Earlier numbers"), f"{_count(Alias.member_id, member_id):,}"
    yield _("Lines of history"), f"{_count(HistoryLine.member_id, member_id):,}"
    yield _("Known in stores"), api.gettext(", ").join(store.name for store in member.stores)


def _count(column: Any, member_id: int) -> int:
    query = sa.select(sa.func.count()).where(column == member_id)
    return api.db.session.scalar(query) or 0
