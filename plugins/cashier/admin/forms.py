"""Reading what a form of the till sent."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request

from console import api
from console.api import _
from plugins.cashier.models import Bill
from plugins.cashier.offers import Tender
from plugins.membership.api import find_exactly, read_code

#: As many rows of payments as a form has.
ROWS = 3


def reach(number: int, needs: api.Permission) -> Bill:
    """Return a bill within the person's reach for *needs*; 404 when there is none."""
    bill: Bill | None = api.find_record(Bill, number, needs)
    if bill is None:
        raise api.NotFound(_("There is no such bill."))
    return bill


def text_of(name: str) -> str:
    """Return what was typed into a field."""
    return request.form.get(name, "").strip()


def number_of(name: str) -> int | None:
    """Return a whole number from a field; None when it is empty or none."""
    text = text_of(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def fen_of(name: str) -> int | None:
    """Return an amount of money from a field; None when it is empty."""
    text = text_of(name)
    if not text:
        return None
    fen = api.parse_fen(text)
    if fen < 0:
        raise api.Refused(_("Enter an amount above zero."))
    return fen


def read_member(text: str) -> tuple[int, str]:
    """Return the member whom a code, phone or card number stands for, and the code."""
    if text.isascii() and text.isdecimal() and len(text) == 20:
        return read_code(text), text
    members = find_exactly(text)
    if len(members) != 1:
        raise api.Refused(_("Nobody, or more than one, is found so. Scan the member code."))
    return members[0].id, ""


def read_tenders() -> Iterator[Tender]:
    """Yield the payments of a form."""
    for row in range(1, ROWS + 1):
        amount = fen_of(f"amount-{row}")
        if amount:
            yield Tender(
                text_of(f"kind-{row}"),
                amount,
                fen_of(f"given-{row}"),
                voucher_code=text_of(f"voucher-{row}") or None,
            )
