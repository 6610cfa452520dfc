"""How a refund of prepaid money is reckoned by the court rule of 2025. Pure: no database.

Figures carry the clause of Fa Shi [2025] No. 4 that they follow; `law.py` has its words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Cause = Literal["shop", "member", "both", "seven_days"]
#: The rule of seven days counts the day of payment as day nought.
SEVEN_DAYS = 7
YEAR = 365


@dataclass(frozen=True)
class Use:
    """One use of what was prepaid: fen of face value, or sessions, of the paid part and the gift.

    *list_fen* and *deal_fen* are the prices of the whole line as they were frozen. *taken_fen*
    is money that left by an adjustment and was never a service.
    """

    on: dt.date
    title: str
    paid: int
    gift: int = 0
    list_fen: int | None = None
    deal_fen: int | None = None
    taken_fen: int | None = None


@dataclass(frozen=True)
class Share:
    """A lot of a purchase: stored value in fen of face value, or sessions of one item."""

    title: str
    kind: Literal["money", "sessions"]
    price_fen: int
    paid: int
    gift: int = 0
    uses: Sequence[Use] = ()

    @property
    def whole(self) -> int:
        """What the price is spread over: free sessions cost nothing."""
        return self.paid if self.kind == "sessions" else self.paid + self.gift


@dataclass(frozen=True)
class Term:
    """The term of a pass; it has not begun without *starts_on*. *used*: a service was had."""

    starts_on: dt.date | None
    days: int
    paused_days: int = 0
    used: bool = True

    def over(self, on: dt.date) -> int:
        """Return how many days are over before *on*."""
        if self.starts_on is None:
            return 0
        return min(max((on - self.starts_on).days - self.paused_days, 0), self.days)


@dataclass(frozen=True)
class Purchase:
    """One contract: what was bought for how much, and what became of it.

    *paid_fen* is less than *price_fen* where something is owing. *had_before* says that she
    knew the service before she bought. *fee_fen* is what a platform kept of the price: a cost of
    the salon, which takes nothing off the refund.
    """

    key: str
    title: str
    price_fen: int
    paid_fen: int
    bought_on: dt.date
    shares: Sequence[Share] = ()
    term: Term | None = None
    had_before: bool = False
    fee_fen: int = 0
    #: What of it came from her balance, and goes back there.
    balance_fen: int = 0
    #: The fingerprint of the contract by which it was sold; "" where there is none.
    contract: str = ""


@dataclass(frozen=True)
class Rates:
    """Interest rates in hundredths of a percent, by the day from which they hold."""

    lpr: Sequence[tuple[dt.date, int]] = ()
    deposit: Sequence[tuple[dt.date, int]] = ()

    def on(self, kind: str, day: dt.date) -> int:
        """Return the rate of a kind on a day; the earliest known one before that."""
        table = sorted(self.lpr if kind == "lpr" else self.deposit)
        held = [rate for begun, rate in table if begun <= day]
        return held[-1] if held else (table[0][1] if table else 0)


@dataclass(frozen=True)
class Asked:
    """What a refund is asked for: who is the cause, and the days that count.

    The contract ends on *ended_on*; interest runs from there to *paid_on*. A shop that stopped
    serving a pass did so on *stopped_on*. *gifts_fen* is what both agreed for gifts that were
    used, *rate_bp* an interest rate that was agreed.
    """

    cause: Cause
    asked_on: dt.date
    ended_on: dt.date
    paid_on: dt.date
    stopped_on: dt.date | None = None
    gifts_fen: int = 0
    rate_bp: int | None = None


@dataclass(frozen=True)
class Row:
    """A line of the sheet: one use, at which price, by which clause, and the value used so far."""

    on: dt.date | None
    title: str
    clause: str
    value_fen: int
    running_fen: int
    amount: int = 0
    unit: str = ""
    list_fen: int | None = None
    deal_fen: int | None = None
    ratio: tuple[int, int] | None = None


@dataclass(frozen=True)
class Interest:
    """Interest on what is given back: paid besides, never a part of the refund."""

    fen: int
    rate_bp: int
    days: int
    basis: str
    clauses: tuple[str, ...] = ("16", "17")


@dataclass(frozen=True)
class Account:
    """What one purchase comes to: paid, less the value used, never below nothing."""

    purchase: Purchase
    rows: tuple[Row, ...]
    used_fen: int
    refund_fen: int
    interest: Interest
    clause: str

    @property
    def floored(self) -> bool:
        """Tell whether the value used is more than was paid, and nobody asks for the rest."""
        return self.used_fen > self.purchase.paid_fen


@dataclass(frozen=True)
class Sheet:
    """A refund as it was reckoned, line by line."""

    asked: Asked
    accounts: tuple[Account, ...]
    needs_approval: bool

    @property
    def paid_fen(self) -> int:
        """What was paid in all."""
        return sum(account.purchase.paid_fen for account in self.accounts)

    @property
    def used_fen(self) -> int:
        """The value used in all."""
        return sum(account.used_fen for account in self.accounts)

    @property
    def refund_fen(self) -> int:
        """What is given back of what was paid."""
        return sum(account.refund_fen for account in self.accounts)

    @property
    def interest_fen(self) -> int:
        """What is paid besides."""
        return sum(account.interest.fen for account in self.accounts)

    def facts(self) -> dict[str, Any]:
        """Return the sheet as plain values, to be kept and drawn."""
        return {
            "asked": _plain(asdict(self.asked)),
            "paid_fen": self.paid_fen,
            "used_fen": self.used_fen,
            "refund_fen": self.refund_fen,
            "interest_fen": self.interest_fen,
            "needs_approval": self.needs_approval,
            "accounts": [_account_facts(account) for account in self.accounts],
        }


def refund_sheet(
    purchases: Sequence[Purchase],
    asked: Asked,
    rates: Rates,
    *,
    approval_above_fen: int | None = None,
) -> Sheet:
    """Reckon what is given back of *purchases*, each a contract of its own.

    `ValueError` when the rule of seven days is asked for and does not hold (`why_not_seven`).
    """
    if asked.cause == "seven_days" and (problem := why_not_seven(purchases, asked.asked_on)):
        raise ValueError(problem)
    accounts, gifts_fen = [], asked.gifts_fen if asked.cause == "member" else 0
    for purchase in purchases:
        account = _reckon(purchase, asked, rates, gifts_fen)
        gifts_fen -= sum(row.value_fen for row in account.rows if row.unit == "agreed")
        accounts.append(account)
    sheet = Sheet(asked, tuple(accounts), False)
    total = sheet.refund_fen + sheet.interest_fen
    above = approval_above_fen is not None and total > approval_above_fen
    return replace(sheet, needs_approval=above)


def why_not_seven(purchases: Sequence[Purchase], asked_on: dt.date) -> str:
    """Return why the rule of seven days does not hold: "late", "known", or "" when it does."""
    for purchase in purchases:
        if (asked_on - purchase.bought_on).days > SEVEN_DAYS:
            return "late"
        if purchase.had_before:
            return "known"
    return ""


def _reckon(purchase: Purchase, asked: Asked, rates: Rates, gifts_fen: int) -> Account:
    rows, used = [], 0
    for row in _rows(purchase, asked):
        used += row.value_fen
        rows.append(replace(row, running_fen=used))
    left = purchase.paid_fen - used
    if gifts_fen > 0 and left > 0:
        some = min(gifts_fen, left)
        used += some
        rows.append(Row(None, "", "21", some, used, unit="agreed"))
    refund = max(0, purchase.paid_fen - used)
    clause = "14" if asked.cause == "seven_days" else "22" if purchase.term else "15"
    interest = _interest(refund, purchase.bought_on, asked, rates)
    return Account(purchase, tuple(rows), used, refund, interest, clause)


def _rows(purchase: Purchase, asked: Asked) -> Iterator[Row]:
    if purchase.term is not None and (purchase.term.used or asked.cause != "seven_days"):
        yield _term_row(purchase, purchase.term, asked)
    dated: list[tuple[dt.date, int, Row]] = []
    for share in purchase.shares:
        reckon = _member_values(share) if asked.cause == "member" else _deal_values(share)
        for number, (use, row) in enumerate(zip(share.uses, reckon, strict=True)):
            dated.append((use.on, number, row))
    yield from (row for _on, _number, row in sorted(dated, key=lambda one: one[:2]))


def _term_row(purchase: Purchase, term: Term, asked: Asked) -> Row:
    """What is over of a pass counts by days, whoever is the cause."""
    end = asked.ended_on
    if asked.stopped_on is not None and asked.cause != "member":
        end = min(end, asked.stopped_on)
    over = term.over(end)
    value = _part(purchase.price_fen, over, term.days)
    return Row(end, "", "22", value, 0, over, "days", ratio=(over, term.days))


def _deal_values(share: Share) -> Iterator[Row]:
    """Yield the value of each use at what she paid for it: by ratio, summing up exactly."""
    used = 0
    for use in share.uses:
        if use.taken_fen is not None:
            yield _taken(use)
            continue
        some = use.paid if share.kind == "sessions" else use.paid + use.gift
        value = _part(share.price_fen, used + some, share.whole) - _part(
            share.price_fen, used, share.whole
        )
        used += some
        yield _row(share, use, value, _deal_clause(share, use))


def _deal_clause(share: Share, use: Use) -> str:
    if share.kind == "sessions":
        return "18.1" if use.paid else "21"
    return "18.2" if share.gift else "18.1" if _discounted(use) else "15"


def _member_values(share: Share) -> Iterator[Row]:
    """Yield the value of each use before any discount, which is never below what she paid."""
    for use, deal in zip(share.uses, _deal_values(share), strict=True):
        if use.taken_fen is not None or deal.clause == "21":
            yield deal
            continue
        before = _before_discount(share, use)
        value = max(before, deal.value_fen)
        clause = "19" if share.kind == "sessions" or share.gift or _discounted(use) else "15"
        yield replace(deal, value_fen=value, clause=clause)


def _before_discount(share: Share, use: Use) -> int:
    if share.kind == "sessions":
        return (use.list_fen or 0) * use.paid
    face = use.paid + use.gift
    if use.list_fen and use.deal_fen:
        return max(face, _part(use.list_fen, face, use.deal_fen))
    return face


def _discounted(use: Use) -> bool:
    return bool(use.list_fen and use.deal_fen and use.list_fen > use.deal_fen)


def _row(share: Share, use: Use, value: int, clause: str) -> Row:
    sessions = share.kind == "sessions"
    title = use.title or share.title
    ratio = (share.price_fen, share.whole) if clause == "18.2" else None
    deal = _part(share.price_fen, 1, share.paid) if sessions and share.paid else use.deal_fen
    return Row(
        use.on,
        title,
        clause,
        value,
        0,
        use.paid + use.gift,
        "sessions" if sessions else "fen",
        use.list_fen,
        0 if clause == "21" else deal,
        ratio,
    )


def _taken(use: Use) -> Row:
    return Row(use.on, use.title, "15", use.taken_fen or 0, 0, use.paid + use.gift, "taken")


def _part(whole_fen: int, cut: int, whole: int) -> int:
    """Return what of *whole_fen* belongs to *cut* of *whole*, rounded to the nearest fen."""
    return (2 * whole_fen * cut + whole) // (2 * whole) if whole else 0


def _interest(refund_fen: int, bought_on: dt.date, asked: Asked, rates: Rates) -> Interest:
    """Interest runs from the end of the contract, at the rate of the day it was made."""
    basis = "lpr" if asked.cause == "shop" else "deposit"
    rate = rates.on(basis, bought_on)
    if asked.rate_bp is not None:
        basis, rate = "agreed", asked.rate_bp
    days = max((asked.paid_on - asked.ended_on).days, 0)
    return Interest(_part(refund_fen, rate * days, 10_000 * YEAR), rate, days, basis)


def _account_facts(account: Account) -> dict[str, Any]:
    purchase = account.purchase
    return {
        "key": purchase.key,
        "title": purchase.title,
        "price_fen": purchase.price_fen,
        "paid_fen": purchase.paid_fen,
        "fee_fen": purchase.fee_fen,
        "balance_fen": purchase.balance_fen,
        "bought_on": purchase.bought_on.isoformat(),
        **({"contract": purchase.contract} if purchase.contract else {}),
        "shares": [
            {name: getattr(share, name) for name in ("title", "kind", "price_fen", "paid", "gift")}
            for share in purchase.shares
        ],
        "term": _plain(asdict(purchase.term)) if purchase.term else None,
        "rows": [_plain(asdict(row)) for row in account.rows],
        "used_fen": account.used_fen,
        "refund_fen": account.refund_fen,
        "floored": account.floored,
        "clause": account.clause,
        "interest": _plain(asdict(account.interest)),
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
