"""Selling lots: top-ups, and the items of cards; the money becomes unearned revenue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from console import api
from plugins.ledger.chart import PRINCIPAL, SESSION, Name, salon
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.lots import LotState, lot_names, lots_of_journal
from plugins.ledger.services.posting import claim_one, write


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a lot is sold for and how it will be spent; frozen at the sale.

    *paid* and *gift* are fen of face value, or counts when *card* names what the sessions are
    for. Lots of a lower *rank* are spent first, then what ends first. *split* is "pro_rata",
    "paid_first" or "gift_first"; sessions are always used paid first. *gift_bars* are the
    scopes that the gift does not pay for (with commas), *gift_until_on* its last day. *purse*
    tells a member's stored-value cards apart.
    """

    price_fen: int
    paid: int
    gift: int = 0
    card: str = ""
    product: str = ""
    purse: str = ""
    rank: int = 0
    split: str = "pro_rata"
    gift_bars: str = ""
    gift_until_on: dt.date | None = None

    @property
    def kind(self) -> str:
        """Return "sessions" or "money"."""
        return "sessions" if self.card else "money"

    @property
    def unit(self) -> str:
        """Return the unit of the paid part."""
        return f"{SESSION}{self.card}" if self.card else PRINCIPAL


@dataclass(frozen=True)
class Tender:
    """Money that came in: the account it went to, how much, the reference it is refunded by."""

    account: Name
    amount_fen: int
    ref: str | None = None


@api.unit
def issue_lots(
    entry: Entry, member_id: int, lots: Sequence[Terms], tenders: Sequence[Tender]
) -> list[LotState]:
    """Sell lots to a member: a top-up, or the items of a card; the money becomes unearned revenue.

    The prices of *lots* add up to the *tenders*.
    """
    claim = claim_one(entry, [member_id, [vars(terms) for terms in lots], tenders_asked(tenders)])
    if claim.fresh:
        sold_on = entry.done_on or claim.head["business_on"]
        draft = lots_draft(entry, heir_of(member_id), lots, tenders, sold_on)
        write([(claim.head, draft)])
    return lots_of_journal(claim.head["id"])


def tenders_asked(tenders: Iterable[Tender]) -> list[Any]:
    """Return *tenders* as plain values."""
    return [[tender.account, tender.amount_fen, tender.ref] for tender in tenders]


def lots_draft(
    entry: Entry,
    member_id: int,
    lots: Sequence[Terms],
    tenders: Sequence[Tender],
    sold_on: dt.date,
    issuer: str = "issued",
) -> Draft:
    """Return what a journal that issues *lots* brings."""
    if sum(terms.price_fen for terms in lots) != sum(tender.amount_fen for tender in tenders):
        raise ValueError("the prices of the lots do not add up to what was paid")
    draft = Draft(payments=[(t.ref, t.amount_fen) for t in tenders if t.ref])
    money = [[tender.account, tender.amount_fen] for tender in tenders]
    store_id = entry.store_id if issuer == "issued" else None
    for number, terms in enumerate(lots, 1):
        names = lot_names(member_id, terms.kind, terms.unit, f"{entry.key}/{number}")
        paid, gift, unearned = names
        for name, amount in ((paid, terms.paid), (gift, terms.gift)):
            if amount:
                draft.moves.append(Move(salon(issuer, store_id, name.unit), name, amount))
        for account, fen in _take(money, terms.price_fen):
            draft.moves.append(Move(account, unearned, fen))
        draft.lots.append(_lot_row(number, terms, sold_on, names))
    return draft


def _lot_row(
    number: int, terms: Terms, sold_on: dt.date, names: tuple[Name, Name, Name]
) -> dict[str, Any]:
    paid, gift, unearned = names
    return {
        "number": number,
        "kind": terms.kind,
        "unit": terms.unit,
        "product": terms.product,
        "purse": terms.purse,
        "rank": terms.rank,
        "split": "paid_first" if terms.card else terms.split,
        "gift_bars": terms.gift_bars,
        "gift_until_on": terms.gift_until_on if terms.gift else None,
        "price_fen": terms.price_fen,
        "paid": terms.paid,
        "gift": terms.gift,
        "sold_on": sold_on,
        "paid_account_id": paid,
        "gift_account_id": gift if terms.gift else None,
        "unearned_account_id": unearned if terms.price_fen else None,
    }


def _take(money: list[list[Any]], fen: int) -> Iterator[tuple[Name, int]]:
    while fen:
        account, there = money[0]
        some = min(fen, there)
        yield account, some
        fen -= some
        money[0][1] -= some
        if not money[0][1]:
            del money[0]
