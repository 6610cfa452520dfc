"""The store's terms for top-ups: ticked on her phone, shown at the till, kept on the receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line

TERMS = api.Setting(
    "cashier.top_up_terms",
    _("Terms of top-ups"),
    "",
    help=_(
        "Members read and tick them on their phones before they top up; the till shows them, and "
        "receipts of top-ups have them. Empty: no terms."
    ),
    per_store=True,
    long=True,
)
#: The facts of a line in which it is kept that she agreed.
AGREED = "agreed_on_phone"


def bonus_end_on(facts: Mapping[str, Any]) -> str:
    """Say until when the bonus of a top-up line counts; "" where it never ends."""
    until = str((facts.get("quote") or {}).get("bonus_until") or "")
    return say_bonus_end(int(facts.get("bonus_fen") or 0), until)


def say_bonus_end(bonus_fen: int, until: str) -> str:
    """Say until when a bonus counts, as it was promised; "" where it never ends."""
    if not until or not bonus_fen:
        return ""
    bonus = api.format_fen(bonus_fen)
    return api.gettext("Bonus %(amount)s, until %(day)s", amount=bonus, day=until)


def agreed_terms(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the terms that a member ticked for the top-ups on a bill, with when and the hash."""
    found = (line.facts.get(AGREED) for line in lines if line.kind == "top_up")
    return [{**one, "at": dt.datetime.fromisoformat(one["at"])} for one in found if one]


def terms_at_counter(bill: Bill, lines: Sequence[Line]) -> str:
    """Return the terms for the top-ups on a bill that nobody ticked on a phone, "" for none."""
    if any(line.kind == "top_up" and AGREED not in line.facts for line in lines):
        return TERMS.get(bill.store_id).strip()
    return ""
