"""Matching a channel's trades with the till's: by number, else by day and amount."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from console import api
from plugins.cashier.models import PaymentKind, Statement, StatementLine
from plugins.cashier.services.statements.ours import Own, own_trades

#: A trade around midnight may stand in the statement of the next day, or of the one before.
SLACK = dt.timedelta(days=2)
LATELY = dt.timedelta(days=60)


def match(kind: PaymentKind) -> list[tuple[StatementLine, Own]]:
    """Match all that is open for a channel, in the running unit, and return what agrees now."""
    covered = _covered(kind)
    if not covered:
        return []
    since = min(first for first, _last in covered) - SLACK
    own = own_trades(kind, since)
    wanted = sa.select(StatementLine).where(StatementLine.kind_id == kind.id)
    lines = list(api.db.session.scalars(wanted.where(StatementLine.traded_on >= since - SLACK)))
    closed = [one for one in lines if one.state in ("matched", "amount") or one.resolved_at]
    free = _without(own, closed)
    waiting = [one for one in lines if one.state == "theirs" and one.resolved_at is None]
    pairs = [*_by_number(waiting, free)]
    taken = {id(mine) for _line, mine in pairs}
    rest = [mine for mine in free if id(mine) not in taken]
    told = {line.id for line, _mine in pairs}
    near = _by_amount([line for line in waiting if line.id not in told], rest)
    for line, _mine in near:
        line.by_amount = True
    pairs += near
    alone = [one for one in lines if one.state == "ours" and one.resolved_at is None]
    agreed = [(line, mine) for line, mine in pairs if _join(line, mine, alone)]
    taken |= {id(mine) for _line, mine in near}
    _keep_alone(kind, [mine for mine in rest if id(mine) not in taken], alone, covered)
    api.db.session.flush()
    return agreed


def _covered(kind: PaymentKind) -> list[tuple[dt.date, dt.date]]:
    """Return the days for which statements were taken in lately; older ones are done with."""
    wanted = sa.select(Statement.first_on, Statement.last_on).where(Statement.kind_id == kind.id)
    lately = wanted.where(Statement.taken_in_at >= api.now() - LATELY)
    return [(row.first_on, row.last_on) for row in api.db.session.execute(lately)]


def _without(own: Sequence[Own], closed: Sequence[StatementLine]) -> list[Own]:
    payments = {one.payment_id for one in closed} - {None}
    payouts = {one.payout_id for one in closed} - {None}
    numbers = {(one.trade, name) for one in closed for name in (one.trade_no, one.order_no) if name}
    return [
        mine
        for mine in own
        if mine.payment_id not in payments
        and mine.payout_id not in payouts
        and not (
            mine.payment_id is None
            and mine.payout_id is None
            and any((mine.trade, number) in numbers for number in mine.numbers)
        )
    ]


def _by_number(
    lines: Sequence[StatementLine], own: Iterable[Own]
) -> Iterable[tuple[StatementLine, Own]]:
    known: dict[tuple[str, str], Own] = {}
    for mine in own:
        for number in mine.numbers:
            known.setdefault((mine.trade, number), mine)
    used: set[int] = set()
    for line in lines:
        names = (line.trade_no, line.order_no, line.voucher_code)
        found = (known.get((line.trade, name)) for name in names if name)
        same = next((one for one in found if one is not None), None)
        if same is not None and id(same) not in used:
            used.add(id(same))
            yield line, same


def _by_amount(
    lines: Sequence[StatementLine], own: Iterable[Own]
) -> list[tuple[StatementLine, Own]]:
    """Pair what has the same day and amount, and has no number with us, one with the other."""
    nameless: dict[tuple[str, dt.date, int], list[Own]] = defaultdict(list)
    for mine in own:
        if not mine.numbers:
            nameless[mine.trade, mine.day, mine.fen].append(mine)
    found = []
    for line in lines:
        same = nameless.get((line.trade, line.traded_on, line.amount_fen or 0))
        if same:
            found.append((line, same.pop(0)))
    return found


def _join(line: StatementLine, mine: Own, alone: list[StatementLine]) -> bool:
    """Let a channel's line stand for a trade of ours; tell whether they agree."""
    for other in [one for one in alone if _is(one, mine)]:
        alone.remove(other)
        api.db.session.delete(other)
    api.db.session.flush()
    line.our_fen, line.bill_id = mine.fen, mine.bill_id
    line.payment_id, line.payout_id = mine.payment_id, mine.payout_id
    line.state = "matched" if line.amount_fen == mine.fen else "amount"
    return line.state == "matched"


def _is(line: StatementLine, mine: Own) -> bool:
    if mine.payment_id is not None or mine.payout_id is not None:
        return (line.payment_id, line.payout_id) == (mine.payment_id, mine.payout_id)
    return line.trade == mine.trade and line.trade_no in mine.numbers


def _keep_alone(
    kind: PaymentKind,
    rest: Sequence[Own],
    alone: list[StatementLine],
    covered: Sequence[tuple[dt.date, dt.date]],
) -> None:
    """Write down what only we have on days for which the channel gave account."""
    gone = [one for one in alone if not any(_is(one, mine) for mine in rest)]
    for line in gone:  # reopened meanwhile: there is nothing left to look for
        api.db.session.delete(line)
    for mine in rest:
        if any(_is(one, mine) for one in alone):
            continue
        if any(first <= mine.day <= last for first, last in covered):
            line = StatementLine(kind_id=kind.id, trade=mine.trade, traded_on=mine.day)
            line.our_fen, line.bill_id, line.state = mine.fen, mine.bill_id, "ours"
            line.payment_id, line.payout_id = mine.payment_id, mine.payout_id
            line.trade_no = mine.known_as
            api.db.session.add(line)
