"""Short words for tests of the ledger: entries, top-ups and what is left."""

from __future__ import annotations

from itertools import count
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger import api as ledger
from plugins.ledger.models import Account

ACCOUNT: Any = Account.__table__
_keys = count(1)
CASH = ledger.salon("cash")


def entry(code: str = "sale", **more: Any) -> ledger.Entry:
    """Make an entry under a key of its own, unless one is given."""
    return ledger.Entry(**{"key": f"test:{next(_keys)}", "code": code, **more})


def top_up(
    member_id: int, price_fen: int, bonus_fen: int = 0, *, entry_: Any = None, **terms: Any
) -> ledger.LotState:
    """Let a member pay *price_fen* in cash for a lot."""
    lot = ledger.Terms(price_fen=price_fen, paid=price_fen, gift=bonus_fen, **terms)
    head = entry_ or entry("top_up")
    tender = ledger.Tender(CASH, price_fen, ref=f"cash:{head.key}")
    return ledger.issue_lots(head, member_id, [lot], [tender])[0]


def sell_sessions(
    member_id: int, price_fen: int, paid: int, gift: int = 0, card: str = "head"
) -> ledger.LotState:
    """Let a member pay cash for a session card."""
    lot = ledger.Terms(price_fen=price_fen, paid=paid, gift=gift, card=card)
    tender = ledger.Tender(CASH, price_fen)
    return ledger.issue_lots(entry("card_sale"), member_id, [lot], [tender])[0]


def line(amount: int, ref: str | None = None, **prices: Any) -> ledger.Line:
    """Make a line to be paid, under a reference of its own."""
    return ledger.Line(ref or f"line:{next(_keys)}", amount, **prices)


def spend(member_id: int, amount_fen: int, **more: Any) -> ledger.Spent:
    """Let a member spend from her stored value."""
    return ledger.spend(entry("spend", **more), member_id, [line(amount_fen)])


def balance(name: ledger.Name) -> int:
    """Return an account's credits less its debits; zero when it was never opened."""
    found = api.db.session.execute(
        sa.select(ACCOUNT.c.credits - ACCOUNT.c.debits).where(
            *(ACCOUNT.c[field] == value for field, value in name._asdict().items())
        )
    ).scalar_one_or_none()
    return int(found or 0)


def left(member_id: int) -> tuple[int, int]:
    """Return the principal and bonus that a member has left."""
    have = ledger.standings([member_id], ["principal", "bonus"])[member_id]
    return have["principal"], have["bonus"]


def journals() -> int:
    """Return how many journals there are."""
    return int(api.db.session.scalar(sa.select(sa.func.count()).select_from(ledger.Journal)) or 0)
