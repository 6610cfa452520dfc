"""Makers of bills for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from plugins.cashier.api import Bill, Settlement, Tender, add_line, open_bill, settle
from plugins.salon.models import Service
from tests.support.salon import add_service

_keys = count(1)
#: A signature as a screen sends it: one black dot.
DRAWN = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgAB"
    "SK+kcQAAAABJRU5ErkJggg=="
)


def new_key() -> str:
    """Return a key that no form had before."""
    return f"form-{next(_keys)}"


def bill_of(member_id: int | None = None, store_id: int = 1, **more: Any) -> int:
    """Open a bill and return its number."""
    more.setdefault("key", new_key())
    return open_bill(store_id, member_id=member_id, **more).id


def add_to(bill_id: int, service: Service, **more: Any) -> int:
    """Put a service on a bill and return the line's number."""
    return add_line(bill_id, "service", {"variant_id": service.variants[0].id}, **more).id


def add_top_up(bill_id: int, yuan: int, bonus: int = 0) -> int:
    """Put a top-up on a bill and return the line's number."""
    facts = {"amount_fen": yuan * 100, "bonus_fen": bonus * 100}
    return add_line(bill_id, "top_up", facts).id


def service_for(yuan: int, name: str = "") -> Service:
    """Add a service that costs so much."""
    return add_service(name or f"项目 {yuan} {next(_keys)}", price_fen=yuan * 100)


def cash(yuan: float, given: float | None = None) -> Tender:
    """Make a tender in cash."""
    return Tender("cash", round(yuan * 100), None if given is None else round(given * 100))


def balance(yuan: float) -> Tender:
    """Make a tender from balance."""
    return Tender("balance", round(yuan * 100))


def pay(bill_id: int, *tenders: Tender, key: str = "", **more: Any) -> Settlement:
    """Settle a bill as the member's code allows."""
    more.setdefault("agreed_by", "code")
    return settle(bill_id, tenders, key=key or new_key(), **more)


def top_up(member_id: int, yuan: int, bonus: int = 0, store_id: int = 1) -> Settlement:
    """Let a member top up in cash."""
    bill_id = bill_of(member_id, store_id)
    add_top_up(bill_id, yuan, bonus)
    return pay(bill_id, cash(yuan))


__all__ = [
    "DRAWN",
    "Bill",
    "add_to",
    "add_top_up",
    "balance",
    "bill_of",
    "cash",
    "new_key",
    "pay",
    "service_for",
    "top_up",
]
