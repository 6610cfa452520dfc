"""Lots: reading what is left of them, locking them, and the running totals of their uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import BONUS, MEMBER, Name, held
from plugins.ledger.models import Account, Lot, Use
from plugins.ledger.services.accounts import lock_accounts, open_accounts
from plugins.ledger.services.bulk import chunks, is_postgresql

LOT: Any = Lot.__table__
USE: Any = Use.__table__


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
    gift_bars: str
    gift_until_on: dt.date | None
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
    def bars(self) -> frozenset[str]:
        """Return the scopes that the gift does not pay for."""
        return frozenset(self.gift_bars.split(",")) - {""}

    def left_for(self, *scopes: str) -> tuple[int, int]:
        """Return what of the paid part and of the gift may pay for something of the *scopes*."""
        barred = bool(scopes) and self.bars.issuperset(scopes)
        return self.paid_left, 0 if barred else self.gift_left

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


_ends: Any = sa.case((_gift.c.credits > _gift.c.debits, LOT.c.gift_until_on))
ENDING_FIRST = (_ends.is_(None), _ends)
_last = sa.select(sa.func.max(USE.c.number)).where(USE.c.lot_id == LOT.c.id).scalar_subquery()
#: Lots with what is left of them, in the order in which they are spent.
LOTS: Any = (
    sa.select(
        LOT.c.id,
        LOT.c.journal_id,
        _paid.c.owner_id.label("member_id"),
        _paid.c.part,
        *(
            LOT.c[name]
            for name in (
                "kind",
                "unit",
                "product",
                "purse",
                "split",
                "gift_bars",
                "gift_until_on",
                "price_fen",
            )
        ),
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
    # What ends first is spent first: a gift that has a last day before one that has none.
    .order_by(LOT.c.rank, *ENDING_FIRST, LOT.c.sold_on, LOT.c.id)
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
