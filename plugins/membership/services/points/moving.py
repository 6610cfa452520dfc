"""Points on the move: earned, taken back, adjusted, given for tasks, expired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import (
    CODES,
    POINTS,
    Account,
    Entry,
    Insufficient,
    Journal,
    Leg,
    book_day_of,
    earn_points,
    expire_points,
    spend_points,
    take_back_points,
)
from plugins.membership.permissions import ADJUST_POINTS
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.points.rules import (
    ALONE,
    expiry_of,
    points_for,
)
from plugins.membership.services.points.telling import (
    PAGE,
    points_of,
    tell_expired,
    tell_expiring,
)
from plugins.membership.services.timeline import note_history
from plugins.messages.api import MessageKind, send_message

CODES.update({"task_points": _("Points for a task"), "adjust_points": _("Points adjusted")})
CODES["points_back"] = _("Points given back")
ADJUSTED = MessageKind(
    "membership.points_adjusted",
    _("Your points were adjusted"),
    _(
        "%(name)s, your points were changed by %(points)s at %(store)s: %(reason)s. You have "
        "%(left)s now."
    ),
)
#: So long into a month members are told of points that have expired.
TELL_DAYS = 7
MOST = 1_000_000


@api.unit
def earn_for(entry: Entry, member_id: int, fen: Mapping[str, int], on: dt.date) -> int:
    """Give a member the points for her own money, by what it was paid for; return how many."""
    points = points_for(member_id, fen, on)
    if points:
        earn_points(entry, member_id, points, expires=expiry_of(on))
    return points


def earned_by(key: str) -> int:
    """Return how many points the journal of a key gave; zero when there is none."""
    given = (
        sa.select(sa.func.sum(Leg.amount))
        .join(Journal, Journal.id == Leg.journal_id)
        .where(Journal.idem_key == key, Leg.unit == POINTS)
    )
    return int(api.db.session.scalar(given) or 0)


@api.unit
def take_back_for(entry: Entry, member_id: int, key: str, part: int = 1, whole: int = 1) -> int:
    """Take back what the journal of *key* gave, or *part* of *whole* of it; return how many.

    What she spent meanwhile becomes a debt that the next points settle.
    """
    points = earned_by(key) * part // whole if whole else 0
    if points:
        take_back_points(entry, member_id, points)
    return points


def points_spent(key: str) -> int:
    """Return how many points the journal of a key took; zero when there is none."""
    return sum(points for _month, points in _taken_by(key))


def _taken_by(key: str) -> list[tuple[str, int]]:
    """Return the months of expiry that the journal of a key took points from, the latest first."""
    rows = api.db.session.execute(
        sa.select(Account.part, Leg.amount)
        .join(Leg, Leg.debit_id == Account.id)
        .join(Journal, Journal.id == Leg.journal_id)
        .where(Journal.idem_key == key, Leg.unit == POINTS, Account.kind == "points")
        .order_by(Account.part.desc(), Leg.id.desc())
    )
    return [(part, int(amount)) for part, amount in rows]


@api.unit
def give_back_for(entry: Entry, member_id: int, key: str, points: int, before: int = 0) -> None:
    """Give points back that the journal of *key* took, to the months they came from.

    What was taken last goes back first, after *before* points that went back earlier. Points
    whose month is over stay until the end of the next one.
    """
    today = today_of_chain()
    for number, (part, amount) in enumerate(_taken_by(key)):
        skipped = min(before, amount)
        before -= skipped
        some = min(points, amount - skipped)
        if some:
            points -= some
            expires = part.partition("#")[0]
            if expires < f"{today:%Y-%m}":
                expires = _next_month(today)
            one = replace(entry, key=f"{entry.key}/{number}", asked=[key, number, some])
            earn_points(one, member_id, some, expires=expires)


def _next_month(on: dt.date) -> str:
    return f"{on.year + on.month // 12}-{on.month % 12 + 1:02}"


def adjusted_today(user_id: int | None, on: dt.date) -> int:
    """Return how many points a person adjusted alone on a day, up and down."""
    moved = (
        sa.select(sa.func.sum(Leg.amount))
        .join(Journal, Journal.id == Leg.journal_id)
        .where(Journal.code == "adjust_points", Journal.business_on == on)
        .where(Journal.actor_id == user_id, Journal.approver_id.is_(None), Leg.unit == POINTS)
    )
    return int(api.db.session.scalar(moved) or 0)


@api.unit
def adjust_points(member_id: int, points: int, *, reason: str, key: str) -> bool:
    """Change a member's points by hand; tell whether it is done already.

    Above what a person may adjust alone on a day a second one has to agree.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    if not points or abs(points) > MOST:
        raise api.Refused(_("Enter what is to change."))
    member = lock_member(member_id)
    store_id = member.home_store_id
    payload = {"member_id": member.id, "points": points, "reason": reason, "key": key}
    payload["store_id"] = store_id
    if _is_posted(payload):
        return True
    if points_of(member.id) + points < 0:
        raise Insufficient
    _lock_actor()
    alone = adjusted_today(api.actor().user_id, book_day_of(store_id)) + abs(points)
    if alone > ALONE.get():
        api.ask_approval(ADJUST, payload, reason=reason, subject=member, store_id=store_id)
        return False
    _adjust(payload, None)
    return True


def _lock_actor() -> None:
    """Wait for what who acts adjusts elsewhere: the day's limit is one person's, not a member's."""
    wanted = sa.select(api.User.id).where(api.User.id == api.actor().user_id)
    api.db.session.execute(wanted.with_for_update())


def _key(payload: Mapping[str, Any]) -> str:
    return f"membership.adjust_points:{payload['key']}"


def _is_posted(payload: Mapping[str, Any]) -> bool:
    known = sa.select(Journal.id).where(Journal.idem_key == _key(payload))
    return api.db.session.scalar(known) is not None


def _adjust(payload: dict[str, Any], approver_id: int | None) -> None:
    member, points = lock_member(payload["member_id"]), payload["points"]
    entry = Entry(
        key=_key(payload),
        code="adjust_points",
        asked=[member.id, points],
        store_id=payload["store_id"],
        approver_id=approver_id,
        note=payload["reason"],
    )
    if points > 0:
        posted = earn_points(entry, member.id, points, expires=expiry_of(today_of_chain()))
    else:
        posted = spend_points(entry, member.id, -points)
    if not posted.fresh:
        return
    note_history(member.id, "points_adjusted", points=f"{points:+,}", reason=payload["reason"])
    facts = {
        "points": f"{points:+,}",
        "reason": payload["reason"],
        "left": f"{points_of(member.id):,}",
        "store": member.home_store.name,
    }
    key, store_id = f"{entry.key}:told", payload["store_id"]
    send_message(member.id, ADJUSTED, facts, url=PAGE, key=key, store_id=store_id)
    api.record_audit(
        "membership.points_adjusted",
        member,
        note=f"{points:+,} · {payload['reason']}",
        store_id=payload["store_id"],
        title=_("Adjusted points"),
    )


ADJUST = api.ApprovalKind(
    "membership.adjust_points",
    _("Adjust a member's points"),
    ADJUST_POINTS,
    lambda payload: _adjust(payload, api.actor().user_id),
)


def expire_old_points() -> None:
    """Let points expire whose month is over; tell members of it, and of those that go soon."""
    today = today_of_chain()
    gone = expire_points(f"{today:%Y-%m}")
    if gone or today.day <= TELL_DAYS:
        tell_expired(f"{today:%Y-%m}")
    tell_expiring(today)
