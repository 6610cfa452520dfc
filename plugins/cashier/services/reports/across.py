"""Between stores: who owes whom when what one store sold is used in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
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
from plugins.cashier.services.reports.unearned import account_homes, unearned
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
    """What happened in one store (*server_id*) to what another one (*home_id*) sold.

    `refunded_fen` is what left its balances and cards by refunds, less what the selling store paid
    for them itself; `moved_fen` is principal that was adjusted, or went to another member.
    """

    home_id: int
    server_id: int
    principal_fen: int = 0
    bonus_fen: int = 0
    sessions: int = 0
    session_income_fen: int = 0
    refunded_fen: int = 0
    moved_fen: int = 0

    def owed_fen(self, *, with_bonus: bool) -> int:
        """Return what the selling store owes the serving one."""
        bonus = self.bonus_fen if with_bonus else 0
        used = self.principal_fen + bonus + self.session_income_fen
        return used + self.refunded_fen + self.moved_fen


@dataclass(frozen=True)
class Settled:
    """What a store took in and earned: above zero it pays, below zero it is paid."""

    store_id: int
    topped_up_fen: int
    used_fen: int
    pays_fen: int


Pairs = dict[tuple[int, int], dict[str, int]]


def crossings(span: Span) -> list[Crossing]:
    """Return what was used, refunded and moved away from the store that sold it, pair by pair."""
    found: Pairs = {}
    for row in _taken(span):
        if row.home is not None and row.server is not None:
            _count(found, row)
    for home, server, fen in _cards_refunded(span):
        _pair(found, home, server)["refunded_fen"] += fen
    for payer, booked, fen in _paid_for_another(span):
        _pair(found, payer, booked)["refunded_fen"] -= fen
    pairs = [Crossing(*key, **found[key]) for key in sorted(found) if any(found[key].values())]
    if span.stores is None:
        return pairs
    return [one for one in pairs if {one.home_id, one.server_id} & span.stores]


def _pair(found: Pairs, home: int, server: int) -> dict[str, int]:
    names = [one.name for one in fields(Crossing)[2:]]
    return found.setdefault((home, server), dict.fromkeys(names, 0))


def _count(found: Pairs, row: Any) -> None:
    sums = _pair(found, row.home, row.server)
    if row.what == "used":
        sums["principal_fen"] += int(row.principal)
        sums["bonus_fen"] += int(row.bonus)
        sums["sessions"] += int(row.sessions)
        sums["session_income_fen"] += int(row.income)
    else:
        sums[row.what] += int(row.principal)


def _taken(span: Span) -> Iterable[Any]:
    """Return what was taken from lots elsewhere than where they were sold, less what came back."""
    code, reversed_ = effective_code()
    sale: Any = JOURNAL.alias("sale")
    sign = sa.case((USE.c.restores_id.is_(None), 1), else_=-1)
    money = sa.case((LOT.c.kind == "money", sign), else_=0)
    counts = sa.case((LOT.c.kind == "money", 0), else_=sign)
    what = sa.case(
        (code.in_(NOT_USED), "moved_fen"), (withdrawn(code), "refunded_fen"), else_="used"
    )
    return api.db.session.execute(
        sa.select(
            sale.c.store_id.label("home"),
            JOURNAL.c.store_id.label("server"),
            what.label("what"),
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
        .where(sale.c.store_id.is_distinct_from(JOURNAL.c.store_id))
        .group_by(sale.c.store_id, JOURNAL.c.store_id, what)
    )


def _cards_refunded(span: Span) -> Iterable[tuple[int, int, int]]:
    """Return what was owed for cards and ended by a refund in another store than sold them."""
    homes = account_homes()
    of_balance = sa.select(LOT.c.unearned_account_id).where(
        LOT.c.kind == "money", LOT.c.unearned_account_id.is_not(None)
    )
    rows = api.db.session.execute(
        sa.select(homes.c.home, JOURNAL.c.store_id, total(LEG.c.amount))
        .select_from(LEG)
        .join(JOURNAL, JOURNAL.c.id == LEG.c.journal_id)
        .join(ACCOUNT, ACCOUNT.c.id == LEG.c.debit_id)
        .join(homes, homes.c.id == ACCOUNT.c.id)
        .where(ACCOUNT.c.kind == "unearned", JOURNAL.c.code == "refund")
        .where(ACCOUNT.c.id.not_in(of_balance), homes.c.home != JOURNAL.c.store_id)
        .where(JOURNAL.c.business_on.between(span.first, span.last))
        .where(*span.knows(JOURNAL.c.posted_at))
        .group_by(homes.c.home, JOURNAL.c.store_id)
    )
    return [(home, server, int(fen)) for home, server, fen in rows]


@dataclass(frozen=True)
class Check:
    """Whether both ways of settling say the same of the principal of a store's balances.

    What it pays headquarters and what it gets from the other stores come to what is owed more
    (or less) for the balances that it sold; *outside_fen* was used of balances that no store sold.
    """

    store_id: int
    pays_fen: int
    gets_fen: int
    outside_fen: int
    grown_fen: int

    @property
    def gap_fen(self) -> int:
        """What does not add up; zero when all is well."""
        return self.pays_fen + self.gets_fen + self.outside_fen - self.grown_fen


def check_principal(span: Span) -> list[Check]:
    """Compare the pairs with headquarters' sums and with the statement of unearned revenue."""
    pays = {one.store_id: one.pays_fen for one in due_to_headquarters(span)}
    gets: dict[int, int] = {}
    outside: dict[int, int] = {}
    for row in _taken(span):
        fen = int(row.principal)
        one = gets if row.home is not None and row.server is not None else outside
        for store, sign in ((row.server, 1), (row.home, -1)):
            if store is not None:
                one[store] = one.get(store, 0) + sign * fen
    for payer, booked, fen in _paid_for_another(span, of_balances=True):
        gets[payer] = gets.get(payer, 0) + fen
        gets[booked] = gets.get(booked, 0) - fen
    grown = _grown(span)
    stores = pays.keys() | gets.keys() | outside.keys() | grown.keys()
    return [
        Check(store, *(each.get(store, 0) for each in (pays, gets, outside, grown)))
        for store in sorted(stores if span.stores is None else stores & span.stores)
    ]


def _grown(span: Span) -> dict[int, int]:
    """Return by how much the principal of the balances that stores sold grew."""
    found: dict[int, int] = {}
    for roll in unearned(span):
        if roll.unit == PRINCIPAL and roll.store_id is not None:
            fen = roll.closing - roll.opening - roll.moved["brought"]
            found[roll.store_id] = found.get(roll.store_id, 0) + fen
    return found


def balances(pairs: list[Crossing], *, with_bonus: bool) -> Mapping[int, int]:
    """Return what each store gets from the others on balance; the sum is zero."""
    found: dict[int, int] = {}
    for pair in pairs:
        fen = pair.owed_fen(with_bonus=with_bonus)
        found[pair.server_id] = found.get(pair.server_id, 0) + fen
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
    for payer, booked, fen in _paid_for_another(span, of_balances=True):
        for store, some in ((payer, -fen), (booked, fen)):
            if span.stores is None or store in span.stores:
                found.setdefault(store, [0, 0])[0] += some
    return [
        Settled(store, topped_up, -used, topped_up + used)
        for store, (topped_up, used) in sorted(found.items())
    ]


def _paid_for_another(span: Span, *, of_balances: bool = False) -> list[tuple[int, int, int]]:
    """Return what stores paid out for refunds in the books of other stores.

    Each as the store whose money it was, the store of the books, and fen; only for balances
    if so asked.
    """
    code, reversed_ = effective_code()
    of_lots = sa.select(USE.c.journal_id).join(LOT, LOT.c.id == USE.c.lot_id)
    wanted = [JOURNAL.c.id.in_(of_lots.where(LOT.c.kind == "money"))] if of_balances else []
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
            .where(ACCOUNT.c.owner_id != JOURNAL.c.store_id, *wanted)
            .group_by(ACCOUNT.c.owner_id, JOURNAL.c.store_id)
        )
        found += [(row[0], row[1], sign * int(row[2])) for row in rows]
    return found
