"""Giving back within seven days of paying, asked for by the member on her phone."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Refund
from plugins.cashier.refunds import MAKE_REFUNDS, Refundable
from plugins.cashier.services.naming import OWN
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.answering import LIVE
from plugins.cashier.services.refunding.cases import find_by_key, open_refund, refundables_of
from plugins.cashier.services.refunding.sheets import Asked, why_not_seven
from plugins.membership.api import Member


def within_seven_days(member_id: int) -> list[Refundable]:
    """Return what a member bought first less than seven days ago, and does not give back yet."""
    wanted = sa.select(Refund.asked).where(
        Refund.member_id == member_id, Refund.state.in_(LIVE), Refund.kind != "lines"
    )
    asked = {key for kept in api.db.session.scalars(wanted) for key in kept.get("keys", ())}
    return [
        one
        for one in refundables_of(member_id)
        if one.key not in asked and not why_not_seven([one.purchase], today_of(one.store_id))
    ]


@api.unit
def ask_back(member_id: int, refundable: str, *, key: str) -> Refund:
    """Make the sheet by which a member gives something back; staff pay it out.

    The same *key* makes one sheet. `NotFound` when the seven days do not hold for it.
    """
    known = find_by_key(key)
    if known is not None:
        if known.member_id != member_id:
            raise api.NotFound(_("There is no such refund."))
        return known
    found = next((one for one in within_seven_days(member_id) if one.key == refundable), None)
    if found is None:
        raise api.NotFound(_("There is nothing left of this to refund."))
    today = today_of(found.store_id)
    with api.speaking(OWN):
        reason = api.gettext("Given back within seven days, on her phone")
    asked = Asked("seven_days", asked_on=today, ended_on=today, paid_on=today)
    refund = open_refund(
        member_id, [refundable], asked, store_id=found.store_id, reason=reason, key=key
    )
    member = api.db.session.get_one(Member, member_id)
    api.notify(
        _("%(name)s gives back what she bought", name=member.name),
        f"{refund.number} · {refund.title}",
        url=f"/console/cashier/refunds/{refund.id}/",
        store_id=refund.store_id,
        permission=MAKE_REFUNDS,
        todo=True,
        key=f"cashier.seven_days:{refund.id}",
    )
    return refund
