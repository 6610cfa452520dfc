"""What the salon owes its members: principal, bonus and sessions, by store and by age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from console import api
from console.api import _
from plugins.ledger.api import Account, Journal, Lot
from plugins.membership.hookspecs import membership_prepaid_accounts
from plugins.membership.services.regions import INCOME, deposit_percent, figures

#: Up to how many days old a lot is, and what that age is called.
AGES: tuple[tuple[int | None, Any], ...] = (
    (90, _("up to 3 months")),
    (180, _("3 to 6 months")),
    (365, _("6 to 12 months")),
    (730, _("1 to 2 years")),
    (None, _("older")),
)


@dataclass(frozen=True)
class Owed:
    """What is owed for some lots: fen of principal and bonus, and money not yet earned."""

    principal_fen: int = 0
    bonus_fen: int = 0
    unearned_fen: int = 0
    cards_fen: int = 0

    def __add__(self, other: Owed) -> Owed:
        """Add two sums."""
        return Owed(
            self.principal_fen + other.principal_fen,
            self.bonus_fen + other.bonus_fen,
            self.unearned_fen + other.unearned_fen,
            self.cards_fen + other.cards_fen,
        )

    @property
    def prepaid_fen(self) -> int:
        """Money taken and not yet earned, of balances and cards alike."""
        return self.unearned_fen + self.cards_fen


@dataclass(frozen=True)
class Exposure:
    """What is owed by store and by age; store None is what was there before the books began."""

    total: Owed
    by_store: dict[int | None, Owed]
    by_age: tuple[tuple[Any, Owed], ...]


def exposure(stores: Collection[int] | None = None, *, today: dt.date) -> Exposure:
    """Read from the ledger what is owed for what was sold in some stores, or in all."""
    by_store: dict[int | None, Owed] = {}
    by_age = [Owed() for _age in AGES]
    for store_id, age, kind, principal, bonus, unearned in _rows(stores, today):
        money = kind == "money"
        owed = Owed(
            int(principal or 0) if money else 0,
            int(bonus or 0) if money else 0,
            int(unearned or 0) if money else 0,
            0 if money else int(unearned or 0),
        )
        by_store[store_id] = by_store.get(store_id, Owed()) + owed
        by_age[age] = by_age[age] + owed
    for store_id, age, fen in _without_lots(stores, today):
        owed = Owed(cards_fen=int(fen or 0))
        by_store[store_id] = by_store.get(store_id, Owed()) + owed
        by_age[age] = by_age[age] + owed
    total = sum(by_store.values(), Owed())
    labels = (label for _days, label in AGES)
    return Exposure(total, by_store, tuple(zip(labels, by_age, strict=True)))


def _rows(stores: Collection[int] | None, today: dt.date) -> Any:
    paid, gift, unearned = aliased(Account), aliased(Account), aliased(Account)

    age = _age(Lot.sold_on, today)
    query = (
        sa.select(Journal.store_id, age, Lot.kind, _left(paid), _left(gift), _left(unearned))
        .join(Journal, Journal.id == Lot.journal_id)
        .join(paid, paid.id == Lot.paid_account_id)
        .outerjoin(gift, gift.id == Lot.gift_account_id)
        .outerjoin(unearned, unearned.id == Lot.unearned_account_id)
        .group_by(Journal.store_id, age, Lot.kind)
    )
    if stores is not None:
        query = query.where(Journal.store_id.in_(stores))
    return api.db.session.execute(query)


def _without_lots(stores: Collection[int] | None, today: dt.date) -> Iterator[Any]:
    """Yield unearned money of what has no lot, such as passes, by store and age."""
    for sold in chain.from_iterable(api.answers(membership_prepaid_accounts)):
        age = _age(sold.c.sold_on, today)
        query = (
            sa.select(Journal.store_id, age, _left(Account))
            .join(sold, sold.c.account_id == Account.id)
            .join(Journal, Journal.id == sold.c.journal_id)
            .group_by(Journal.store_id, age)
        )
        if stores is not None:
            query = query.where(Journal.store_id.in_(stores))
        yield from api.db.session.execute(query)


def _left(account: Any) -> Any:
    return sa.func.sum(sa.func.coalesce(account.credits - account.debits, 0))


def _age(sold_on: Any, today: dt.date) -> Any:
    bounds = [
        (sold_on > today - dt.timedelta(days=days), place)
        for place, (days, _label) in enumerate(AGES)
        if days is not None
    ]
    return sa.case(*bounds, else_=len(AGES) - 1).label("age")


def ceilings(owed: Owed) -> list[tuple[str, str]]:
    """Say which ceilings of the rules are near or passed, as pairs of tone and text."""
    found = []
    income = INCOME.get() * int(figures()["income_percent"].value) // 100
    if income and owed.prepaid_fen * 5 >= income * 4:
        tone = "bad" if owed.prepaid_fen > income else "warn"
        told = {"owed": api.format_fen(owed.prepaid_fen), "income": api.format_fen(income)}
        text = _("The prepaid balance is %(owed)s; it should stay below %(income)s.", **told)
        found.append((tone, str(text)))
    percent = deposit_percent()
    if percent:
        deposit = api.format_fen(owed.prepaid_fen * percent // 100)
        text = _(
            "As a deposit %(percent)s%% of the last quarter's prepaid balance are kept: "
            "%(amount)s of today's.",
            percent=percent,
            amount=deposit,
        )
        found.append(("warn", str(text)))
    return found
