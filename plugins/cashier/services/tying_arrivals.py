"""What must hold for scans on arrival: what rests on one was hers, there, and in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Arrival, Bill, Settlement
from plugins.cashier.services.tying_rules import row_of
from plugins.cashier.tie_rules import TieRule
from plugins.membership.api import code_was_used, were_merged

#: Used codes are kept for longer than this.
LOOKED_AT = dt.timedelta(days=365)


def _served() -> Any:
    """A settlement by code rests on a scan of its member, store and day, and on a used code."""
    agrees = sa.case(
        (
            sa.and_(
                Settlement.agreed_by == "code",
                Arrival.store_id == Bill.store_id,
                sa.or_(
                    Arrival.member_id == Bill.member_id,
                    were_merged(Arrival.member_id, Bill.member_id),
                ),
                Arrival.business_on == Bill.business_on,
                Settlement.settled_at >= Arrival.at,
                Settlement.settled_at < Arrival.until_at,
                code_was_used(_purpose(), Arrival.at),
            ),
            0,
        ),
        else_=1,
    )
    rows = row_of(Bill.number, sa.literal(0), agrees)
    query = sa.select(*rows).select_from(Arrival)
    query = query.join(Settlement, Settlement.id == Arrival.settlement_id)
    query = query.join(Bill, Bill.id == Settlement.bill_id)
    return query.where(Settlement.settled_at > api.now() - LOOKED_AT)


def _purpose() -> Any:
    return "arrival:" + sa.cast(Arrival.store_id, sa.String)


ARRIVAL_RULES = (
    TieRule("arrivals", _("Settlements whose scan on arrival was not hers"), _served, unit=""),
)
