"""What the rules on prepaid cards want before a top-up or a card on a bill is settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

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
#: How the key of a bill begins that was bought on a phone.
ONLINE = "online:"


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
    whole = sum(_new_sums(own, from_balance)) + _sold_before(bill)
    return whole >= int(transfer_rule(bill.member_id).value)


def sold_that_day(member_id: int, day: dt.date, but_for: int | None = None) -> int:
    """Return what a member was sold ahead on a day, in all stores, *but_for* one bill; in fen.

    It counts where the rules bind: a sum "at once" is none the smaller for several bills.
    What balance paid for cards was paid before.
    """
    if not caps_bind():
        return 0
    paid_before = sa.case((Line.order_kind == "card", Line.principal_fen + Line.bonus_fen), else_=0)
    sold = (
        sa.select(sa.func.coalesce(sa.func.sum(Line.due_fen - paid_before), 0))
        .join(Bill, Bill.id == Line.bill_id)
        .where(Bill.member_id == member_id, Bill.business_on == day)
        .where(Bill.state.in_(("settled", "part_paid")), Bill.id != (but_for or 0))
        .where(Line.order_kind.in_(PREPAID), Line.removed_at.is_(None))
    )
    return int(api.db.session.scalar(sold) or 0)


def _sold_before(bill: Bill) -> int:
    """Return what counts beside a bill; what was ordered on a phone was looked at there."""
    if bill.member_id is None or bill.key.startswith(ONLINE):
        return 0
    return sold_that_day(bill.member_id, bill.business_on, bill.id)


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

    All top-ups and cards of the bill count, those that were paid before as well, and for a
    company those of the day on other bills; *again* pays what was owing.
    """
    if bill.member_id is None or not reaches_transfer(bill, lines, from_balance):
        return
    own = _new_sums(prepaid_on(lines), from_balance)
    rule = int(transfer_rule(bill.member_id).value)
    # A line that reaches it alone was noted when it was sold.
    if not caps_bind() and not again and max(own) >= rule:
        return
    before = _sold_before(bill)
    whole, together = sum(own) + before, len(own) > 1 or before > 0
    require_transfer(
        bill.member_id, whole, money, bill.store_id, together=together, today=before > 0
    )


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
        found.append((_transfer_words(bill, prepaid_on(lines)), "", ""))
    return found


def _transfer_words(bill: Bill, sold: Sequence[Line]) -> str:
    rule = transfer_rule(bill.member_id or 0)
    if caps_bind():
        before = _sold_before(bill)
        whole = sum(line.due_fen for line in sold) + before
        together = whole if before or len(sold) > 1 else None
        return str(TransferOnly(rule, together, today=before > 0))
    return api.gettext(
        "From %(amount)s at once the rules name a bank transfer. They do not bind a sole "
        "trader; it is noted if it is paid otherwise. %(source)s",
        amount=rule.shown,
        source=rule.source,
    )
