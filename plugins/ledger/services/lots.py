"""Lots: issuing them, reading what is left of them, and the running totals of their uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import BONUS, MEMBER, PRINCIPAL, SESSION, Name, held, salon
from plugins.ledger.models import Account, Lot, Use
from plugins.ledger.services.accounts import lock_accounts, open_accounts
from plugins.ledger.services.bulk import chunks, is_postgresql
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.posting import claim_one, write

LOT: Any = Lot.__table__
USE: Any = Use.__table__


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a lot is sold for and how it will be spent; frozen at the sale.

    *paid* and *gift* are fen of face value, or counts when *card* names what the sessions are
    for. Lots of a lower *rank* are spent first, then older ones. *split* is "pro_rata",
    "paid_first" or "gift_first"; sessions are always used paid first. *purse* tells a member's
    stored-value cards apart.
    """

    price_fen: int
    paid: int
    gift: int = 0
    card: str = ""
    product: str = ""
    purse: str = ""
    rank: int = 0
    split: str = "pro_rata"

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


@dataclass(frozen=True)
class LotState:
    """A lot with what is left of it."""

    id: int
    journal_id: int
    member_id: int
    part: str
    kind: str
    unit: str
    product: str
    purse: str
    split: str
    price_fen: int
    paid: int
    gift: int
    sold_on: dt.date
    paid_left: int
    gift_left: int
    unearned_left: int
    used: int
    earned_fen: int
    last_use: int
    paid_account_id: int
    gift_account_id: int | None
    unearned_account_id: int | None

    @property
    def account_ids(self) -> set[int]:
        """Return the numbers of its accounts."""
        ids = (self.paid_account_id, self.gift_account_id, self.unearned_account_id)
        return {number for number in ids if number}

    @property
    def left(self) -> int:
        """What may still be used: paid and gift together."""
        return self.paid_left + self.gift_left

    @property
    def earning(self) -> int:
        """Return the whole that the price is spread over: gift sessions earn nothing."""
        return self.paid if self.kind == "sessions" else self.paid + self.gift

    @property
    def names(self) -> tuple[Name, Name, Name]:
        """Return the names of its accounts: paid, gift, unearned."""
        return lot_names(self.member_id, self.kind, self.unit, self.part)


def lot_names(member_id: int, kind: str, unit: str, part: str) -> tuple[Name, Name, Name]:
    """Name the three accounts of a lot: paid, gift, unearned."""
    unearned = held("unearned", member_id, part)
    if kind == "sessions":
        paid = held("sessions", member_id, part, unit)
        return paid, held("free_sessions", member_id, part, unit), unearned
    return held("principal", member_id, part), held("bonus", member_id, part, BONUS), unearned


@api.unit
def issue_lots(
    entry: Entry, member_id: int, lots: Sequence[Terms], tenders: Sequence[Tender]
) -> list[LotState]:
    """Sell lots to a member: a top-up, or the items of a card; the money becomes unearned revenue.

    The prices of *lots* add up to the *tenders*.
    """
    claim = claim_one(entry, [member_id, [vars(terms) for terms in lots], tenders_asked(tenders)])
    if claim.fresh:
        draft = lots_draft(entry, member_id, lots, tenders, claim.head["business_on"])
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


def lots_of(member_id: int, kind: str = "money", *, spent: bool = False) -> list[LotState]:
    """Return a member's lots in the order in which they are spent; *spent* ones on request."""
    paid_kind = "principal" if kind == "money" else "sessions"
    lots = _read(OF_MEMBER, member_id=member_id, paid_kind=paid_kind)
    return [lot for lot in lots if spent or lot.left]


def locked_lots(member_id: int, kind: str, names: Iterable[Name]) -> list[LotState]:
    """Return a member's lots, locked with the accounts of *names* until the unit ends."""
    ids = set(open_accounts(names).values())
    if is_postgresql():
        lock_accounts(ids.union(*(lot.account_ids for lot in lots_of(member_id, kind))))
    return lots_of(member_id, kind)


_paid: Any = Account.__table__.alias("paid")
_gift: Any = Account.__table__.alias("gift")
_unearned: Any = Account.__table__.alias("unearned")
_use: Any = USE.alias("last")


_last = sa.select(sa.func.max(USE.c.number)).where(USE.c.lot_id == LOT.c.id).scalar_subquery()
#: Lots with what is left of them, in the order in which they are spent.
LOTS: Any = (
    sa.select(
        LOT.c.id,
        LOT.c.journal_id,
        _paid.c.owner_id.label("member_id"),
        _paid.c.part,
        *(LOT.c[name] for name in ("kind", "unit", "product", "purse", "split", "price_fen")),
        LOT.c.paid,
        LOT.c.gift,
        LOT.c.sold_on,
        (_paid.c.credits - _paid.c.debits).label("paid_left"),
        sa.func.coalesce(_gift.c.credits - _gift.c.debits, 0).label("gift_left"),
        sa.func.coalesce(_unearned.c.credits - _unearned.c.debits, 0).label("unearned_left"),
        sa.func.coalesce(_use.c.used_after, 0).label("used"),
        sa.func.coalesce(_use.c.earned_after, 0).label("earned_fen"),
        sa.func.coalesce(_use.c.number, 0).label("last_use"),
        LOT.c.paid_account_id,
        LOT.c.gift_account_id,
        LOT.c.unearned_account_id,
    )
    .join(_paid, _paid.c.id == LOT.c.paid_account_id)
    .outerjoin(_gift, _gift.c.id == LOT.c.gift_account_id)
    .outerjoin(_unearned, _unearned.c.id == LOT.c.unearned_account_id)
    .outerjoin(_use, sa.and_(_use.c.lot_id == LOT.c.id, _use.c.number == _last))
    .order_by(LOT.c.rank, LOT.c.sold_on, LOT.c.id)
)
OF_MEMBER = LOTS.where(
    _paid.c.owner == MEMBER,
    _paid.c.owner_id == sa.bindparam("member_id"),
    _paid.c.kind == sa.bindparam("paid_kind"),
)
OF_JOURNAL = LOTS.where(LOT.c.journal_id == sa.bindparam("journal_id"))
BY_NUMBER = LOTS.where(LOT.c.id.in_(sa.bindparam("lot_ids", expanding=True)))


def lots_of_journal(journal_id: int) -> list[LotState]:
    """Return the lots that a journal issued."""
    return _read(OF_JOURNAL, journal_id=journal_id)


def read_lots(lot_ids: Iterable[int]) -> list[LotState]:
    """Return lots by number."""
    return [
        lot for some in chunks(sorted(set(lot_ids))) for lot in _read(BY_NUMBER, lot_ids=list(some))
    ]


def _read(statement: Any, **values: Any) -> list[LotState]:
    return [LotState(*row) for row in api.db.session.execute(statement, values)]


@dataclass
class RunningTotals:
    """How far a lot is used up and earned, moving along as uses are added to it."""

    lot_id: int
    kind: str
    number: int
    used: int
    earned_fen: int

    def add(self, paid: int, gift: int, income_fen: int, **frozen: Any) -> dict[str, Any]:
        """Return the row of a use."""
        self.number += 1
        self.used += self._base(paid, gift)
        self.earned_fen += income_fen
        return self._row(paid, gift, income_fen, {"restores_id": None, **frozen})

    def give_back(
        self, use: Mapping[Any, Any], paid: int, gift: int, income_fen: int
    ) -> dict[str, Any]:
        """Return the row that gives (a part of) *use* back."""
        self.number += 1
        self.used -= self._base(paid, gift)
        self.earned_fen -= income_fen
        same = {key: use[key] for key in ("payment_id", "list_fen", "deal_fen", "staff_id")}
        return self._row(paid, gift, income_fen, {"restores_id": use["id"], **same})

    def _base(self, paid: int, gift: int) -> int:
        return paid if self.kind == "sessions" else paid + gift

    def _row(self, paid: int, gift: int, income_fen: int, more: dict[str, Any]) -> dict[str, Any]:
        return {
            "lot_id": self.lot_id,
            "number": self.number,
            "paid": paid,
            "gift": gift,
            "income_fen": income_fen,
            "used_after": self.used,
            "earned_after": self.earned_fen,
            **more,
        }


def running_totals(lot_ids: Iterable[int]) -> dict[int, RunningTotals]:
    """Read the running totals of some lots, by number; lock the accounts first."""
    return {
        lot.id: RunningTotals(lot.id, lot.kind, lot.last_use, lot.used, lot.earned_fen)
        for lot in read_lots(lot_ids)
    }
