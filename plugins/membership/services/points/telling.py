"""What members are told of their points: what moved, what expires soon, what has expired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import POINTS, Account, Journal, Leg, heir_of, standings
from plugins.membership.models import Member
from plugins.membership.services.points.rules import last_day
from plugins.messages.api import Message, MessageKind, send_message

#: A member hears so many days before some of her points expire.
NOTICES = (30, 7, 1)
PAGE = "/membership/points"
EXPIRING = MessageKind(
    "membership.points_expiring",
    _("Points expire soon"),
    _("%(name)s, %(points)s of your %(left)s points expire on %(day)s. Use them at %(store)s."),
    by_day=True,
)
EXPIRED = MessageKind(
    "membership.points_expired",
    _("Points have expired"),
    _("%(name)s, %(points)s of your points at %(store)s have expired. You have %(left)s now."),
    by_day=True,
)
MOVED = MessageKind(
    "membership.points_moved",
    _("Your points: %(moved)s"),
    _("%(name)s, your points changed by %(moved)s at %(store)s: %(what)s. You have %(left)s now."),
)


def points_of(member_id: int) -> int:
    """Return a member's points; below zero when more was taken back than she had."""
    holder = heir_of(member_id)
    return standings([holder], ["all_points"])[holder]["all_points"]


def beside_points(balance: str, changes: Iterable[int], points: int) -> Any:
    """Say a balance for a message, and what moved of the points where something did."""
    moved = _signed(changes)
    if not moved:
        return balance
    return _(
        "%(balance)s; points %(moved)s, now %(points)s",
        balance=balance,
        moved=moved,
        points=f"{points:,}",
    )


def _signed(changes: Iterable[int]) -> str:
    return " / ".join(f"{change:+,}" for change in changes if change)


def tell_of_points(
    member_id: int,
    changes: Sequence[int],
    what: Any,
    left: int | None = None,
    *,
    key: str,
    store_id: int,
    url: str = PAGE,
) -> None:
    """Tell a member that her points moved, in the running unit; nothing when none did.

    *left* spares a query where it is known what she has now.
    """
    moved = _signed(changes)
    if not moved:
        return
    store = api.db.session.get_one(api.Store, store_id)
    now = points_of(member_id) if left is None else left
    facts = {"moved": moved, "store": store.name, "what": what, "left": f"{now:,}"}
    send_message(member_id, MOVED, facts, url=url, key=key, store_id=store_id)


def tell_expiring(today: dt.date) -> None:
    """Tell members whose points expire soon, once for each notice; may be repeated."""
    for month in (f"{today:%Y-%m}", f"{today.replace(day=28) + dt.timedelta(days=4):%Y-%m}"):
        day = last_day(month)
        days = (day - today).days
        if days <= max(NOTICES):
            notice = min(one for one in NOTICES if one >= days)
            _tell_each(_held_until(month), EXPIRING, f"{month}:{notice}", day=day.isoformat())


def tell_expired(before: str) -> None:
    """Tell members whose points have expired before a month, once; may be repeated."""
    gone = (
        sa.select(Account.owner_id.label("member_id"), sa.func.sum(Leg.amount).label("points"))
        .join(Leg, Leg.debit_id == Account.id)
        .join(Journal, Journal.id == Leg.journal_id)
        .where(Journal.ref == f"expire_points:{before}", Leg.unit == POINTS)
        .group_by(Account.owner_id)
    )
    _tell_each(gone, EXPIRED, before)


def _held_until(month: str) -> sa.Select[int, int]:
    balance = Account.credits - Account.debits
    of_month = sa.or_(Account.part == month, Account.part.startswith(f"{month}#"))
    return (
        sa.select(Account.owner_id.label("member_id"), sa.func.sum(balance).label("points"))
        .where(Account.owner == "member", Account.kind == "points", of_month, balance > 0)
        .group_by(Account.owner_id)
    )


def _tell_each(points: sa.Select[int, int], kind: MessageKind, about: str, **facts: Any) -> None:
    """Tell each member of the *points* that were found, who was not told of this before."""
    found = points.subquery()
    key = sa.literal(f"{kind.key}:") + sa.cast(found.c.member_id, sa.String)
    told = sa.select(Message.id).where(Message.key == key + sa.literal(f":{about}"))
    rows = api.db.session.execute(
        sa.select(found.c.member_id, found.c.points, Member.home_store_id)
        .join(Member, Member.id == found.c.member_id)
        .where(Member.gone_at.is_(None), ~told.exists())
        .order_by(found.c.member_id)
    ).all()
    for member_id, some, store_id in rows:
        _tell_one(member_id, int(some), store_id, kind, about, facts)


@api.unit
def _tell_one(
    member_id: int, points: int, store_id: int, kind: MessageKind, about: str, facts: dict[str, Any]
) -> None:
    store = api.db.session.get_one(api.Store, store_id)
    told = {"points": f"{points:,}", "left": f"{points_of(member_id):,}", "store": store.name}
    key = f"{kind.key}:{member_id}:{about}"
    send_message(member_id, kind, {**told, **facts}, url=PAGE, key=key, store_id=store_id)
