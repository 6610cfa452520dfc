"""Whose accounts stand for a member's, once her file went into another."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.models import Heir

HEIR: Any = Heir.__table__
NEXT = sa.select(HEIR.c.heir_id).where(HEIR.c.member_id == sa.bindparam("member_id"))


def heir_of(member_id: int) -> int:
    """Return whose accounts stand for a member's: her own, or those of the file she went into."""
    return api.read_once(("ledger.heir", member_id), lambda: _follow(member_id))


def _follow(member_id: int) -> int:
    while (heir := api.db.session.scalar(NEXT, {"member_id": member_id})) is not None:
        member_id = int(heir)
    return member_id
