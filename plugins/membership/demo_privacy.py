"""What the demo shows of consents and duplicates: words given, pairs found, a wish."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Consent, Member
from plugins.membership.permissions import MERGE_MEMBERS
from plugins.membership.services.duplicates import find_all_duplicates

#: How many of a hundred agreed to what.
SHARES = {"service": 100, "marketing": 61, "photos": 34, "health": 22}
CHANNELS = ("counter", "counter", "paper", "phone")
TOUR = (
    api.TourStop(
        "merge",
        _("Merge two files of one person"),
        "/console/membership/duplicates/",
        MERGE_MEMBERS,
    ),
)


@api.unit
def load_consents() -> None:
    """Let members agree on the day on which they joined; one of twelve took it back since."""
    members = api.db.session.execute(sa.select(Member.id, Member.joined_on).order_by(Member.id))
    draw = random.Random(20260402)  # noqa: S311 - nothing secret is drawn
    rows: list[dict[str, Any]] = []
    market: list[int] = []
    for member_id, joined_on in members:
        at = min(api.now(), dt.datetime.combine(joined_on, dt.time(4), dt.UTC))
        for purpose, share in SHARES.items():
            if draw.randrange(100) >= share:
                continue
            word = {
                "member_id": member_id,
                "purpose": purpose,
                "given": True,
                "version": 1,
                "at": at,
                "channel": draw.choice(CHANNELS),
                "user_id": None,
                "user_name": "",
            }
            rows.append(word)
            back = purpose == "marketing" and draw.randrange(12) == 0
            if back:
                later = min(api.now(), at + dt.timedelta(days=draw.randint(1, 60)))
                rows.append({**word, "given": False, "at": later, "channel": "phone"})
            elif purpose == "marketing":
                market.append(member_id)
    api.db.session.execute(sa.insert(Consent.__table__), rows)
    api.db.session.execute(
        sa.update(Member.__table__).where(Member.__table__.c.id.in_(market)).values(may_market=True)
    )


def load_duplicates() -> None:
    """Find the pairs that the night would find."""
    find_all_duplicates()
