"""Members in the search palette."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.admin.adding import HOME, found_elsewhere
from plugins.membership.models import Member
from plugins.membership.permissions import SEE_MEMBERS


def _tell_apart(ids: Sequence[int]) -> Mapping[int, str]:
    """Return the number and the phone, as the reader may see it, of many members."""
    rows = api.db.session.execute(
        sa.select(Member.id, Member.number, Member.phone).where(Member.id.in_(ids))
    )
    seen = api.seen_in_full(Member, ids)
    told = {}
    for member_id, number, phone in rows:
        shown = phone if member_id in seen else api.mask(phone)
        told[member_id] = " · ".join(filter(None, (number, shown)))
    return told


def _find_elsewhere(text: str) -> list[api.SearchHit]:
    """Lead to who is known in other stores only, when the whole phone or number was typed."""
    if not found_elsewhere(text):
        return []
    return [
        api.SearchHit(
            api.gettext("Known in another store"),
            api.gettext("A member of the chain has this phone or number."),
            f"{HOME}elsewhere?q={quote(text)}",
            "building-store",
        )
    ]


SEARCH = (
    api.record_source(
        Member,
        SEE_MEMBERS,
        title=_("Members"),
        order=10,
        details=_tell_apart,
        elsewhere=_find_elsewhere,
    ),
)
