"""What a refund of a top-up takes back besides money: growth towards a level, and points."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from plugins.ledger.api import Entry, take_back_points
from plugins.membership.models import Recharge
from plugins.membership.services.levelling import take_back_growth
from plugins.membership.services.recharging import growth_key


@api.unit
def count_refund(journal_id: int, fen: int, *, key: str) -> None:
    """Take off what the top-up of a journal counted towards her level, as far as it goes back.

    Nothing happens for lots that no top-up brought (an import, an adjustment).
    """
    wanted = sa.select(Recharge).where(Recharge.journal_id == journal_id)
    sold = api.db.session.scalar(wanted)
    if sold is None or fen <= 0:
        return
    fen = min(fen, sold.amount_fen)
    take_back_growth(growth_key(sold.key), back_key=f"{key}:growth", fen=fen)
    points = sold.points * fen // sold.amount_fen
    if points:
        entry = Entry(
            key=f"{key}:points", code="take_back_points", store_id=sold.store_id, ref=sold.ref
        )
        take_back_points(entry, sold.member_id, points)
