"""Who takes the money for what is sold at a member's file, and makes a bill of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console import api
from plugins.membership.services.offers import RechargeQuote


@dataclass(frozen=True)
class TopUpAsked:
    """A top-up that a member buys: as it was quoted, where it goes, and how it is paid.

    *purse* and *tier_id* are what the person chose; None leaves it to the offer.
    """

    quote: RechargeQuote
    means: str
    key: str
    purse: str | None = None
    tier_id: int | None = None
    over_cap_note: str = ""
    staff_id: int | None = None


@dataclass(frozen=True)
class FeeAsked:
    """A fee that a member pays for the card that she lost."""

    member_id: int
    store_id: int
    fee_fen: int
    means: str
    key: str


@dataclass(frozen=True)
class Counter:
    """Takes money in a store; what is sold there returns where its bill is shown.

    *means* are the ways of paying by code, *sellers* who may have sold it by number, *terms* what
    a member has to know of top-ups. `find_bill` returns where the bill of a key is shown.
    """

    means: Mapping[str, Any]
    find_bill: Callable[[str], str | None]
    sell_top_up: Callable[[TopUpAsked], str]
    take_fee: Callable[[FeeAsked], str]
    sellers: Mapping[int, str] = field(default_factory=dict)
    terms: str = ""


@api.first
def membership_find_counter(store_id: int) -> Counter | None:
    """Return who takes money in a store; without one it is booked at the member's file alone."""
    raise NotImplementedError


def counter_of(store_id: int) -> Counter | None:
    """Return who takes money in a store, if a plugin does."""
    found: Counter | None = api.first_answer(membership_find_counter, store_id=store_id)
    return found


#: The hooks that are called; the manifest declares them.
COUNTER_HOOKS = (membership_find_counter,)
