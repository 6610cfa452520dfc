"""What booking answers when something happens to a member, and whom it tells of bookings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import STATUSES, Visit
from plugins.booking.permissions import EDIT_VISITS, REVIEW_VISITS, SEE_VISITS
from plugins.booking.services.acts import latest_act
from plugins.booking.services.leaving import drop_roster, hand_over_visits, visits_ahead
from plugins.booking.services.proposing import open_proposal
from plugins.booking.services.showing import LABELS, clock_of
from plugins.booking.services.telling import MOVED, PROPOSED, tell, tell_status
from plugins.membership.api import ExportPart, ProfileFact, Tile, award_task, move_rows


@api.hookimpl
def membership_tiles(member_id: int) -> Iterable[Tile]:
    """Lead to booking, or to the bookings that lie ahead."""
    ahead = sa.select(sa.func.count(Visit.id)).where(
        Visit.member_id == member_id,
        Visit.status.in_(("pending", "confirmed")),
        Visit.starts_at > api.now(),
    )
    count = api.db.session.scalar(ahead) or 0
    url = "/booking/mine" if count else "/booking/"
    yield Tile("booking", _("Book now"), url, str(count) if count else "")


@api.hookimpl
def membership_profile_facts(member_id: int) -> Iterable[ProfileFact]:
    """Show when she comes next, or lead to booking for her."""
    rows = sa.select(Visit).where(
        Visit.member_id == member_id,
        Visit.status.in_(("pending", "confirmed", "arrived", "in_service")),
        Visit.ends_at > api.now(),
    )
    visit = api.db.session.scalar(rows.order_by(Visit.starts_at).limit(1))
    if visit is not None:
        day = f"{visit.day_on} {clock_of(visit.starts_at, visit.store.time_zone)}"
        url = f"/console/booking/visits/{visit.id}/" if SEE_VISITS.held(visit.store_id) else ""
        yield ProfileFact("booking", _("Next booking"), day, LABELS[visit.status], url, order=40)
    elif EDIT_VISITS.stores() is None or EDIT_VISITS.stores():
        url = f"/console/booking/new/?member_id={member_id}"
        yield ProfileFact("booking", _("Next booking"), _("Book"), url=url, order=40)


@api.hookimpl
def membership_last_visits(member_ids: Sequence[int]) -> Iterable[tuple[int, dt.date]]:
    """Tell when members last came for a booking that is done."""
    rows = (
        sa.select(Visit.member_id, sa.func.max(Visit.day_on))
        .where(Visit.member_id.in_(member_ids), Visit.status == "done")
        .group_by(Visit.member_id)
    )
    return [(number, day) for number, day in api.db.session.execute(rows) if number]


@api.hookimpl
def membership_visit_days(
    member_ids: Sequence[int] | None, first: dt.date, last: dt.date
) -> Iterable[tuple[int, dt.date]]:
    """Tell on which days members came for bookings that are done."""
    rows = sa.select(Visit.member_id, Visit.day_on).distinct()
    rows = rows.where(Visit.status == "done", Visit.day_on.between(first, last))
    rows = rows.where(Visit.member_id.is_not(None))
    if member_ids is not None:
        rows = rows.where(Visit.member_id.in_(member_ids))
    return [(number, day) for number, day in api.db.session.execute(rows) if number]


@api.hookimpl
def booking_visit_rated(visit_id: int, stars: int) -> None:
    """Give the points of a rating, whatever it says, once for each visit."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is not None and visit.member_id is not None:
        award_task(visit.member_id, "review", str(visit_id))


@api.hookimpl
def salon_leaving_consequences(staff_id: int) -> Iterable[str]:
    """Say how many bookings somebody who leaves would still have served."""
    count = sum(visit.status != "hold" for visit in visits_ahead(staff_id))
    if count:
        yield api.ngettext(
            "%(num)s booking ahead is with her: who takes over gets it if she is able and free,"
            " otherwise it waits above the roster for somebody else.",
            "%(num)s bookings ahead are with her: who takes over gets those for which she is able"
            " and free, the others wait above the roster for somebody else.",
            count,
        )


@api.hookimpl
def salon_staff_leaving(staff_id: int, successor_id: int | None) -> None:
    """Give her bookings to who takes over; afterwards she is on no roster."""
    hand_over_visits(staff_id, successor_id)
    drop_roster(staff_id)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the bookings of the gone file to the kept one."""
    move_rows(Visit.member_id, kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget who came; that somebody came stays."""
    rows = sa.select(Visit).where(Visit.member_id == member_id)
    for visit in api.db.session.scalars(rows):
        visit.guest_name, visit.guest_phone, visit.note = "–", None, ""  # noqa: RUF001


@api.hookimpl
def membership_merge_contents(member_id: int) -> Iterable[tuple[Any, str]]:
    """Say how many bookings a file has."""
    rows = sa.select(sa.func.count(Visit.id)).where(Visit.member_id == member_id)
    count = api.db.session.scalar(rows) or 0
    if count:
        yield _("Bookings"), f"{count:,}"


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return a member's bookings."""
    visits = sa.select(Visit).where(Visit.member_id == member_id).order_by(Visit.id)
    rows = [
        {
            "starts_at": visit.starts_at.isoformat(),
            "store": visit.store.name,
            "services": ", ".join(item.title for item in visit.items),
            "status": str(dict(STATUSES)[visit.status]),
            "note": visit.note,
        }
        for visit in api.db.session.scalars(visits)
    ]
    labels = {
        "starts_at": _("Begins"),
        "store": _("Store"),
        "services": _("Services"),
        "status": _("Status"),
        "note": _("Note"),
    }
    yield ExportPart("bookings", _("Bookings"), rows, labels)


@api.hookimpl
def booking_visit_booked(visit_id: int) -> None:
    """Tell the member; ring at the front desk when she booked by herself, or waits for review."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is None:
        return
    tell_status(visit)
    if visit.status == "pending":
        _ask(visit, _("%(name)s asks for a booking", name=visit.guest_name))
    elif _booked_by_member(visit):
        _ring(visit, "booked", _("%(name)s has booked", name=visit.guest_name))


@api.hookimpl
def booking_visit_status_changed(visit_id: int, before: str, after: str) -> None:
    """Settle what was to do once a booking was reviewed, and ring when its guest cancelled it.

    The points for a first booking are given once she has come: one that is cancelled earns none.
    """
    visit = api.db.session.get(Visit, visit_id)
    if visit is None:
        return
    if visit.status == after:
        tell_status(visit)
    if before == "pending":
        api.settle_notice(f"booking.review:{visit_id}")
    if after == "done" and visit.member_id is not None:
        award_task(visit.member_id, "first_booking")
    if after == "cancelled" and _by_member(visit_id, "cancel"):
        _ring(visit, "cancelled", _("%(name)s has cancelled", name=visit.guest_name))


@api.hookimpl
def booking_visit_moved(visit_id: int) -> None:
    """Tell a member what became of her booking, and ring when she changed it by herself.

    What waits for review is something to do, whoever changed it.
    """
    visit = api.db.session.get(Visit, visit_id)
    if visit is None:
        return
    if open_proposal(visit_id) is not None:
        tell(visit, PROPOSED, f"{PROPOSED.key}:{visit.id}:{visit.version}")
        return
    by_member = _by_member(visit_id, "change", "extend")
    if visit.status == "pending" and by_member:
        tell_status(visit)
    elif visit.status in ("pending", "confirmed"):
        tell(visit, MOVED, f"{MOVED.key}:{visit.id}:{visit.version}")
    changed = _("The booking of %(name)s was changed", name=visit.guest_name)
    if visit.status == "pending":
        _ask(visit, changed)
    elif by_member:
        _ring(visit, "changed", changed)


def _booked_by_member(visit: Visit) -> bool:
    """Tell whether she booked on her phone, or took there what was kept for her."""
    if visit.source == "phone":
        return True
    return visit.source == "waiting" and latest_act(visit.id, "book").get("user_id", 0) is None


def _by_member(visit_id: int, *acts: str) -> bool:
    return bool(latest_act(visit_id, *acts).get("by_member"))


def _ask(visit: Visit, title: Any) -> None:
    """Keep the one to-do of a visit that waits for review true."""
    _notify(visit, title, f"booking.review:{visit.id}", todo=True)


def _ring(visit: Visit, what: str, title: Any) -> None:
    """Ring once for each state of a visit, however late its events are told."""
    _notify(visit, title, f"booking.{what}:{visit.id}:{visit.version}", todo=False)


def _notify(visit: Visit, title: Any, key: str, *, todo: bool) -> None:
    api.notify(
        title,
        f"{visit.day_on} {clock_of(visit.starts_at, visit.store.time_zone)} · {visit.store.name}",
        url=f"/console/booking/visits/{visit.id}/",
        store_id=visit.store_id,
        permission=REVIEW_VISITS,
        todo=todo,
        key=key,
    )
