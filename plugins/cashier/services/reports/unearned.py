"""Unearned revenue: opening + sold - earned - refunded ± adjusted = closing, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.services.reports.consumption import EXCHANGED
from plugins.cashier.services.reports.spans import ACCOUNT, JOURNAL, LEG, Span, effective_code
from plugins.ledger.api import BONUS, CNY, PRINCIPAL, SESSION, Lot
from plugins.membership.api import membership_prepaid_accounts

LOT: Any = Lot.__table__
#: The columns of the statement between opening and closing.
CAUSES = ("brought", "sold", "earned", "refunded", "adjusted")
#: What moves unearned revenue, by the kind of account on the other side.
OTHER_SIDES: Mapping[str, str] = {
    "revenue": "earned",
    "over_short": "adjusted",
    "opening": "brought",
    "unearned": "adjusted",
}
#: Booking deposits are money too, in accounts of a kind of their own.
DEPOSIT = "deposit"
#: What the statement is kept of: money first, then what members may use.
UNITS: Mapping[str, Any] = {
    CNY: _("Unearned revenue"),
    PRINCIPAL: _("Principal"),
    BONUS: _("Bonus"),
    SESSION: _("Sessions"),
    DEPOSIT: _("Booking deposits"),
}


@dataclass
class Roll:
    """One line of the statement: what there was, what came and went, what is left.

    Amounts are fen, or sessions; those of *earned* and *refunded* are what went.
    """

    unit: str
    store_id: int | None
    product: str
    opening: int = 0
    moved: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CAUSES, 0))

    @property
    def closing(self) -> int:
        """What is left."""
        came = sum(self.moved[cause] for cause in ("brought", "sold", "adjusted"))
        return self.opening + came - self.moved["earned"] - self.moved["refunded"]


Key = tuple[str, int | None, str]


def unearned(span: Span) -> list[Roll]:
    """Return the statement by unit, store of the sale, and product.

    What is owed belongs to the store that sold it, wherever it is used.
    """
    homes = account_homes()
    found: dict[Key, Roll] = {}
    for unit in UNITS:
        for row in _moves(span, unit, homes):
            key = (unit, row.home, _product(row))
            roll = found.setdefault(key, Roll(*key))
            if row.before:
                roll.opening += row.fen
            else:
                cause = cause_of(unit, row)
                sign = -1 if cause in ("earned", "refunded") else 1
                roll.moved[cause] += sign * row.fen
    kept = (roll for roll in found.values() if roll.opening or any(roll.moved.values()))
    order = {unit: place for place, unit in enumerate(UNITS)}
    return sorted(kept, key=lambda roll: (order[roll.unit], roll.store_id or 0, roll.product))


def cause_of(unit: str, row: Any) -> str:
    """Return the column to which a movement belongs; reversals count where the reversed does."""
    if unit in (CNY, DEPOSIT):
        if row.other in OTHER_SIDES:
            return OTHER_SIDES[row.other]
        return "refunded" if row.code == "refund" or row.taken else "sold"
    if row.other == "opening":
        return "brought"
    if row.code in ("adjust", "transfer", "swap", "expire_bonus", *EXCHANGED):
        return "adjusted"
    if row.code == "refund":
        return "refunded" if row.taken else "earned"
    return "earned" if row.taken or row.code in GIVEN_BACK else "sold"


#: Journals that give back what was used.
GIVEN_BACK = ("session_back",)


def _product(row: Any) -> str:
    return str(row.product or "")


def account_homes() -> Any:
    """Return which store sold what stands on an account, and as what: its first journal says."""
    firsts = (
        sa.select(LEG.c.credit_id.label("id"), sa.func.min(LEG.c.journal_id).label("journal_id"))
        .select_from(LEG)
        .join(ACCOUNT, ACCOUNT.c.id == LEG.c.credit_id)
        .where(ACCOUNT.c.kind.in_(KINDS))
        .group_by(LEG.c.credit_id)
        .subquery("firsts")
    )
    lots = sa.union_all(*_products()).subquery("lots")
    sale: Any = JOURNAL.alias("sale")
    return (
        sa.select(
            firsts.c.id,
            sale.c.store_id.label("home"),
            lots.c.product,
        )
        .select_from(firsts)
        .join(sale, sale.c.id == firsts.c.journal_id)
        .outerjoin(lots, lots.c.id == firsts.c.id)
        .subquery("homes")
    )


def _products() -> Iterable[sa.Select[Any]]:
    """Yield queries that name the product of an account; balances have none."""
    product = sa.case((LOT.c.kind == "money", ""), else_=LOT.c.product).label("product")
    for account in (LOT.c.paid_account_id, LOT.c.gift_account_id, LOT.c.unearned_account_id):
        yield sa.select(account.label("id"), product).where(account.is_not(None))
    for sold in chain.from_iterable(api.answers(membership_prepaid_accounts)):
        yield sa.select(sold.c.account_id.label("id"), sold.c.product)


KINDS = ("unearned", "deposit", "principal", "bonus", "sessions", "free_sessions")


def _moves(span: Span, unit: str, homes: Any) -> Iterable[Any]:
    """Yield sums of legs on the accounts of a unit, what lies before the span marked so."""
    code, reversed_ = effective_code()
    own, other = ACCOUNT.alias("own"), ACCOUNT.alias("other")
    before = (JOURNAL.c.business_on < span.first).label("before")
    backwards = JOURNAL.c.reverses_id.is_not(None)
    for side, across, sign in (
        (LEG.c.credit_id, LEG.c.debit_id, 1),
        (LEG.c.debit_id, LEG.c.credit_id, -1),
    ):
        # A reversal goes the other way than what it takes back.
        taken = ~backwards if sign < 0 else backwards
        columns = (before, homes.c.home, homes.c.product, code.label("code"), other.c.kind, taken)
        rows = (
            sa.select(
                before,
                homes.c.home,
                homes.c.product,
                code.label("code"),
                other.c.kind.label("other"),
                taken.label("taken"),
                (sign * sa.func.sum(LEG.c.amount)).label("fen"),
            )
            .select_from(LEG)
            .join(JOURNAL, JOURNAL.c.id == LEG.c.journal_id)
            .join(own, own.c.id == side)
            .join(other, other.c.id == across)
            .join(homes, homes.c.id == own.c.id)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(_of(own, unit), JOURNAL.c.business_on <= span.last)
            .where(*span.knows(JOURNAL.c.posted_at))
            .group_by(*columns)
        )
        if span.stores is not None:
            rows = rows.where(homes.c.home.in_(span.stores))
        yield from api.db.session.execute(rows)


def _of(account: Any, unit: str) -> sa.ColumnElement[bool]:
    if unit == CNY:
        return sa.and_(account.c.kind == "unearned", account.c.owner == "member")
    if unit == DEPOSIT:
        return account.c.kind == "deposit"  # type: ignore[no-any-return]
    if unit == SESSION:
        return account.c.kind.in_(("sessions", "free_sessions"))  # type: ignore[no-any-return]
    return sa.and_(account.c.unit == unit, account.c.owner == "member")


def held_now(unit: str = CNY) -> int:
    """Return what the accounts themselves hold; the closing of all days must come to it."""
    found = sa.select(sa.func.sum(ACCOUNT.c.credits - ACCOUNT.c.debits))
    return int(api.db.session.scalar(found.where(_of(ACCOUNT, unit))) or 0)
