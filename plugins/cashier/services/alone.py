"""What is sold at a member's file: a bill of its own, settled at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line
from plugins.cashier.offers import Tender
from plugins.cashier.permissions import OPEN_BILLS, SEE_BILLS
from plugins.cashier.services.billing import add_line, open_bill
from plugins.cashier.services.performers import staff_of_store
from plugins.cashier.services.quoting import lines_of
from plugins.cashier.services.settling import settle
from plugins.cashier.services.tendering import money_kinds
from plugins.cashier.services.top_up_terms import TERMS
from plugins.membership.api import Counter, FeeAsked, TopUpAsked


def counter_in(store_id: int) -> Counter:
    """Return the till of a store, as members' files sell by it."""
    return Counter(
        {kind.code: kind.shown_name for kind in money_kinds() if not kind.needs_code},
        find_bill,
        sell_top_up,
        take_fee,
        {staff.id: staff.name for staff in staff_of_store(store_id)},
        TERMS.get(store_id).strip(),
    )


def find_bill(key: str) -> str | None:
    """Return where the bill of a key is shown that was settled; None while there is none."""
    bill = api.db.session.scalar(sa.select(Bill).where(Bill.key == key))
    return None if bill is None or bill.state in ("open", "held") else _place(bill)


@api.unit
def sell_top_up(asked: TopUpAsked) -> str:
    """Sell a top-up on a bill of its own and return where it is shown; once for each key.

    `Conflict` when it no longer brings the bonus that was quoted.
    """
    quote = asked.quote
    facts = {
        "amount_fen": quote.amount_fen,
        "purse": asked.purse,
        "tier_id": asked.tier_id,
        "over_cap_note": asked.over_cap_note,
    }
    bill = open_bill(quote.store_id, key=asked.key, member_id=quote.member_id)
    line = _only_line(bill, "top_up", facts, asked.staff_id)
    _require_same(bill, line, quote.member_id, {"amount_fen": quote.amount_fen})
    if line.facts["bonus_fen"] != quote.bonus_fen:
        raise api.Conflict(_("The offer has changed. Look at it again before you sell."))
    settle(bill.id, [Tender(asked.means, line.due_fen)], key=asked.key)
    return _place(bill)


@api.unit
def take_fee(asked: FeeAsked) -> str:
    """Take the fee for a lost card on a bill of its own and return where it is shown."""
    facts = {"fee_fen": asked.fee_fen}
    bill = open_bill(asked.store_id, key=asked.key, member_id=asked.member_id)
    line = _only_line(bill, "card_fee", facts, None)
    _require_same(bill, line, asked.member_id, facts)
    settle(bill.id, [Tender(asked.means, line.due_fen)], key=asked.key)
    return _place(bill)


def _only_line(bill: Bill, kind: str, facts: Mapping[str, Any], staff_id: int | None) -> Line:
    lines = lines_of(bill.id)
    return lines[0] if lines else add_line(bill.id, kind, facts, staff_id=staff_id)


def _require_same(bill: Bill, line: Line, member_id: int, facts: Mapping[str, Any]) -> None:
    told = {name: line.facts.get(name) for name in facts}
    if bill.member_id != member_id or told != dict(facts):
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))


def _place(bill: Bill) -> str:
    """Return the page of a bill that who acts may see: the till has its receipt."""
    if OPEN_BILLS.held(bill.store_id):
        return f"/console/cashier/till/{bill.id}"
    if SEE_BILLS.held(bill.store_id):
        return f"/console/cashier/bills/{bill.id}/"
    return f"/console/membership/members/{bill.member_id}/"
