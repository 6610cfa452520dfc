"""Which bill or refund a journal of the ledger belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, Refund
from plugins.cashier.permissions import SEE_BILLS
from plugins.cashier.refunds import SEE_REFUNDS
from plugins.ledger.api import Journal
from plugins.membership.api import MovementOrder


def orders_of(journal_ids: Sequence[int]) -> Iterator[MovementOrder]:
    """Yield the bills and refunds that some journals were posted for, with their pages.

    The page of staff only for who may see it.
    """
    refs = _refs(journal_ids)
    sold = _refs([number for kind, number in refs.values() if kind == "top_up"])
    # What came with a top-up names its journal, which names the bill.
    refs = {key: sold.get(ref[1], ref) if ref[0] == "top_up" else ref for key, ref in refs.items()}
    bills = _found(Bill, "bill", refs.values())
    refunds = _found(Refund, "refund", refs.values())
    for journal_id, (kind, number) in refs.items():
        found = (bills if kind == "bill" else refunds).get(number) if kind else None
        if found is None:
            continue
        if kind == "bill":
            page = f"/console/cashier/bills/{number}/" if SEE_BILLS.held(found.store_id) else ""
            yield MovementOrder(journal_id, found.number, page, f"/cashier/receipts/{number}")
        elif kind == "refund":
            page = f"/console/cashier/refunds/{number}/"
            may = SEE_REFUNDS.held(found.store_id)
            yield MovementOrder(journal_id, found.number, page if may else "")


def _refs(journal_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    asked = sa.select(Journal.id, Journal.ref).where(Journal.id.in_(journal_ids))
    return {row.id: _parts(row.ref or "") for row in api.db.session.execute(asked)}


def _found(model: Any, kind: str, refs: Iterable[tuple[str, int]]) -> dict[int, Any]:
    wanted = {number for one, number in refs if one == kind}
    if not wanted:
        return {}
    asked = sa.select(model.id, model.number, model.store_id).where(model.id.in_(wanted))
    return {row.id: row for row in api.db.session.execute(asked)}


def _parts(ref: str) -> tuple[str, int]:
    """Return the kind and number that a reference such as "bill:12/3/4/5" begins with."""
    kind, _colon, rest = ref.partition(":")
    number = rest.partition("/")[0]
    return (kind, int(number)) if number.isascii() and number.isdecimal() else ("", 0)
