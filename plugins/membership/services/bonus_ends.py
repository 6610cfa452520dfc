"""Bonus that ends: members are told before its last day, and it goes in the night after."""

from __future__ import annotations

import datetime as dt

from console import api
from plugins.ledger.api import LotState, expire_gift, gifts_ending
from plugins.membership.models import Member
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.value_messages import BONUS_ENDED, BONUS_ENDING, tell_of_value

#: So many days before the last one she is told.
TOLD_BEFORE = (30, 7, 1)


def end_old_bonus() -> None:
    """Let bonus end whose last day is over; tell members of it, and of what ends soon."""
    today = today_of_chain()
    for lot in gifts_ending(None, today - dt.timedelta(days=1)):
        _end(lot, today)
    for days in TOLD_BEFORE:
        last = today + dt.timedelta(days=days)
        for lot in gifts_ending(last, last):
            _tell(lot, days)


@api.unit
def _end(lot: LotState, today: dt.date) -> None:
    gone = expire_gift(lot.id, today)
    member = api.db.session.get(Member, lot.member_id)
    if gone and member is not None:
        key = f"membership.bonus_ended:{lot.id}:{lot.last_use}"
        tell_of_value(member, BONUS_ENDED, key=key, amount_fen=gone)


@api.unit
def _tell(lot: LotState, days: int) -> None:
    member = api.db.session.get(Member, lot.member_id)
    if member is not None and lot.gift_until_on is not None:
        key, day = f"membership.bonus_ending:{lot.id}:{days}", lot.gift_until_on.isoformat()
        tell_of_value(member, BONUS_ENDING, key=key, amount_fen=lot.gift_left, day=day)
