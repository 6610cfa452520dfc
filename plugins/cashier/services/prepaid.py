"""What the rules on prepaid cards want before a top-up or a card on a bill is settled."""

from __future__ import annotations

from collections.abc import Sequence

from console import api
from plugins.cashier.models import Bill, Line
from plugins.cashier.services.quoting import SALES
from plugins.membership.api import caps_bind, lacks_id, transfer_rule


def prepaid_notices(bill: Bill, lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    """Return what to say beside the payment of an open bill: words, where to go, its label."""
    sales = [line.list_fen for line in lines if line.order_kind in SALES]
    if bill.member_id is None or bill.state != "open" or not sales:
        return []
    found, most = [], max(sales)
    if lacks_id(bill.member_id, bill.store_id, most) is not None:
        words = api.gettext("Her ID has to be noted before prepaid cards are sold.")
        place = f"/console/membership/members/{bill.member_id}/id"
        back = f"/console/cashier/till/{bill.id}"
        found.append((words, f"{place}?next={back}", api.gettext("Note her ID")))
    rule = transfer_rule(bill.member_id)
    if most >= int(rule.value):
        told = {"amount": rule.shown, "source": rule.source}
        binding = api.gettext(
            "From %(amount)s at once prepaid cards are paid by bank transfer only. %(source)s",
            **told,
        )
        advice = api.gettext(
            "From %(amount)s at once the rules name a bank transfer. They do not bind a sole "
            "trader; it is noted if it is paid otherwise. %(source)s",
            **told,
        )
        found.append((binding if caps_bind() else advice, "", ""))
    return found
