"""What the ledger moved for a member, in words: top-ups, what she spent, points and sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import CODES, SESSION, Account, Journal, Leg
from plugins.membership.hookspecs import (
    MovementNote,
    TimelineMoment,
    TimelinePlace,
    membership_movement_notes,
)
from plugins.membership.services.moments import older_than

SOURCE, KIND = "ledger", "money"
LABEL = _("Balance and cards")
#: What is shown of a journal, in this order; the money behind a balance is for the books.
KINDS = {
    "principal": _("Principal"),
    "bonus": _("Bonus"),
    "sessions": _("Sessions"),
    "free_sessions": _("Free sessions"),
    "points": _("Points"),
    "points_debt": _("Points"),
    "coupon": _("Coupon"),
    "owing": _("Owing"),
}
MONEY = ("principal", "bonus")
VISITS = ("spend", "use_session", "sale")
#: How far apart the numbers of journals and their moments may lie.
ASTRAY = 100
#: More journals than a member has.
EVER = 1_000_000
#: What she calls what the books call otherwise.
HERS = {"card_sale": _("Bought a card")}
ICONS = {
    "top_up": "coin",
    "spend": "receipt",
    "pay_card": "id",
    "card_back": "arrow-back-up",
    "use_session": "ticket",
    "card_sale": "id",
    "earn_points": "star",
    "spend_points": "star",
    "refund": "arrow-back-up",
    "reverse": "arrow-back-up",
    "opening": "download",
}


def _accounts(member_id: int) -> Any:
    own = (Account.owner == "member", Account.owner_id == member_id, Account.kind.in_(KINDS))
    return sa.select(Account.id).where(*own)


def _latest(
    member_id: int, before: TimelinePlace | None = None, most: int = 0
) -> sa.ColumnElement[bool]:
    """Return the condition that a journal is among the latest that moved something of a member's.

    So many that *most* of them stand below *before*. They are counted by their numbers, which
    two indexes hold: a long history costs no more than a short one. Numbers follow the clock but
    for what was posted side by side, and where somebody turned it back.
    """
    last: int | None = None
    if before is not None:
        then = sa.select(Journal.id).where(Journal.posted_at <= before.at)
        then = then.order_by(Journal.posted_at.desc(), Journal.id.desc()).limit(1)
        last = (api.db.session.scalar(then) or 0) + ASTRAY
    count = most + 2 * ASTRAY
    sides = [_of_side(side, member_id, last, count) for side in (Leg.debit_id, Leg.credit_id)]
    both = sa.union(*sides).subquery()
    return Journal.id.in_(sa.select(both.c.id).order_by(both.c.id.desc()).limit(count))


def _of_side(side: Any, member_id: int, last: int | None, count: int) -> sa.Select[Any]:
    """Select the journals that took from a member's accounts, or gave to them.

    PostgreSQL is told to read the latest of each account: it guesses that the accounts of a
    large book are long ones, and would read all legs of the book instead.
    """
    legs = sa.select(Leg.journal_id.label("id"))
    if last is not None:
        legs = legs.where(Leg.journal_id <= last)
    if api.db.engine.dialect.name != "postgresql":
        return legs.where(side.in_(_accounts(member_id)))
    own = _accounts(member_id).subquery()
    latest = legs.where(side == own.c.id).order_by(Leg.journal_id.desc()).limit(count).lateral()
    return sa.select(latest.c.id).select_from(own.join(latest, sa.true()))


def tell_movements(
    member_id: int, before: TimelinePlace | None, most: int, *, to_her: bool = False
) -> Iterable[TimelineMoment]:
    """Tell what the ledger moved for a member, the latest first.

    *to_her* leaves out what is for the staff's eyes: who posted it, and the note.
    """
    rows = api.db.session.execute(
        sa.select(Journal, api.Store.name, api.User.name)
        .outerjoin(api.Store, api.Store.id == Journal.store_id)
        .outerjoin(api.User, api.User.id == Journal.actor_id)
        .where(
            _latest(member_id, before, most),
            older_than(before, SOURCE, Journal.posted_at, Journal.id),
        )
        .order_by(Journal.posted_at.desc(), Journal.id.desc())
        .limit(most)
    ).all()
    sums = _sums(member_id, [journal.id for journal, *_names in rows])
    return [
        _tell(journal, sums.get(journal.id, {}), store, by, to_her=to_her)
        for journal, store, by in rows
    ]


def _sums(member_id: int, journal_ids: Sequence[int]) -> dict[int, dict[tuple[str, str], int]]:
    """Return what each journal gave (or took: below zero), by kind and unit."""
    found: dict[int, dict[tuple[str, str], int]] = {}
    for side, sign in ((Leg.credit_id, 1), (Leg.debit_id, -1)):
        legs = (
            sa.select(Leg.journal_id, Account.kind, Account.unit, sa.func.sum(Leg.amount))
            .join(Account, Account.id == side)
            .where(Leg.journal_id.in_(journal_ids), side.in_(_accounts(member_id)))
            .group_by(Leg.journal_id, Account.kind, Account.unit)
        )
        for number, kind, unit, amount in api.db.session.execute(legs):
            of_journal = found.setdefault(number, {})
            key = (kind, unit)
            of_journal[key] = of_journal.get(key, 0) + sign * int(amount)
    return found


def _tell(
    journal: Journal,
    sums: dict[tuple[str, str], int],
    store: str | None,
    by: str | None,
    *,
    to_her: bool,
) -> TimelineMoment:
    parts = [
        _say(kind, unit, amount)
        for kind in KINDS
        for (of_kind, unit), amount in sorted(sums.items())
        if of_kind == kind and amount
    ]
    money = sum(amount for (kind, _unit), amount in sums.items() if kind in MONEY)
    figure = _signed_fen(money) if money else (parts[0] if parts else "")
    told = [*(parts if money else parts[1:]), store or "", "" if to_her else journal.note]
    return TimelineMoment(
        at=journal.posted_at,
        source=SOURCE,
        number=journal.id,
        kind=KIND,
        text=str(_words_of(journal.code, to_her=to_her)),
        detail=" · ".join(each for each in told if each),
        by="" if to_her else by or "",
        icon=ICONS.get(journal.code, "coin"),
        figure=figure,
    )


def _words_of(code: str, *, to_her: bool) -> Any:
    """Return what a journal is called; to her in the words of who buys, not of who sells."""
    return (HERS if to_her else {}).get(code) or CODES.get(code, code)


def _say(kind: str, unit: str, amount: int) -> str:
    if kind == "owing":
        return f"{KINDS[kind]} {_signed_fen(-amount)}"
    if kind in MONEY:
        return f"{KINDS[kind]} {_signed_fen(amount)}"
    label = unit.removeprefix(SESSION) if unit.startswith(SESSION) else str(KINDS[kind])
    return f"{label} {amount:+,}"


def _signed_fen(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{api.format_fen(fen)}"


def notes_on(member_id: int, moments: Iterable[TimelineMoment]) -> dict[int, list[MovementNote]]:
    """Return what else is to be said of some movements, by the number of their journal."""
    numbers = [moment.number for moment in moments]
    found: dict[int, list[MovementNote]] = {}
    answers = api.answers(membership_movement_notes, member_id=member_id, journal_ids=numbers)
    for note in (one for answer in answers for one in answer):
        found.setdefault(note.journal_id, []).append(note)
    return found


def last_used_on(member_id: int, *, ever: bool = True) -> dt.date | None:
    """Return the last business day on which a member used what she has; None if she never did.

    Without *ever* only her latest movements are looked through.
    """
    visits = sa.select(sa.func.max(Journal.business_on)).where(Journal.code.in_(VISITS))
    found: dt.date | None = api.db.session.scalar(visits.where(_latest(member_id)))
    if found is None and ever:
        found = api.db.session.scalar(visits.where(_latest(member_id, most=EVER)))
    return found
