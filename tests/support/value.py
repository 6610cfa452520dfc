"""Offers and top-ups for tests of stored value."""

from __future__ import annotations

from itertools import count
from typing import Any

from console import api
from plugins.ledger import api as ledger
from plugins.membership.api import (
    PurseKind,
    RechargeQuote,
    RechargeTier,
    quote_recharge,
    sell_recharge,
)

_keys = count(1)
YUAN = 100


@api.unit
def offer(yuan: int, bonus: int = 0, **more: Any) -> int:
    """Put an offer on sale and return its number."""
    more.setdefault("name", f"{yuan}+{bonus}")
    tier = RechargeTier(amount_fen=yuan * YUAN, bonus_fen=bonus * YUAN, **more)
    api.db.session.add(tier)
    api.db.session.flush()
    return int(tier.id)


@api.unit
def card_kind(name: str, **more: Any) -> int:
    """Put a kind of stored-value card on sale and return its number."""
    kind = PurseKind(name=name, **more)
    api.db.session.add(kind)
    api.db.session.flush()
    return int(kind.id)


def entry(code: str = "top_up", store: int = 1, **more: Any) -> ledger.Entry:
    """Make an entry under a key of its own, unless one is given."""
    return ledger.Entry(**{"key": f"value:{next(_keys)}", "code": code, "store_id": store, **more})


def quote(member_id: int, yuan: int, **more: Any) -> RechargeQuote:
    """Quote a top-up in store 1."""
    return quote_recharge(member_id, yuan * YUAN, store_id=more.pop("store", 1), **more)


def sell(quoted: RechargeQuote, **more: Any) -> list[ledger.LotState]:
    """Sell a quote for cash."""
    head = more.pop("head", None) or entry(store=quoted.store_id)
    cash = ledger.Tender(ledger.salon("cash", quoted.store_id), quoted.amount_fen)
    return sell_recharge(head, quoted, [cash], **more)


def top_up(member_id: int, yuan: int, **more: Any) -> list[ledger.LotState]:
    """Let a member top up in cash, with the best offer."""
    return sell(quote(member_id, yuan), **more)


def line(yuan: int) -> ledger.Line:
    """Make a line that costs so much."""
    return ledger.Line(f"value-line:{next(_keys)}", yuan * YUAN, yuan * YUAN, yuan * YUAN)
