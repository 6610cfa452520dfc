"""Stored-value cards that can pay a bill: a member's own, and those that its top-ups open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from plugins.cashier.models import Bill, Line
from plugins.cashier.priced import DraftLine
from plugins.cashier.services.asking import line_kinds
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


PRODUCTS, CARDS = "products", "cards"
#: What bonus may be barred from, alone or together.
BARRED = ((PRODUCTS,), (CARDS,), (PRODUCTS, CARDS))
Limits = tuple[tuple[frozenset[int], int], ...]


def scope_of(line: HasFacts) -> str:
    """Return what a line is where bonus may be barred: "services", "products", "cards" or ""."""
    kind = line_kinds().get(line.kind)
    return CARDS if kind is not None and kind.from_balance else str(line.facts.get("scope") or "")


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


def bonus_barred(member_id: int | None, lines: Iterable[HasFacts]) -> dict[str, int]:
    """Return how much bonus of a member does not pay for something on a bill, by what it is."""
    scopes = {scope_of(line) for line in lines} & {PRODUCTS, CARDS}
    if member_id is None or not scopes:
        return {}
    held = purses_of(member_id)
    found = {
        scope: sum(purse.balance_fen - purse.left_for(scope) for purse in held)
        for scope in sorted(scopes, reverse=True)
    }
    return {scope: fen for scope, fen in found.items() if fen}


def limits_on(member_id: int | None, lines: Iterable[DraftLine]) -> dict[str, Limits]:
    """Return how much each stored-value card pays of lines that bonus may not pay for, by code.

    What top-ups on the same bill bring counts, as they are sold under the rule of today.
    """
    lines = list(lines)
    scope_by = {line.line_id: scope_of(line) for line in lines}
    there = set(scope_by.values())
    if member_id is None or not there & {PRODUCTS, CARDS}:
        return {}
    today = {*bonus_bars().split(",")}
    found: dict[str, Limits] = {}
    for scopes in (some for some in BARRED if there.issuperset(some)):
        own = frozenset(number for number, scope in scope_by.items() if scope in scopes)
        most = added_by(lines, bonus=not today.issuperset(scopes))
        for purse in purses_of(member_id):
            code = "" if purse.plain else purse.code
            most[code] = most.get(code, 0) + purse.left_for(*scopes)
        for code, fen in most.items():
            found[code] = (*found.get(code, ()), (own, fen))
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
