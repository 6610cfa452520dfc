"""What a running shift took in and gave back, and how the cash in its drawer comes about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.services.closing.drawer import cash_expected
from plugins.cashier.services.days import A_DAY, closed_through
from plugins.cashier.services.reports.receipts import (
    Receipt,
    channel_of,
    channels,
    receipts,
    refunds,
)
from plugins.cashier.services.reports.spans import (
    ACCOUNT,
    JOURNAL,
    LEG,
    Span,
    effective_code,
    total,
)

#: A late entry into the books of an older day than this is on no shift's sheet.
OLDEST = 31
#: Where journals count that moved cash and no guest paid.
DRAWER = {"refund": "refunded_fen", "cash_move": "moved_fen", "cash_count": "counted_fen"}


def received_since(store_id: int, day: dt.date, since: dt.datetime) -> list[dict[str, Any]]:
    """Return by kind of payment what came in since a moment, and what was refunded.

    It is what the books say now less what they said then: late entries for open days count, and
    what was taken back of bills that were settled before.
    """
    closed = closed_through(store_id)
    first = max(day - OLDEST * A_DAY, closed + A_DAY if closed else day - OLDEST * A_DAY)
    now = Span(min(first, day), day, frozenset({store_id}))
    then = replace(now, as_of=since)
    after, before = receipts(now), receipts(then)
    fen, back = _less(after, before), _less(refunds(now), refunds(then))
    return [
        {
            "key": channel.key,
            "title": channel.title,
            "online": channel.online,
            "came_fen": fen[channel.key] - back.get(channel.key, 0),
            "refunded_fen": back.get(channel.key, 0),
            "fen": fen[channel.key],
        }
        for channel in channels([*after, *before])
        if fen[channel.key] or back.get(channel.key)
    ]


def _less(after: Iterable[Receipt], before: Iterable[Receipt]) -> dict[str, int]:
    found: dict[str, int] = {}
    for sign, rows in ((1, after), (-1, before)):
        for row in rows:
            found[channel_of(row)] = found.get(channel_of(row), 0) + sign * row.fen
    return found


def drawer_of(store_id: int, day: dt.date, since: dt.datetime | None = None) -> dict[str, int]:
    """Return how the cash of a store's drawer comes about, on a day or since a moment of it.

    What there was, what guests paid, what they got back, what was put in or taken out, and by
    how much counts differed; since a hand-over there was what was counted then.
    """
    sums = dict.fromkeys(("came_fen", *DRAWER.values()), 0)
    for code, fen in _cash_moved(store_id, day, since):
        if since is None or code != "cash_count":
            sums[DRAWER.get(code, "came_fen")] += fen
    expected = cash_expected(store_id, day)
    return {"began_fen": expected - sum(sums.values()), **sums, "expected_fen": expected}


def _cash_moved(
    store_id: int, day: dt.date, since: dt.datetime | None
) -> Iterable[tuple[str, int]]:
    """Yield what moved cash in a drawer, by the kind of journal."""
    code, reversed_ = effective_code()
    within = JOURNAL.c.business_on == day
    if since is not None:
        within = sa.and_(JOURNAL.c.business_on <= day, JOURNAL.c.posted_at > since)
    for side, sign in ((LEG.c.debit_id, 1), (LEG.c.credit_id, -1)):
        rows = api.db.session.execute(
            sa.select(code.label("code"), total(LEG.c.amount))
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(ACCOUNT.c.owner == "store", ACCOUNT.c.owner_id == store_id)
            .where(ACCOUNT.c.kind == "cash", within)
            .group_by(code)
        )
        for name, fen in rows:
            yield name, sign * int(fen)
