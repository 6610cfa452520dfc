"""Reading what a form of the till sent."""

from __future__ import annotations

import unicodedata

from flask import request

from console import api
from console.api import _
from plugins.cashier.models import Bill
from plugins.cashier.services.tendering import Choice

#: As many payments may be chosen at once.
ROWS = 6


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


def count_of(name: str) -> int | None:
    """Return how many were typed, in digits of any width; None when the field is empty."""
    text = unicodedata.normalize("NFKC", text_of(name)).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise api.Refused(_("Enter a quantity from 1 to 999."))
    return int(text)


def fen_of(name: str) -> int | None:
    """Return an amount of money from a field; None when it is empty."""
    text = text_of(name)
    if not text:
        return None
    fen = api.parse_fen(text)
    if fen < 0:
        raise api.Refused(_("Enter an amount above zero."))
    return fen


def read_choices() -> list[Choice]:
    """Return the payments of a form."""
    found = []
    for row in range(1, ROWS + 1):
        amount = fen_of(f"amount-{row}")
        if amount:
            found.append(
                Choice(
                    text_of(f"kind-{row}"),
                    amount,
                    fen_of(f"given-{row}"),
                    text_of(f"voucher-{row}"),
                    text_of(f"purse-{row}") or None,
                    note=text_of(f"note-{row}")[:64],
                )
            )
    return found
