"""Refunds of whole lots: what is left of them ends, and the money goes back the way it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.chart import Name, salon
from plugins.ledger.models import Account, Journal, Leg, Payment, Use
from plugins.ledger.services.accounts import lock_accounts, open_accounts
from plugins.ledger.services.entries import Draft, Entry, Move
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.lots import LotState, RunningTotals, read_lots
from plugins.ledger.services.posting import claim_one, lock_payment, write
from plugins.ledger.services.problems import UsedMeanwhile

ACCOUNT: Any = Account.__table__
JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
PAYMENT: Any = Payment.__table__
USE: Any = Use.__table__
#: Accounts that something is paid from: the salon's money, and what was paid ahead.
PAYING = ("cash", "bank", "wechat", "receivable", "deposit")


@dataclass(frozen=True)
class Payout:
    """Money that goes back: from which account, how much, and the payment that caps it."""

    account: Name
    amount_fen: int
    ref: str | None = None


@dataclass(frozen=True)
class PaidBy:
    """A payment as it came in: where the money went, and how much may still go back."""

    ref: str
    amount_fen: int
    left_fen: int
    account: Name | None


@dataclass(frozen=True)
class UsedUp:
    """One use of a lot, less what was given back of it."""

    id: int
    lot_id: int
    ref: str
    paid: int
    gift: int
    income_fen: int
    list_fen: int | None
    deal_fen: int | None
    on: dt.date
    store_id: int | None
    code: str


@api.unit
def refund_lots(
    entry: Entry,
    member_id: int,
    seen: Mapping[int, int],
    payouts: Sequence[Payout],
    *,
    unearned: Sequence[int] = (),
    owing: int | None = None,
) -> int:
    """End lots of a member, pay *payouts* for them, and return the number of the journal.

    *seen* gives by lot its last use as the refund was reckoned: a lot that was used since is
    refused (409). Whatever is left of the lots is gone; of the money behind them what is not
    paid out becomes revenue. *unearned* are accounts of a price without a lot (a pass), *owing*
    is the account of what she still owes for it, which is forgiven first. `RefundTooBig` when
    more would go back by a payment than came in by it.
    """
    told = [member_id, sorted(seen), [list(one.account) for one in payouts]]
    claim = claim_one(entry, [*told, [[one.amount_fen, one.ref] for one in payouts]])
    if claim.fresh:
        lots = _lock(entry, heir_of(member_id), list(seen), payouts, [*unearned, owing])
        if any(lot.last_use != seen[lot.id] for lot in lots):
            raise UsedMeanwhile
        draft = Draft(payments=_ended(entry, lots))
        _end(draft, entry, lots)
        _pay(draft, entry, _behind(lots, unearned), payouts, owing)
        refs = sorted((one.ref, one.amount_fen) for one in payouts if one.ref)
        draft.refunds = [(lock_payment(ref).id, fen) for ref, fen in refs]
        write([(claim.head, draft)])
    return int(claim.head["id"])


def _lock(
    entry: Entry,
    member_id: int,
    lot_ids: Sequence[int],
    payouts: Sequence[Payout],
    accounts: Sequence[int | None],
) -> list[LotState]:
    lots = read_lots(lot_ids)
    if len(lots) < len(set(lot_ids)) or any(lot.member_id != member_id for lot in lots):
        raise api.NotFound(_("There is no such top-up."))
    units = {name.unit for lot in lots for name in lot.names[:2]}
    names = [salon("revenue", entry.store_id), *(one.account for one in payouts)]
    names += [salon("issued", entry.store_id, unit) for unit in units]
    ids = set(open_accounts(names).values()) | {number for number in accounts if number}
    lock_accounts(ids.union(*(lot.account_ids for lot in lots)))
    return read_lots(lot_ids)


def _ended(entry: Entry, lots: Sequence[LotState]) -> list[tuple[str, int]]:
    left = sum(lot.left for lot in lots)
    return [(entry.key, left)] if left else []


def _end(draft: Draft, entry: Entry, lots: Sequence[LotState]) -> None:
    """Let what is left of the lots return to where it was issued."""
    frozen: dict[str, Any] = dict.fromkeys(("list_fen", "deal_fen", "staff_id"))
    for lot in lots:
        if not lot.left:
            continue
        moves = zip(lot.names[:2], (lot.paid_left, lot.gift_left), strict=True)
        draft.moves += [
            Move(name, salon("issued", entry.store_id, name.unit), amount)
            for name, amount in moves
            if amount
        ]
        totals = RunningTotals(lot.id, lot.kind, lot.last_use, lot.used, lot.earned_fen)
        draft.uses.append(
            totals.add(
                lot.paid_left, lot.gift_left, lot.unearned_left, payment_id=entry.key, **frozen
            )
        )


def _behind(lots: Sequence[LotState], unearned: Sequence[int]) -> list[tuple[Name, int]]:
    """Return the accounts of money behind what ends, with what is on them."""
    found = [(lot.names[2], lot.unearned_left) for lot in lots if lot.left]
    return [*found, *((name, fen) for name, fen in _balances(unearned))]


def _balances(ids: Iterable[int]) -> list[tuple[Name, int]]:
    rows = api.db.session.execute(
        sa.select(
            *(ACCOUNT.c[field] for field in Name._fields), ACCOUNT.c.credits - ACCOUNT.c.debits
        ).where(ACCOUNT.c.id.in_(list(ids)))
    )
    return [(Name(*name), int(fen)) for *name, fen in rows]


def _pay(
    draft: Draft,
    entry: Entry,
    behind: list[tuple[Name, int]],
    payouts: Sequence[Payout],
    owing: int | None,
) -> None:
    """Move the money: to what is owing, to those who pay out, and the rest to revenue."""
    revenue = salon("revenue", entry.store_id)
    wanted = [(name, -fen) for name, fen in _balances([owing] if owing else []) if fen]
    wanted += [(one.account, one.amount_fen) for one in payouts]
    sources: list[list[Any]] = [[name, fen] for name, fen in behind]
    for account, fen in wanted:
        for source in sources:
            some = min(fen, source[1])
            if some:
                draft.moves.append(Move(source[0], account, some))
                source[1] -= some
                fen -= some
        if fen:
            # More than is unearned: a pass that was served less than its days were earned.
            draft.moves.append(Move(revenue, account, fen))
    draft.moves += [Move(name, revenue, fen) for name, fen in sources if fen]


def uses_of(lot_ids: Iterable[int]) -> list[UsedUp]:
    """Return the uses of lots in their order, each less what was given back of it."""
    back = USE.alias("back")

    def less(name: str) -> Any:
        given = sa.select(sa.func.coalesce(sa.func.sum(back.c[name]), 0))
        gone = given.where(back.c.restores_id == USE.c.id).scalar_subquery()
        return sa.cast(USE.c[name] - gone, sa.BigInteger)

    rows = api.db.session.execute(
        sa.select(
            USE.c.id,
            USE.c.lot_id,
            PAYMENT.c.ref,
            less("paid"),
            less("gift"),
            less("income_fen"),
            USE.c.list_fen,
            USE.c.deal_fen,
            JOURNAL.c.business_on,
            JOURNAL.c.store_id,
            JOURNAL.c.code,
        )
        .join(PAYMENT, PAYMENT.c.id == USE.c.payment_id)
        .join(JOURNAL, JOURNAL.c.id == USE.c.journal_id)
        .where(USE.c.lot_id.in_(list(lot_ids)), USE.c.restores_id.is_(None))
        .order_by(USE.c.id)
    )
    found = [UsedUp(*row) for row in rows]
    return [use for use in found if use.paid or use.gift]


def payments_of(journal_ids: Iterable[int]) -> list[PaidBy]:
    """Return the payments that some journals brought, each with the account it went to."""
    rows = api.db.session.execute(
        sa.select(PAYMENT)
        .where(PAYMENT.c.journal_id.in_(list(journal_ids)))
        .order_by(PAYMENT.c.journal_id, PAYMENT.c.id)
    ).all()
    money = _money_of({row.journal_id for row in rows})
    found = []
    for row in rows:
        legs = money.get(row.journal_id, [])
        account = legs[0][0] if legs else None
        _use_up(legs, row.amount)
        found.append(PaidBy(row.ref, row.amount, row.amount - row.refunded, account))
    return found


def _money_of(journal_ids: Iterable[int]) -> dict[int, list[list[Any]]]:
    """Return what came in by each journal, account by account, in the order of its payments."""
    rows = api.db.session.execute(
        sa.select(LEG.c.journal_id, LEG.c.amount, *(ACCOUNT.c[field] for field in Name._fields))
        .join(ACCOUNT, ACCOUNT.c.id == LEG.c.debit_id)
        .where(LEG.c.journal_id.in_(list(journal_ids)), ACCOUNT.c.kind.in_(PAYING))
        .order_by(LEG.c.id)
    )
    found: dict[int, list[list[Any]]] = {}
    for journal_id, amount, *name in rows:
        found.setdefault(journal_id, []).append([Name(*name), amount])
    return found


def _use_up(legs: list[list[Any]], amount: int) -> None:
    while amount and legs:
        some = min(amount, legs[0][1])
        legs[0][1] -= some
        amount -= some
        if not legs[0][1]:
            del legs[0]
