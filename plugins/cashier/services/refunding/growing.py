"""What a refund of lines takes back besides money: growth towards a level."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, Line, LinePart, Refund, Settlement
from plugins.membership.api import take_back_growth


def take_growth_off(refund: Refund, bill: Bill, own_fen: Mapping[int, int]) -> None:
    """Take off the growth of settlements: *own_fen* of her own money, by settlement."""
    if bill.member_id is None:
        return
    rows = api.db.session.execute(
        sa.select(Settlement.id, Settlement.number, sa.func.sum(LinePart.amount_fen))
        .join(LinePart, LinePart.settlement_id == Settlement.id)
        .join(Line, Line.id == LinePart.line_id)
        .where(Settlement.id.in_(own_fen), Line.order_kind.in_(("service", "product")))
        .where(LinePart.amount_fen > LinePart.bonus_fen)
        .group_by(Settlement.id, Settlement.number)
    )
    for number, place, counted in rows.all():
        fen = min(own_fen[number], int(counted))
        if fen > 0:
            key = f"bill:{bill.key}:{place}:spend"
            take_back_growth(key, back_key=f"refund:{refund.key}:{place}", fen=fen)
