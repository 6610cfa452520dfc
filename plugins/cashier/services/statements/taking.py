"""Taking statements in: once each, matched at once, fees and what was received booked."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Payment, PaymentKind, Statement, StatementLine
from plugins.cashier.online import (
    GivesStatements,
    OnlineProvider,
    OutcomeUnknown,
    ProviderRefused,
    Traded,
)
from plugins.cashier.permissions import RECONCILE
from plugins.cashier.services.checking import check_matched
from plugins.cashier.services.online.calling import ask
from plugins.cashier.services.online.providers import ACCOUNT, find_provider, providers
from plugins.cashier.services.refunding.cases import book_today
from plugins.cashier.services.refunding.paying_out import account_of
from plugins.cashier.services.statements.matching import match
from plugins.cashier.services.statements.ours import Own
from plugins.ledger.api import Entry, Move, Name, post, salon

log = logging.getLogger(__name__)
PAID = "channel_paid"
MOST_ASKED = 1_000
HOME = "/console/cashier/statement_lines/"
#: What is open: seen by one side only, or with another amount, and not explained.
OPEN = sa.and_(StatementLine.state != "matched", StatementLine.resolved_at.is_(None))


def channels() -> list[PaymentKind]:
    """Return the kinds of payment whose money comes through somebody else."""
    wanted = sa.select(PaymentKind).where(PaymentKind.payment_class == "cash_like")
    wanted = wanted.where(PaymentKind.account != "cash")
    return list(api.db.session.scalars(wanted.order_by(PaymentKind.place, PaymentKind.id)))


def channel(kind_id: int) -> PaymentKind:
    """Return one of the channels; `NotFound` for another kind of payment."""
    found = next((kind for kind in channels() if kind.id == kind_id), None)
    if found is None:
        raise api.NotFound(_("There is no such kind of payment."))
    return found


@api.unit
def take_in(
    kind_id: int,
    trades: Sequence[Traded],
    title: str,
    *,
    days: tuple[dt.date, dt.date] | None = None,
    source: str = "file",
) -> Statement:
    """Take a channel's statement in and match it; the same one again returns the first.

    *days* are those that it accounts for, by default from its first trade to its last.
    """
    kind = channel(kind_id)
    locked = sa.select(PaymentKind.id).where(PaymentKind.id == kind.id).with_for_update()
    api.db.session.execute(locked)
    first, last = days or (
        min(one.traded_on for one in trades),
        max(one.traded_on for one in trades),
    )
    told = [*(sorted(asdict(one).items()) for one in trades), first, last]
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    same = sa.select(Statement).where(Statement.kind_id == kind.id, Statement.digest == digest)
    known = api.db.session.scalar(same)
    if known is not None:
        return known
    made = Statement(kind_id=kind.id, source=source, title=title[:120], digest=digest)
    made.first_on, made.last_on, made.trades = first, last, len(trades)
    made.amount_fen = sum(one.amount_fen for one in trades)
    made.fee_fen = sum(one.fee_fen for one in trades)
    made.taken_in_at, made.taken_in_by = api.now(), api.actor().user_id
    api.db.session.add(made)
    api.db.session.flush()
    _keep(made, trades)
    note = f"{kind.name} · {made.title}"
    api.record_audit("cashier.statement", made, note=note, title=_("Took a statement in"))
    compare(kind)
    return made


def _keep(made: Statement, trades: Sequence[Traded]) -> None:
    """Write the trades of a statement down; those that were told before are left out."""
    known = _known(made.kind_id, [one.trade_no for one in trades])
    for one in trades:
        line = known.get((one.trade, one.trade_no))
        if line is None:
            line = StatementLine(kind_id=made.kind_id, trade=one.trade, trade_no=one.trade_no)
            known[one.trade, one.trade_no] = line
            api.db.session.add(line)
        elif line.amount_fen is not None:
            continue
        line.statement_id, line.traded_on = made.id, one.traded_on
        line.amount_fen, line.fee_fen = one.amount_fen, one.fee_fen
        line.order_no, line.voucher_code = one.order_no, one.voucher_code
        if line.resolved_at is None:
            line.state = "theirs"
    api.db.session.flush()


def _known(kind_id: int, numbers: Sequence[str]) -> dict[tuple[str, str | None], StatementLine]:
    found = {}
    for start in range(0, len(numbers), MOST_ASKED):
        some = StatementLine.trade_no.in_(numbers[start : start + MOST_ASKED])
        wanted = sa.select(StatementLine).where(StatementLine.kind_id == kind_id, some)
        found.update({(one.trade, one.trade_no): one for one in api.db.session.scalars(wanted)})
    return found


@api.unit
def compare(kind: PaymentKind) -> int:
    """Match what is open for a channel, book what agrees, and return how much stays open."""
    agreed = match(kind)
    _book(kind, agreed)
    check_matched(kind, [line for line, _mine in agreed])
    wanted = sa.select(sa.func.count(StatementLine.id))
    count = api.db.session.scalar(wanted.where(StatementLine.kind_id == kind.id, OPEN)) or 0
    key = f"cashier.statement:{kind.id}"
    if count:
        api.notify(
            _("%(channel)s: the statement and the till differ", channel=kind.shown_name),
            _("Open trades: %(count)s", count=count),
            url=f"{HOME}?f.kind_id.eq={kind.id}",
            permission=RECONCILE,
            todo=True,
            key=key,
        )
    else:
        api.settle_notice(key)
    return count


def _book(kind: PaymentKind, agreed: Sequence[tuple[StatementLine, Own]]) -> None:
    """Book what the channel paid for trades that agree, and what it kept; one journal a store."""
    by_store: dict[int, list[tuple[StatementLine, int]]] = defaultdict(list)
    for line, mine in agreed:
        by_store[mine.store_id].append((line, mine.fee_fen))
    for store_id, some in sorted(by_store.items()):
        _receive(kind, store_id, some)


def _receive(kind: PaymentKind, store_id: int, some: Sequence[tuple[StatementLine, int]]) -> None:
    owed, bank, fee = _account(kind, store_id), salon("bank", store_id), salon("fee", store_id)
    net = kept = 0
    for line, booked in some:
        line.settled_fen = (line.amount_fen or 0) - line.fee_fen
        net += line.settled_fen
        kept += line.fee_fen - booked
    moves = [*_move(fee, owed, kept)]
    if owed != bank:
        moves += _move(bank, owed, net)
    if moves:
        first = min(line.id for line, _booked in some)
        entry = Entry(
            key=f"statement:{first}:{store_id}",
            code=PAID,
            asked=[line.id for line, _booked in some],
            ref=f"statement:{kind.code}",
            store_id=store_id,
            business_on=book_today(store_id),
        )
        post(entry, moves)


def _move(debit: Name, credit: Name, fen: int) -> list[Move]:
    if not fen:
        return []
    return [Move(debit, credit, fen) if fen > 0 else Move(credit, debit, -fen)]


def _account(kind: PaymentKind, store_id: int) -> Name:
    if kind.account == ACCOUNT:
        return find_provider(kind.method).account(store_id)
    return account_of(kind, store_id)


@api.unit
def resolve(line_id: int, note: str) -> StatementLine:
    """Explain a trade on which the channel and the till differ; what it paid is booked."""
    wanted = sa.select(StatementLine).where(StatementLine.id == line_id).with_for_update()
    line = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if line is None:
        raise api.NotFound(_("There is no such trade."))
    note = note.strip()[:200]
    if line.state == "matched" or line.resolved_at is not None:
        raise api.Conflict(_("Nothing is open about this trade."))
    if not note:
        raise api.Refused(_("Say why."))
    line.resolved_at, line.resolved_by, line.note = api.now(), api.actor().user_id, note
    kind = api.db.session.get_one(PaymentKind, line.kind_id)
    if line.state == "amount":
        bill = api.db.session.get(Bill, line.bill_id) if line.bill_id else None
        paid = api.db.session.get(Payment, line.payment_id) if line.payment_id else None
        booked = int(paid.facts.get("fee_fen") or 0) if paid else 0
        if bill is not None:
            _receive(kind, bill.store_id, [(line, booked)])
    told = f"{kind.name} · {line.trade_no or '-'} · {note}"
    api.record_audit("cashier.resolved", line, note=told, title=_("Explained a difference"))
    compare(kind)
    return line


def fetch_statements() -> None:
    """Take in yesterday's statement of every provider that gives one; once each."""
    yesterday = api.today("Asia/Shanghai") - dt.timedelta(days=1)
    online = [kind for kind in channels() if kind.account == ACCOUNT]
    for kind_id, method, name in [(kind.id, kind.method, kind.name) for kind in online]:
        if _has(kind_id, yesterday):
            continue
        trades = _ask(method, yesterday)
        if trades is not None:
            days = (yesterday, yesterday)
            take_in(kind_id, trades, f"{name} {yesterday}", days=days, source="provider")
    for kind in channels():
        compare(kind)


def _has(kind_id: int, day: dt.date) -> bool:
    wanted = sa.select(Statement.id).where(
        Statement.kind_id == kind_id,
        Statement.source == "provider",
        Statement.first_on <= day,
        Statement.last_on >= day,
    )
    return api.db.session.scalar(wanted.limit(1)) is not None


def _ask(key: str, day: dt.date) -> Sequence[Traded] | None:
    """Ask a provider for a day's statement, outside any unit; None when it gives none now."""
    if not isinstance(providers().get(key), GivesStatements):
        return None
    try:
        return ask(key, lambda provider: _statement_of(provider, day))
    except (OutcomeUnknown, ProviderRefused) as problem:
        log.warning("no statement of %s for %s: %s", key, day, problem)
        return None


def _statement_of(provider: OnlineProvider, day: dt.date) -> Sequence[Traded]:
    return provider.statement(day) if isinstance(provider, GivesStatements) else ()
