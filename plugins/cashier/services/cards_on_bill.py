"""Stored-value cards that can pay a bill: a member's own, and those that its top-ups open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from plugins.cashier.models import Bill, Line
from plugins.membership.api import (
    PurseState,
    bonus_bars,
    card_to_open,
    purses_of,
    value_cards_of,
)


class HasFacts(Protocol):
    """A line, of a bill or of a draft."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its kind knows of it."""


#: The scope that bonus may be barred from.
BARRED = "products"


class HasScope(Protocol):
    """A line of a draft."""

    @property
    def line_id(self) -> int:
        """What tells it apart."""

    @property
    def scope(self) -> str:
        """What it is: "services", "products" or nothing of both."""


def added_by(lines: Iterable[HasFacts], *, bonus: bool = True) -> dict[str, int]:
    """Return what the top-ups on a bill bring to each card by code, with the *bonus* or without.

    "" is the plain balance; a card that is opened by one has its kind in its code.
    """
    found: dict[str, int] = {}
    for line in lines:
        if line.kind != "top_up":
            continue
        quote = line.facts.get("quote") or {}
        code = str(quote.get("purse") or "")
        if quote.get("purse_kind_id") and not code:
            code = card_to_open(int(quote["purse_kind_id"])).code
        fen = int(line.facts.get("amount_fen") or 0)
        fen += int(line.facts.get("bonus_fen") or 0) if bonus else 0
        found[code] = found.get(code, 0) + fen
    return found


def cards_for(member_id: int | None, lines: Iterable[HasFacts]) -> list[PurseState]:
    """Return a member's stored-value cards beside her balance, with those that a bill opens."""
    if member_id is None:
        return []
    held = value_cards_of(member_id)
    known = {card.code for card in held}
    opened = [code for code in added_by(lines) if code and code not in known]
    kinds = (code.rpartition(":")[2] for code in opened)
    return [*held, *(card_to_open(int(kind)) for kind in kinds)]


def barred_lines(lines: Iterable[HasScope]) -> frozenset[int]:
    """Return the lines that bonus may be barred from."""
    return frozenset(line.line_id for line in lines if line.scope == BARRED)


def bonus_barred(member_id: int | None, lines: Iterable[HasFacts]) -> int:
    """Return how much bonus of a member does not pay for the products among some lines."""
    if member_id is None or all(line.facts.get("scope") != BARRED for line in lines):
        return 0
    return sum(purse.balance_fen - purse.left_for(BARRED) for purse in purses_of(member_id))


def barred_sums(member_id: int | None, lines: Iterable[HasFacts]) -> dict[str, int]:
    """Return how much of each stored-value card may pay for products, by code.

    What top-ups on the same bill bring counts, as they are sold under the rule of today.
    """
    if member_id is None:
        return {}
    found: dict[str, int] = {}
    for purse in purses_of(member_id):
        code = "" if purse.plain else purse.code
        found[code] = found.get(code, 0) + purse.left_for(BARRED)
    for code, fen in added_by(lines, bonus=not bonus_bars()).items():
        found[code] = found.get(code, 0) + fen
    return found


def purses_on(bill: Bill, lines: Sequence[Line]) -> list[tuple[PurseState, int]]:
    """Return the member's stored-value cards with what each may pay, top-ups of the bill too."""
    if bill.member_id is None:
        return []
    found: list[tuple[PurseState, int]] = []
    added = added_by(lines) if bill.state == "open" else {}
    plain = added.pop("", 0)
    held = purses_of(bill.member_id)
    for purse in held:
        plain += purse.balance_fen if purse.plain else 0
    for purse in held:
        if purse.code == "":
            found.insert(0, (purse, plain))
        elif not purse.plain:
            found.append((purse, purse.balance_fen + added.pop(purse.code, 0)))
    cards = cards_for(bill.member_id, lines) if added else ()
    return [*found, *((card, added[card.code]) for card in cards if card.code in added)]
