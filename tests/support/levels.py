"""A ladder of levels for tests, and growth on chosen days."""

from __future__ import annotations

import datetime as dt
from itertools import count

from console import api
from plugins.membership.api import Benefit, Level, Member, add_growth

_keys = count(1)


@api.unit
def build_ladder() -> dict[str, int]:
    """Add four levels, each with a gift, and return their ids by name."""
    steps = (("Plain", 0), ("Silver", 200_000), ("Gold", 500_000), ("Diamond", 1_000_000))
    for place, (name, threshold_fen) in enumerate(steps):
        level = Level(name=name, place=place, threshold_fen=threshold_fen)
        api.db.session.add(level)
        api.db.session.flush()
        if place:
            gift = Benefit(level_id=level.id, kind="upgrade_gift", name=f"{name} points")
            gift.points = 100 * place
            api.db.session.add(gift)
    return ids_by_name()


def ids_by_name() -> dict[str, int]:
    """Return the levels that there are, as ids by name."""
    return {level.name: level.id for level in api.db.session.query(Level)}


def grow(
    member: Member | int, yuan: int, *, on: dt.date | None = None, cause: str = "spend"
) -> str:
    """Let a member spend on a day, and return the key under which it counts."""
    key = f"test:{next(_keys)}"
    member_id = member if isinstance(member, int) else member.id
    add_growth(member_id, yuan * 100, cause=cause, key=key, on=on)
    return key


def level_name(member_id: int) -> str | None:
    """Return the name of the level that a member has, read anew."""
    api.db.session.rollback()
    member = api.db.session.get_one(Member, member_id, populate_existing=True)
    return member.level.name if member.level else None
