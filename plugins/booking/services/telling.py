"""What members are told of their bookings: at once, a day and two hours before, and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Act, Visit
from plugins.booking.services.showing import told_titles
from plugins.messages.api import MessageKind, send_message
from plugins.salon.api import StoreProfile

ASKED = MessageKind(
    "booking.asked",
    _("We have your booking"),
    _("%(name)s, %(store)s will soon confirm your booking for %(when)s: %(what)s."),
)
CONFIRMED = MessageKind(
    "booking.confirmed",
    _("Your booking is confirmed"),
    _("%(name)s, we look forward to seeing you on %(when)s at %(store)s: %(what)s."),
)
REJECTED = MessageKind(
    "booking.rejected",
    _("Your booking was declined"),
    _("%(name)s, %(store)s cannot take your booking for %(when)s: %(reason)s"),
)
CANCELLED = MessageKind(
    "booking.cancelled",
    _("Your booking is cancelled"),
    _("%(name)s, your booking for %(when)s at %(store)s is cancelled."),
)
MOVED = MessageKind(
    "booking.moved",
    _("Your booking has another time"),
    _("%(name)s, your booking at %(store)s is now on %(when)s: %(what)s."),
)
PROPOSED = MessageKind(
    "booking.proposed",
    _("Another time for your booking"),
    _("%(name)s, %(store)s proposes %(when)s: %(what)s. Please say whether it suits you."),
)
SOON = MessageKind(
    "booking.soon",
    _("See you soon"),
    _("%(name)s, we see you on %(when)s at %(store)s: %(what)s."),
)
DONE = MessageKind(
    "booking.done",
    _("Thank you for your visit"),
    _("%(name)s, thank you for coming to %(store)s. We look forward to seeing you again."),
    by_day=True,
)
MISSED = MessageKind(
    "booking.no_show",
    _("We missed you"),
    _("%(name)s, we missed you at %(store)s on %(when)s. You can book again here."),
    by_day=True,
)
MISSED_CALL = replace(
    MISSED,
    body=_(
        "%(name)s, we missed you at %(store)s on %(when)s. "
        "You can book again here, or call %(phone)s."
    ),
)
RATE = MessageKind(
    "booking.rate",
    _("How was your visit?"),
    _("%(name)s, how was your visit to %(store)s? It takes a tap."),
    by_day=True,
)
KINDS = {
    "pending": ASKED,
    "confirmed": CONFIRMED,
    "rejected": REJECTED,
    "cancelled": CANCELLED,
}
#: What is said once, however often staff correct themselves.
AFTERWARDS = {"done": DONE, "no_show": MISSED}
#: Who is told only so long after her visit has been told by nobody, and wonders.
WITHIN = dt.timedelta(hours=12)
#: So long before a visit its guest is reminded.
AHEAD = (dt.timedelta(hours=24), dt.timedelta(hours=2))


def tell(visit: Visit, kind: MessageKind, key: str, *, url: str = "", **more: str) -> None:
    """Send the member of a visit a message about it, once for each *key*.

    *more* are facts for the text.
    """
    if visit.member_id is None:
        return
    local = visit.starts_at.astimezone(ZoneInfo(visit.store.time_zone))
    facts = {
        "store": visit.store.name,
        "when": f"{local:%Y-%m-%d %H:%M}",
        "what": told_titles(visit),
        "reason": visit.reason,
    }
    page = url or f"/booking/mine/{visit.id}"
    told = {**facts, **more}
    send_message(visit.member_id, kind, told, url=page, key=key, store_id=visit.store_id)


def tell_status(visit: Visit) -> None:
    """Tell a member what became of her booking, as far as she has to know."""
    kind = KINDS.get(visit.status)
    if kind is not None:
        tell(visit, kind, f"{kind.key}:{visit.id}:{visit.version}")
    after = AFTERWARDS.get(visit.status)
    if after is not None and api.now() <= visit.ends_at + WITHIN:
        phone = store_phone(visit.store_id) if after is MISSED else ""
        tell(visit, MISSED_CALL if phone else after, f"{after.key}:{visit.id}", phone=phone)


def store_phone(store_id: int) -> str:
    """Return the number that guests call; empty where the store has none."""
    profile = api.db.session.get(StoreProfile, store_id)
    return profile.phone if profile is not None else ""


@api.unit
def remind_guests() -> None:
    """Remind the guests of visits that lie a day and two hours ahead; may be repeated.

    Who booked or changed it within that time is not reminded: she has just been told.
    """
    now = api.now()
    for ahead in AHEAD:
        due = sa.select(Visit).where(
            Visit.status == "confirmed",
            Visit.starts_at > now,
            Visit.starts_at <= now + ahead,
            Visit.member_id.is_not(None),
        )
        visits = api.db.session.scalars(due.order_by(Visit.id)).all()
        moved = _moved_at([visit.id for visit in visits])
        for visit in visits:
            told_at = moved.get(visit.id, visit.booked_at)
            hours = int(ahead.total_seconds() // 3600)
            late = ahead == AHEAD[0] and visit.starts_at <= now + AHEAD[1]
            if told_at <= visit.starts_at - ahead and not late:
                start = int(visit.starts_at.timestamp())
                tell(visit, SOON, f"booking.soon:{visit.id}:{start}:{hours}")


def _moved_at(visit_ids: Sequence[int]) -> dict[int, dt.datetime]:
    """Return when each of some visits last got another time."""
    rows = sa.select(Act.visit_id, sa.func.max(Act.done_at)).where(
        Act.visit_id.in_(visit_ids), Act.act == "change"
    )
    return dict(api.db.session.execute(rows.group_by(Act.visit_id)).all())
