"""The store's terms for top-ups: ticked on her phone, shown at the till, kept on the receipt."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line
from plugins.cashier.offers import Terms
from plugins.membership.api import Member, bonus_bars, say_bars

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


def say_bonus_end(facts: Mapping[str, Any]) -> str:
    """Say until when the bonus of a top-up counts, as it was promised; "" where it never ends."""
    until = str((facts.get("quote") or {}).get("bonus_until") or "")
    if not until or not facts.get("bonus_fen"):
        return ""
    bonus = api.format_fen(int(facts["bonus_fen"]))
    return api.gettext("Bonus %(amount)s, until %(day)s", amount=bonus, day=until)


def terms_of_top_up(bill: Bill, facts: Mapping[str, Any]) -> Terms | None:
    """Return the terms of a top-up for the member of a bill; None where there are none.

    A bonus that ends, or that does not pay for everything, is always among them: she reads its
    last day and what it does not pay for before she pays.
    """
    text, ends = TERMS.get(bill.store_id).strip(), say_bonus_end(facts)
    bars = bonus_bars() if facts.get("bonus_fen") else ""
    if not text and not ends and not bars:
        return None
    store = api.db.session.get_one(api.Store, bill.store_id)
    member = api.db.session.get_one(Member, bill.member_id)
    paid, bonus = int(facts["amount_fen"]), int(facts["bonus_fen"])
    rows = [
        (api.gettext("Store that sells"), store.name),
        (api.gettext("Buyer"), f"{member.name} · {member.number}"),
        (api.gettext("You pay"), api.format_fen(paid)),
        (api.gettext("Bonus"), " · ".join([ends or api.format_fen(bonus), *_not_for(bars)])),
        *([(api.gettext("Terms of the store"), text)] if text else []),
    ]
    facts_told = [store.name, member.number, paid, bonus, text]
    facts_told += [facts["quote"]["bonus_until"]] if ends else []
    facts_told += [bars] if bars else []
    told = json.dumps(facts_told, ensure_ascii=False)
    return Terms(rows, hashlib.sha256(told.encode()).hexdigest())


def _not_for(bars: str) -> list[str]:
    if not bars:
        return []
    return [api.gettext("bonus not for %(what)s", what=say_bars(bars.split(",")))]


def agreed_terms(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the terms that a member ticked for the top-ups on a bill, with when and the hash."""
    found = (line.facts.get(AGREED) for line in lines if line.kind == "top_up")
    return [{**one, "at": dt.datetime.fromisoformat(one["at"])} for one in found if one]


def terms_at_counter(bill: Bill, lines: Sequence[Line]) -> str:
    """Return the terms for the top-ups on a bill that nobody ticked on a phone, "" for none."""
    if any(line.kind == "top_up" and AGREED not in line.facts for line in lines):
        return TERMS.get(bill.store_id).strip()
    return ""
