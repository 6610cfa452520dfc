"""What the rules on prepaid cards want before a top-up or a card on a bill is settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console import api
from plugins.cashier.models import Bill, Line
from plugins.ledger.api import Tender as Money
from plugins.membership.api import (
    TransferOnly,
    caps_bind,
    lacks_id,
    require_transfer,
    transfer_rule,
)

#: What the rules on prepaid cards count together when it is sold at once.
PREPAID = ("recharge", "card")


def prepaid_on(lines: Sequence[Line]) -> list[Line]:
    """Return the top-ups and cards among the lines of a bill."""
    return [line for line in lines if line.order_kind in PREPAID]


def reaches_transfer(
    bill: Bill, lines: Sequence[Line], from_balance: Mapping[int, int] | None = None
) -> bool:
    """Tell whether the top-ups and cards of a bill come to what is paid by bank transfer.

    What comes *from_balance* (fen by line) was paid before, and does not count.
    """
    own = prepaid_on(lines)
    if bill.member_id is None or not own:
        return False
    return sum(_new_sums(own, from_balance)) >= int(transfer_rule(bill.member_id).value)


def _new_sums(lines: Sequence[Line], from_balance: Mapping[int, int] | None) -> list[int]:
    held = from_balance or {}
    return [line.due_fen - held.get(line.id, 0) for line in lines]


def check_transfer(
    bill: Bill,
    lines: Sequence[Line],
    money: Sequence[Money],
    from_balance: Mapping[int, int] | None = None,
    *,
    again: bool,
) -> None:
    """Raise `TransferOnly` where *money* that is no bank transfer pays for too much together.

    All top-ups and cards of the bill count, those that were paid before as well; *again* pays
    what was owing.
    """
    if bill.member_id is None or not reaches_transfer(bill, lines, from_balance):
        return
    own = _new_sums(prepaid_on(lines), from_balance)
    rule = int(transfer_rule(bill.member_id).value)
    # A line that reaches it alone was noted when it was sold.
    if not caps_bind() and not again and max(own) >= rule:
        return
    require_transfer(bill.member_id, sum(own), money, bill.store_id, together=len(own) > 1)


def prepaid_notices(bill: Bill, lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    """Return what to say beside the payment of an open bill: words, where to go, its label."""
    sales = [line.list_fen for line in prepaid_on(lines)]
    if bill.member_id is None or bill.state != "open" or not sales:
        return []
    found, most = [], max(sales)
    if lacks_id(bill.member_id, bill.store_id, most) is not None:
        words = api.gettext("Her ID has to be noted before prepaid cards are sold.")
        place = f"/console/membership/members/{bill.member_id}/id"
        back = f"/console/cashier/till/{bill.id}"
        found.append((words, f"{place}?next={back}", api.gettext("Note her ID")))
    if reaches_transfer(bill, lines):
        found.append((_transfer_words(bill.member_id, prepaid_on(lines)), "", ""))
    return found


def _transfer_words(member_id: int, sold: Sequence[Line]) -> str:
    rule = transfer_rule(member_id)
    if caps_bind():
        whole = sum(line.due_fen for line in sold)
        return str(TransferOnly(rule, whole if len(sold) > 1 else None))
    return api.gettext(
        "From %(amount)s at once the rules name a bank transfer. They do not bind a sole "
        "trader; it is noted if it is paid otherwise. %(source)s",
        amount=rule.shown,
        source=rule.source,
    )
