"""Between stores: who owes whom when what one store sold is used in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.services.reports.consumption import EXCHANGED, LOT, NOT_USED, USE, withdrawn
from plugins.cashier.services.reports.spans import (
    ACCOUNT,
    JOURNAL,
    LEG,
    MONEY,
    Span,
    effective_code,
    total,
)
from plugins.ledger.api import PRINCIPAL

BONUS_BY = api.Setting(
    "cashier.bonus_carried_by",
    _("Who carries the bonus that is used in another store"),
    "server",
    help=_("The store that serves the guest gives it as a discount, or the one that sold it pays."),
    choices=(("server", _("The store that serves")), ("issuer", _("The store that sold it"))),
)


@dataclass(frozen=True)
class Crossing:
    """What was used in one store (*server_id*) of what another one (*home_id*) sold."""

    home_id: int | None
    server_id: int
    principal_fen: int
    bonus_fen: int
    sessions: int
    session_income_fen: int

    def owed_fen(self, *, with_bonus: bool) -> int:
        """Return what the selling store owes the serving one."""
        bonus = self.bonus_fen if with_bonus else 0
        return self.principal_fen + bonus + self.session_income_fen


@dataclass(frozen=True)
class Settled:
    """What a store took in and earned: above zero it pays, below zero it is paid."""

    store_id: int
    topped_up_fen: int
    used_fen: int
    pays_fen: int


def crossings(span: Span) -> list[Crossing]:
    """Return what was used away from the store that sold it, pair by pair."""
    code, reversed_ = effective_code()
    sale: Any = JOURNAL.alias("sale")
    sign = sa.case((USE.c.restores_id.is_(None), 1), else_=-1)
    money = sa.case((LOT.c.kind == "money", sign), else_=0)
    counts = sa.case((LOT.c.kind == "money", 0), else_=sign)
    rows = api.db.session.execute(
        sa.select(
            sale.c.store_id.label("home"),
            JOURNAL.c.store_id.label("server"),
            total(money * USE.c.paid).label("principal"),
            total(money * USE.c.gift).label("bonus"),
            total(counts * (USE.c.paid + USE.c.gift)).label("sessions"),
            total(counts * USE.c.income_fen).label("income"),
        )
        .select_from(USE)
        .join(JOURNAL, JOURNAL.c.id == USE.c.journal_id)
        .join(LOT, LOT.c.id == USE.c.lot_id)
        .join(sale, sale.c.id == LOT.c.journal_id)
        .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
        .where(JOURNAL.c.business_on.between(span.first, span.last))
        .where(*span.knows(JOURNAL.c.posted_at))
        .where(code.not_in(NOT_USED), ~withdrawn(code))
        .where(JOURNAL.c.store_id.is_not(None), sale.c.store_id.is_not(None))
        .where(sale.c.store_id != JOURNAL.c.store_id)
        .group_by(sale.c.store_id, JOURNAL.c.store_id)
        .order_by(sale.c.store_id, JOURNAL.c.store_id)
    )
    found = [Crossing(row.home, row.server, *(int(value) for value in row[2:])) for row in rows]
    if span.stores is None:
        return found
    return [one for one in found if {one.home_id, one.server_id} & span.stores]


def balances(pairs: list[Crossing], *, with_bonus: bool) -> Mapping[int, int]:
    """Return what each store gets from the others on balance; the sum is zero."""
    found: dict[int, int] = {}
    for pair in pairs:
        fen = pair.owed_fen(with_bonus=with_bonus)
        found[pair.server_id] = found.get(pair.server_id, 0) + fen
        if pair.home_id is not None:
            found[pair.home_id] = found.get(pair.home_id, 0) - fen
    return found


def due_to_headquarters(span: Span) -> list[Settled]:
    """Return what each store owes headquarters when these hold all stored value.

    Principal that it sold or adjusted, less what it refunded and what was used there; what goes
    back to the lots was not used. A refund is that of the store whose money paid it.
    """
    code, reversed_ = effective_code()
    restored = JOURNAL.c.id.in_(sa.select(USE.c.journal_id).where(USE.c.restores_id.is_not(None)))
    found: dict[int, list[int]] = {}
    for side, sign in ((LEG.c.credit_id, 1), (LEG.c.debit_id, -1)):
        rows = api.db.session.execute(
            sa.select(
                JOURNAL.c.store_id,
                code.label("code"),
                restored.label("restored"),
                total(LEG.c.amount).label("fen"),
            )
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(ACCOUNT.c.kind == "principal", LEG.c.unit == PRINCIPAL)
            .where(*span.posted(), JOURNAL.c.store_id.is_not(None), code != "opening")
            .group_by(JOURNAL.c.store_id, code, restored)
        )
        for row in rows:
            sums = found.setdefault(row.store_id, [0, 0])
            used = row.restored or row.code in ("spend", *EXCHANGED)
            sums[1 if used else 0] += sign * int(row.fen)
    for payer, booked, fen in _paid_for_another(span):
        for store, some in ((payer, -fen), (booked, fen)):
            if span.stores is None or store in span.stores:
                found.setdefault(store, [0, 0])[0] += some
    return [
        Settled(store, topped_up, -used, topped_up + used)
        for store, (topped_up, used) in sorted(found.items())
    ]


def _paid_for_another(span: Span) -> list[tuple[int, int, int]]:
    """Return what stores paid out for refunds of principal in the books of other stores.

    Each as the store whose money it was, the store of the books, and fen.
    """
    code, reversed_ = effective_code()
    of_lots = sa.select(USE.c.journal_id).join(LOT, LOT.c.id == USE.c.lot_id)
    found = []
    for side, sign in ((LEG.c.credit_id, 1), (LEG.c.debit_id, -1)):
        rows = api.db.session.execute(
            sa.select(ACCOUNT.c.owner_id, JOURNAL.c.store_id, total(LEG.c.amount))
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(ACCOUNT.c.owner == "store", ACCOUNT.c.kind.in_(MONEY), code == "refund")
            .where(JOURNAL.c.business_on.between(span.first, span.last))
            .where(*span.knows(JOURNAL.c.posted_at))
            .where(ACCOUNT.c.owner_id != JOURNAL.c.store_id)
            .where(JOURNAL.c.id.in_(of_lots.where(LOT.c.kind == "money")))
            .group_by(ACCOUNT.c.owner_id, JOURNAL.c.store_id)
        )
        found += [(row[0], row[1], sign * int(row[2])) for row in rows]
    return found
