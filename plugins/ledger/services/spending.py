"""Spending lots, oldest first, and giving back what was spent to where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.chart import BONUS, PRINCIPAL, Name, salon
from plugins.ledger.models import Journal, Payment, Use
from plugins.ledger.services.accounts import lock_accounts, open_accounts
from plugins.ledger.services.allotting import Line, allot
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.lots import (
    LotState,
    RunningTotals,
    locked_lots,
    read_lots,
    running_totals,
)
from plugins.ledger.services.posting import claim_one, lock_payment, write
from plugins.ledger.services.problems import RefundTooBig
from plugins.ledger.services.shares import earned_so_far, share_of

USE: Any = Use.__table__
JOURNAL: Any = Journal.__table__
PAYMENT: Any = Payment.__table__


@dataclass(frozen=True)
class Part:
    """What one use took from one lot, as it was frozen; negative where it was given back."""

    lot_id: int
    line: str
    paid: int
    gift: int
    income_fen: int


@dataclass(frozen=True)
class Spent:
    """What a spending took, lot by lot, and what it earned."""

    journal_id: int
    fresh: bool
    parts: tuple[Part, ...]

    @property
    def paid(self) -> int:
        """What came from the paid parts: principal, or paid sessions."""
        return sum(part.paid for part in self.parts)

    @property
    def gift(self) -> int:
        """What came from the gifts: bonus, or free sessions."""
        return sum(part.gift for part in self.parts)

    @property
    def income_fen(self) -> int:
        """What became income."""
        return sum(part.income_fen for part in self.parts)


@api.unit
def spend(
    entry: Entry,
    member_id: int,
    lines: Sequence[Line],
    *,
    purse: str | Sequence[str] | None = None,
    into: Name | None = None,
    beside: Sequence[Line] = (),
) -> Spent:
    """Pay *lines* from a member's stored value: lots in their order, each split by its terms.

    `Insufficient` when the lots (of one *purse* or several, if named) do not hold enough. Each
    line's reference caps what `restore()` may give back. What is unearned becomes revenue, or
    goes *into* another account: something else that is owed to her is bought with it. What is to
    be paid *beside* them later keeps the paid parts that it needs, where gifts are barred from it.
    """
    told = [member_id, [vars(line) for line in lines], purse]
    claim = claim_one(entry, [*told, into] if into else told)
    if claim.fresh:
        counters = _counters(entry.store_id, (PRINCIPAL, BONUS), into)
        lots = locked_lots(heir_of(member_id), "money", counters)
        named = [purse] if isinstance(purse, str) else purse
        usable = [lot for lot in lots if named is None or lot.purse in named]
        write([(claim.head, _draw(usable, lines, entry.store_id, into, beside))])
    return _spent(claim.head["id"], fresh=claim.fresh)


@api.unit
def use_sessions(entry: Entry, member_id: int, lot_id: int, lines: Sequence[Line]) -> Spent:
    """Use sessions of one lot of a member's card: paid ones first, then the free ones."""
    claim = claim_one(entry, [member_id, lot_id, [vars(line) for line in lines]])
    if claim.fresh:
        member_id = heir_of(member_id)
        lot = next(iter(read_lots([lot_id])), None)
        if lot is None or lot.member_id != member_id or lot.kind != "sessions":
            raise api.NotFound(_("There is no such card."))
        lots = locked_lots(member_id, "sessions", _counters(entry.store_id, (lot.unit,)))
        usable = [lot for lot in lots if lot.id == lot_id]
        write([(claim.head, _draw(usable, lines, entry.store_id))])
    return _spent(claim.head["id"], fresh=claim.fresh)


@api.unit
def restore(entry: Entry, line_ref: str, amount: int, *, out_of: Name | None = None) -> Spent:
    """Give *amount* of what was spent on a line back to the lots it came from, last taken first.

    Income falls in proportion; what is unearned again comes from revenue, or *out_of* another
    account. `RefundTooBig` when more would go back than was taken.
    """
    claim = claim_one(entry, [line_ref, amount, out_of] if out_of else [line_ref, amount])
    if claim.fresh:
        uses = _uses_of(line_ref)
        lock_accounts(_accounts_of(uses, out_of))
        payment = lock_payment(line_ref)
        if payment.refunded + amount > payment.amount or amount <= 0:
            raise RefundTooBig
        draft = _give_back(uses, payment.refunded, payment.refunded + amount, out_of)
        draft.refunds.append((payment.id, amount))
        write([(claim.head, draft)])
    return _spent(claim.head["id"], fresh=claim.fresh)


def fen_behind(line_ref: str, amount: int) -> int:
    """Return the money behind *amount* of what was spent on a line, as `restore()` would move it.

    `RefundTooBig` when more would go back than was taken.
    """
    payment = lock_payment(line_ref)
    if payment.refunded + amount > payment.amount or amount <= 0:
        raise RefundTooBig
    draft = _give_back(_uses_of(line_ref), payment.refunded, payment.refunded + amount)
    return sum(use["income_fen"] for use in draft.uses)


def _counters(store_id: int | None, units: Iterable[str], other: Name | None = None) -> list[Name]:
    """Name what is on the other side of a use: *other* takes the place of revenue."""
    issuers = (salon("issued", store_id, unit) for unit in units)
    return [other or salon("revenue", store_id), *issuers]


def _draw(
    lots: Sequence[LotState],
    lines: Sequence[Line],
    store_id: int | None,
    into: Name | None = None,
    beside: Sequence[Line] = (),
) -> Draft:
    draft = Draft(payments=[(line.ref, line.amount) for line in lines])
    running = {
        lot.id: RunningTotals(lot.id, lot.kind, lot.last_use, lot.used, lot.earned_fen)
        for lot in lots
    }
    left = {lot.id: lot.left for lot in lots}
    for one in allot(lots, lines, beside):
        lot = one.lot
        totals = running[lot.id]
        draft.uses.append(_use(totals, lot, one.line, one.paid, one.gift, left[lot.id]))
        left[lot.id] -= one.paid + one.gift
    for lot in lots:
        taken = [use for use in draft.uses if use["lot_id"] == lot.id]
        draft.moves += _moves(lot, store_id, *_sums(taken), into)
    return draft


def _use(
    totals: RunningTotals, lot: LotState, line: Line, paid: int, gift: int, whole: int
) -> dict[str, Any]:
    """Return the row of a use of a lot of which *whole* was left before."""
    base = paid if lot.kind == "sessions" else paid + gift
    if lot.gift_until_on is not None:
        # What is left may have become less by a gift that ended: it earns all that is unearned.
        income = earned_so_far(lot.price_fen - totals.earned_fen, base, whole)
    else:
        earned = earned_so_far(lot.price_fen, totals.used + base, lot.earning)
        income = max(0, earned - totals.earned_fen)
    return totals.add(
        paid,
        gift,
        income,
        payment_id=line.ref,
        list_fen=line.list_fen,
        deal_fen=line.deal_fen,
        staff_id=line.staff_id,
    )


def _sums(uses: Sequence[Mapping[Any, Any]]) -> tuple[int, int, int]:
    paid, gift, income = (sum(use[key] for use in uses) for key in ("paid", "gift", "income_fen"))
    return paid, gift, income


def _moves(
    lot: LotState,
    store_id: int | None,
    paid: int,
    gift: int,
    income_fen: int,
    into: Name | None = None,
) -> Iterator[Move]:
    """Yield the legs of a use: entitlements return to their issuer, unearned becomes revenue."""
    paid_name, gift_name, unearned = lot.names
    for name, amount in ((paid_name, paid), (gift_name, gift)):
        if amount:
            yield Move(name, salon("issued", store_id, name.unit), amount)
    if income_fen:
        yield Move(unearned, into or salon("revenue", store_id), income_fen)


def _uses_of(line_ref: str) -> list[Mapping[Any, Any]]:
    rows = api.db.session.execute(
        sa.select(USE, JOURNAL.c.store_id)
        .join(PAYMENT, PAYMENT.c.id == USE.c.payment_id)
        .join(JOURNAL, JOURNAL.c.id == USE.c.journal_id)
        .where(PAYMENT.c.ref == line_ref, USE.c.restores_id.is_(None))
        .order_by(USE.c.id.desc())
    )
    return [dict(row) for row in rows.mappings()]


def _accounts_of(uses: Sequence[Mapping[Any, Any]], other: Name | None = None) -> set[int]:
    ids: set[int] = set()
    units: set[str] = set()
    for lot in read_lots(use["lot_id"] for use in uses):
        ids |= lot.account_ids
        units |= {name.unit for name in lot.names[:2]}
    store_id = uses[0]["store_id"] if uses else None
    return ids | set(open_accounts(_counters(store_id, units, other)).values())


def _give_back(
    uses: Sequence[Mapping[Any, Any]], before: int, after: int, out_of: Name | None = None
) -> Draft:
    """Return what goes back when the sum given back of *uses* grows from *before* to *after*."""
    draft = Draft()
    lots = {lot.id: lot for lot in read_lots(use["lot_id"] for use in uses)}
    running = running_totals(lots)
    start = 0
    for use in uses:
        size = use["paid"] + use["gift"]
        low, high = (min(size, max(0, at - start)) for at in (before, after))
        start += size
        if low == high:
            continue
        paid = share_of(use["paid"], high, size) - share_of(use["paid"], low, size)
        fen = share_of(use["income_fen"], high, size) - share_of(use["income_fen"], low, size)
        gift = high - low - paid
        draft.uses.append(running[use["lot_id"]].give_back(use, paid, gift, fen))
        lot = lots[use["lot_id"]]
        for move in _moves(lot, use["store_id"], paid, gift, fen, out_of):
            draft.moves.append(Move(move.credit, move.debit, move.amount))
    return draft


def _spent(journal_id: int, *, fresh: bool) -> Spent:
    rows = api.db.session.execute(
        sa.select(USE, PAYMENT.c.ref)
        .join(PAYMENT, PAYMENT.c.id == USE.c.payment_id)
        .where(USE.c.journal_id == journal_id)
        .order_by(USE.c.id)
    )
    parts = []
    for row in rows:
        sign = -1 if row.restores_id else 1
        amounts = (sign * row.paid, sign * row.gift, sign * row.income_fen)
        parts.append(Part(row.lot_id, row.ref, *amounts))
    return Spent(journal_id, fresh, tuple(parts))
