"""Tying out: orders = ledger = reports; whatever differs is named."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, Day, Line, LinePart, PaymentKind, Settlement
from plugins.cashier.models import Payment as Paid
from plugins.cashier.services.quoting import SALES
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.reports.net import net
from plugins.cashier.services.reports.receipts import receipts
from plugins.cashier.services.reports.spans import (
    ACCOUNT,
    DRAWER,
    JOURNAL,
    LEG,
    MONEY,
    Span,
    first_settlement,
    total,
)
from plugins.cashier.services.reports.unearned import UNITS, held_now, unearned
from plugins.cashier.services.tying_checks import rules
from plugins.cashier.services.tying_differences import Difference
from plugins.cashier.services.tying_rules import statement_of
from plugins.cashier.tie_rules import Unit
from plugins.ledger.api import BONUS, CNY, PRINCIPAL, SESSION
from plugins.membership.api import exposure

#: How many of the things that differ are named for each check.
NAMED = 50
#: So many of the latest day sheets are looked at again.
MOST_SHEETS = 200
#: What is compared of bills, in the order in which it is shown.
FIGURES = ("money", "revenue", "principal", "bonus", "sold")
Cell = tuple[int, dt.date]
Sums = dict[Cell, dict[str, int]]


@dataclass
class TieOut:
    """What was compared and what differs; *cells* are the store-days that had anything."""

    as_of: dt.datetime | None = None
    cells: Sums = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.differences

    def of(self, store_id: int, day: dt.date) -> list[Difference]:
        """Return what differs in a store on a day."""
        return [one for one in self.differences if (one.store_id, one.day) == (store_id, day)]

    def by_check(self) -> dict[str, list[Difference]]:
        """Return what differs, by what was compared."""
        found: dict[str, list[Difference]] = {}
        for one in self.differences:
            found.setdefault(one.check, []).append(one)
        return found


def tie_out(span: Span, *, newest: int | None = None) -> TieOut:
    """Compare orders, ledger and reports of some days and stores, as of now or of a moment.

    The rules on bills themselves, and each row's seal, are checked as they stand now, so only
    without a moment; with *newest*, the seals of so many of the latest rows of each table.
    """
    start = time.monotonic()
    found = TieOut(span.as_of)
    orders, books = order_sums(span), ledger_sums(span)
    found.cells = books
    found.differences += _orders_against_books(span, orders, books)
    found.differences += _reports_against_books(span, books)
    found.differences += _sheets_against_reports(span)
    found.differences += _owed_against_accounts(span)
    if span.as_of is None:
        found.differences += _rules(span)
        found.differences += _rows(span, newest)
    found.seconds = time.monotonic() - start
    return found


def _rows(span: Span, newest: int | None) -> Iterator[Difference]:
    """Name what was edited past the program, in these stores or in none."""
    for one in api.check_rows(newest):
        if span.stores is None or one.store_id is None or one.store_id in span.stores:
            check = f"rows_{one.problem}"
            yield Difference(check, one.store_id, None, one.words(), one.bill_id)


def _orders_against_books(span: Span, orders: Sums, books: Sums) -> Iterator[Difference]:
    for cell in sorted(orders.keys() | books.keys()):
        own, booked = orders.get(cell, {}), books.get(cell, {})
        unlike = [name for name in FIGURES if own.get(name, 0) != booked.get(name, 0)]
        if unlike:
            yield from _bills_that_differ(span.at(*cell), cell, unlike)


def _bills_that_differ(span: Span, cell: Cell, figures: Iterable[str]) -> Iterator[Difference]:
    """Name the bills of a store's day whose figures differ from their journals."""
    orders, books = order_sums(span, by_bill=True), ledger_sums(span, by_bill=True)
    numbers = _numbers({bill for bill, _day in orders.keys() | books.keys()})
    for key in sorted(orders.keys() | books.keys()):
        for name in figures:
            wanted, booked = orders.get(key, {}).get(name, 0), books.get(key, {}).get(name, 0)
            if wanted != booked:
                what = numbers.get(key[0], f"bill:{key[0]}")
                yield Difference(f"orders_{name}", *cell, what, key[0], wanted, booked)


def _numbers(bill_ids: set[int]) -> dict[int, str]:
    rows = api.db.session.execute(sa.select(Bill.id, Bill.number).where(Bill.id.in_(bill_ids)))
    return {row.id: row.number for row in rows}


def reopened_since(span: Span) -> Any:
    """Return the bills that were reopened after the moment: their lines changed since then."""
    later = Settlement.undone_at > span.as_of if span.as_of is not None else sa.false()
    return sa.select(Settlement.bill_id).where(later)


def order_sums(span: Span, *, by_bill: bool = False) -> Sums:
    """Return what the orders say, by store and day, or by bill and day.

    Revenue is what was due for services and products when a bill was settled, with income
    instead of the amount where it was paid from a lot; later payments earn nothing.
    """
    place = Bill.id if by_bill else Bill.store_id
    groups = (place, Settlement.booked_on)
    within = (*span.holds(Bill.store_id, Settlement.booked_on), *span.standing())
    within = (*within, Bill.id.not_in(reopened_since(span)))
    sums: Sums = {}
    for names, query in (
        (("money",), _order_money(groups)),
        (("revenue", "sold"), _order_dues(groups)),
        (("revenue", "principal", "bonus", "sold"), _order_lots(groups)),
    ):
        for key, day, *figures in api.db.session.execute(query.where(*within).group_by(*groups)):
            one = sums.setdefault((key, day), dict.fromkeys(FIGURES, 0))
            for name, fen in zip(names, figures, strict=True):
                one[name] += int(fen)
    return {key: one for key, one in sums.items() if any(one.values())}


def _order_money(groups: tuple[Any, ...]) -> Any:
    query = sa.select(*groups, total(Paid.amount_fen)).select_from(Paid)
    query = query.join(Settlement, Settlement.id == Paid.settlement_id)
    query = query.join(Bill, Bill.id == Settlement.bill_id)
    query = query.join(PaymentKind, PaymentKind.id == Paid.kind_id)
    return query.where(PaymentKind.payment_class == "cash_like")


def _order_dues(groups: tuple[Any, ...]) -> Any:
    sale = Line.order_kind.in_(SALES)
    query = sa.select(
        *groups,
        total(sa.case((sale, 0), else_=Line.due_fen)),
        total(sa.case((sale, Line.due_fen), else_=0)),
    ).select_from(Settlement)
    query = query.join(Bill, Bill.id == Settlement.bill_id).join(Line, Line.bill_id == Bill.id)
    return query.where(first_settlement())


def _order_lots(groups: tuple[Any, ...]) -> Any:
    """Sum what lots paid; a top-up put something there, and a card is neither revenue nor new."""
    sale = Line.order_kind.in_(SALES)
    sign = sa.case((LinePart.sessions > 0, 0), (sale & (LinePart.amount_fen == 0), -1), else_=1)
    query = sa.select(
        *groups,
        total(sa.case((sale, 0), else_=LinePart.income_fen - LinePart.amount_fen)),
        total(sign * LinePart.principal_fen),
        total(sign * LinePart.bonus_fen),
        total(sa.case((sale, -LinePart.amount_fen), else_=0)),
    ).select_from(LinePart)
    query = query.join(Settlement, Settlement.id == LinePart.settlement_id)
    query = query.join(Bill, Bill.id == Settlement.bill_id)
    query = query.join(Line, Line.id == LinePart.line_id)
    return query.where(LinePart.lot_id.is_not(None))


def ledger_sums(span: Span, *, by_bill: bool = False) -> Sums:
    """Return what the journals of settlements say, by store and day, or by bill and day."""
    number = sa.cast(sa.func.substr(JOURNAL.c.ref, 6), sa.BigInteger)
    place = number if by_bill else JOURNAL.c.store_id
    sums: Sums = {}
    other: Any = ACCOUNT.alias("other")
    for side, across, sign in (
        (LEG.c.credit_id, LEG.c.debit_id, 1),
        (LEG.c.debit_id, LEG.c.credit_id, -1),
    ):
        rows = (
            sa.select(
                place,
                JOURNAL.c.business_on,
                ACCOUNT.c.kind,
                ACCOUNT.c.unit,
                other.c.kind,
                sign * sa.func.sum(LEG.c.amount),
            )
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .join(other, other.c.id == across)
            .where(JOURNAL.c.ref.like("bill:%"), JOURNAL.c.idem_key.like("bill:%"))
            .where(*span.posted(), number.not_in(reopened_since(span)))
            .group_by(place, JOURNAL.c.business_on, ACCOUNT.c.kind, ACCOUNT.c.unit, other.c.kind)
        )
        for key, day, kind, unit, opposite, fen in api.db.session.execute(rows):
            name, factor = _figure_of(kind, unit, opposite)
            if name:
                one = sums.setdefault((key, day), dict.fromkeys(FIGURES, 0))
                one[name] += factor * int(fen)
    return {key: one for key, one in sums.items() if any(one.values())}


def _figure_of(kind: str, unit: str, opposite: str) -> tuple[str, int]:
    """Return the figure that a movement of a kind of account counts into, and its sign."""
    if kind in MONEY:
        return "money", -1
    if kind == "revenue":
        return "revenue", 1
    if kind == "unearned" and opposite != "revenue":
        return "sold", 1
    if kind == "deposit" and opposite in MONEY:
        return "sold", 1
    if kind == "issued" and unit in (PRINCIPAL, BONUS):
        return ("principal", 1) if unit == PRINCIPAL else ("bonus", 1)
    return "", 0


def _reports_against_books(span: Span, books: Sums) -> Iterator[Difference]:
    """Compare the totals of the reports with all that moved in the ledger."""
    if span.as_of is not None and api.db.session.scalar(reopened_since(span).limit(1)) is not None:
        return
    money = _money_moved(span)
    shown: dict[Cell, int] = {}
    for row in receipts(span):
        shown[row.store_id, row.day] = shown.get((row.store_id, row.day), 0) + row.fen
    yield from _cells("reports_money", shown, money)
    gaps = {(one.store_id, one.day): one.gap_fen for one in net(span)}
    yield from _cells("reports_net", gaps, {})
    used: dict[Cell, int] = {}
    for one in consumption(span):
        fen = one.principal_fen + one.bonus_fen
        used[one.store_id, one.day] = used.get((one.store_id, one.day), 0) + fen
    booked = {
        cell: sums["principal"] + sums["bonus"] for cell, sums in _used_in_books(span).items()
    }
    yield from _cells("reports_used", used, booked)


def _sheets_against_reports(span: Span) -> Iterator[Difference]:
    """Compare the frozen sheets of closed days with the books of the moment they were closed."""
    closed = sa.select(Day).where(Day.state == "closed")
    closed = closed.where(*span.holds(Day.store_id, Day.day_on), *span.knows(Day.closed_at))
    for day in api.db.session.scalars(closed.order_by(Day.day_on.desc()).limit(MOST_SHEETS)):
        then = replace(span.at(day.store_id), first=day.day_on, last=day.day_on)
        rows = receipts(replace(then, as_of=day.closed_at))
        shown = sum(row.fen for row in rows)
        for wanted in {day.net_fen, day.sheet["net_fen"]} - {shown}:
            what = day.day_on.isoformat()
            yield Difference("sheets", day.store_id, day.day_on, what, None, wanted, shown)
        for name, fen in _counted(day).items():
            printed = day.sheet["cash"][name]
            if printed != fen:
                what = day.day_on.isoformat()
                yield Difference("sheets", day.store_id, day.day_on, what, None, printed, fen)


def _counted(day: Day) -> dict[str, int]:
    return {
        "expected_fen": day.expected_fen,
        "counted_fen": day.counted_fen,
        "difference_fen": day.difference_fen,
        "taken_fen": day.taken_fen,
    }


def _cells(check: str, one: Mapping[Cell, int], other: Mapping[Cell, int]) -> Iterator[Difference]:
    for cell in sorted(one.keys() | other.keys()):
        wanted, found = one.get(cell, 0), other.get(cell, 0)
        if wanted != found:
            yield Difference(check, *cell, cell[1].isoformat(), None, wanted, found)


def _money_moved(span: Span) -> dict[Cell, int]:
    """Return what came into the salon's money accounts, but for what moved within it."""
    found: dict[Cell, int] = {}
    reversed_: Any = JOURNAL.alias("reversed")
    code = sa.func.coalesce(reversed_.c.code, JOURNAL.c.code)
    for side, sign in ((LEG.c.debit_id, 1), (LEG.c.credit_id, -1)):
        rows = (
            sa.select(JOURNAL.c.store_id, JOURNAL.c.business_on, total(LEG.c.amount))
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(ACCOUNT.c.kind.in_(MONEY), code.not_in(DRAWER))
            .where(*span.posted())
            .group_by(JOURNAL.c.store_id, JOURNAL.c.business_on)
        )
        for store_id, day, fen in api.db.session.execute(rows):
            found[store_id, day] = found.get((store_id, day), 0) + sign * int(fen)
    return found


def _used_in_books(span: Span) -> Sums:
    """Return the principal and bonus that were spent, by store and day; less what came back."""
    sums: Sums = {}
    reversed_: Any = JOURNAL.alias("reversed")
    other: Any = ACCOUNT.alias("other")
    code = sa.func.coalesce(reversed_.c.code, JOURNAL.c.code)
    for side, across, sign in (
        (LEG.c.debit_id, LEG.c.credit_id, 1),
        (LEG.c.credit_id, LEG.c.debit_id, -1),
    ):
        rows = (
            sa.select(
                JOURNAL.c.store_id, JOURNAL.c.business_on, ACCOUNT.c.unit, total(LEG.c.amount)
            )
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .join(other, other.c.id == across)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(ACCOUNT.c.unit.in_((PRINCIPAL, BONUS)), ACCOUNT.c.owner == "member")
            .where(other.c.kind == "issued", *span.posted())
            .where(sa.or_(code == "spend", sa.and_(code == "refund", sa.literal(sign < 0))))
            .group_by(JOURNAL.c.store_id, JOURNAL.c.business_on, ACCOUNT.c.unit)
        )
        for store_id, day, unit, fen in api.db.session.execute(rows):
            one = sums.setdefault((store_id, day), dict.fromkeys(FIGURES, 0))
            one["principal" if unit == PRINCIPAL else "bonus"] += sign * int(fen)
    return sums


def _owed_against_accounts(span: Span) -> Iterator[Difference]:
    """Compare the statement and the exposure with the accounts, where all are known."""
    if span.as_of is not None or span.stores is not None:
        return
    rolls = unearned(Span(dt.date.min, dt.date.max))
    owed = exposure(today=dt.date.max).total
    shown = {CNY: owed.prepaid_fen, PRINCIPAL: owed.principal_fen, BONUS: owed.bonus_fen}
    for unit, label in UNITS.items():
        held = held_now(unit)
        closing = sum(roll.closing for roll in rolls if roll.unit == unit)
        for check, fen in (("unearned", closing), ("exposure", shown.get(unit, held))):
            if fen != held:
                kind: Unit = "count" if unit == SESSION else "fen"
                yield Difference(check, None, None, str(label), None, fen, held, kind)


def _rules(span: Span) -> Iterator[Difference]:
    for rule in rules():
        statement = statement_of(rule, span)
        for row in api.db.session.execute(statement.limit(NAMED)):
            where = (rule.key, row.store_id, row.day, row.what, row.bill_id)
            if not rule.unit:
                yield Difference(*where)
                continue
            expected, found = (
                None if one is None else int(one) for one in (row.expected, row.found)
            )
            yield Difference(*where, expected, found, rule.unit)


def whole_book(as_of: dt.datetime | None = None) -> Span:
    """Return the span of all that was ever booked."""
    return Span(dt.date(2000, 1, 1), dt.date(2200, 1, 1), None, as_of)
