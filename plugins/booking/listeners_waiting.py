"""How the waiting list and classes follow visits, members and the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import GroupClass, Seat, Visit, Wait
from plugins.booking.permissions_waiting import EDIT_WAITING
from plugins.booking.services.class_visits import (
    CLASS,
    follow_class,
    give_back_seat,
    take_whole_rooms,
)
from plugins.booking.services.classes import class_of
from plugins.booking.services.waiting import end_wait
from plugins.booking.services.waiting_offers import serve_waiting, stores_waiting
from plugins.membership.api import ExportPart, move_rows

#: After these some time is free again.
FREEING = ("rejected", "cancelled", "no_show", "done")


@api.hookimpl
def booking_check_visit(visit_id: int, act: str) -> Any:
    """Keep guests of a class to its time, and its own visit to the page of the class."""
    if act in ("change", "extend") and class_of(visit_id) is not None:
        return _("A class has its own time. Cancel this place and book another class.")
    if act in ("cancel", "reject", "no_show"):
        group = _class_led_by(visit_id)
        if group is not None and group.cancelled_at is None:
            return _("This is a class. Cancel it on its own page, so that everybody is told.")
    return None


@api.hookimpl
def booking_visit_turning(visit_id: int, act: str) -> None:
    """Free the place of who does not come; let the guests of a class follow it."""
    if act in ("cancel", "reject"):
        give_back_seat(visit_id)
    elif act in ("change", "extend"):
        visit = api.db.session.get(Visit, visit_id)
        if visit is not None and visit.source == CLASS:
            take_whole_rooms(visit)
            follow_class(visit)


@api.hookimpl
def booking_visit_status_changed(visit_id: int, before: str, after: str) -> None:
    """Offer what became free to those who wait."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is not None and after in FREEING:
        serve_waiting(visit.store_id)


@api.hookimpl
def booking_visit_moved(visit_id: int) -> None:
    """Offer the time that a visit left to those who wait."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is not None:
        serve_waiting(visit.store_id)


@api.hookimpl
def booking_class_cancelled(class_id: int) -> None:
    """Nobody waits for a class that will not be."""
    group = api.db.session.get(GroupClass, class_id)
    if group is not None:
        serve_waiting(group.store_id)


@api.hookimpl
def booking_wait_joined(wait_id: int) -> None:
    """Let the front desk know who waits, and offer her what is free already."""
    wait = api.db.session.get(Wait, wait_id)
    if wait is None:
        return
    serve_waiting(wait.store_id)
    if wait.source == "phone":
        api.notify(
            _("%(name)s is on the waiting list", name=wait.guest_name),
            url=f"/console/booking/waiting/{wait.id}/",
            store_id=wait.store_id,
            permission=EDIT_WAITING,
            key=f"booking.joined:{wait.id}",
        )


def serve_all() -> None:
    """Give back offers that lapsed and offer them to the next, in every store."""
    for store_id in stores_waiting():
        serve_waiting(store_id)


SCHEDULES = (api.Schedule("booking.waiting", serve_all, every=dt.timedelta(minutes=1)),)


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give what the gone file waits for, and its places in classes, to the kept one.

    Where both have a place in one class, the second stays as that of a guest.
    """
    move_rows(Wait.member_id, kept_id, gone_id)
    kept = sa.select(Seat.class_id).where(Seat.member_id == kept_id)
    twice = sa.update(Seat).where(Seat.member_id == gone_id, Seat.class_id.in_(kept))
    api.db.session.execute(
        twice.values(member_id=None).execution_options(synchronize_session=False)
    )
    move_rows(Seat.member_id, kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Forget that she waited; who waits no longer has no name."""
    rows = sa.select(Wait).where(Wait.member_id == member_id)
    for wait in api.db.session.scalars(rows):
        if wait.state in ("waiting", "offered"):
            end_wait(wait, "removed", "remove")
        wait.guest_name, wait.guest_phone, wait.note = "–", None, ""  # noqa: RUF001


@api.hookimpl
def membership_merge_contents(member_id: int) -> Iterable[tuple[Any, str]]:
    """Say how often a file waits."""
    rows = sa.select(sa.func.count(Wait.id)).where(Wait.member_id == member_id)
    count = api.db.session.scalar(rows) or 0
    if count:
        yield _("Waiting list"), f"{count:,}"


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return what a member waited for."""
    rows = [
        {
            "joined_at": wait.joined_at.isoformat(),
            "first_on": wait.first_on.isoformat(),
            "last_on": wait.last_on.isoformat(),
            "note": wait.note,
        }
        for wait in api.db.session.scalars(
            sa.select(Wait).where(Wait.member_id == member_id).order_by(Wait.id)
        )
    ]
    labels = {
        "joined_at": _("Waiting since"),
        "first_on": _("From day"),
        "last_on": _("Until day"),
        "note": _("Note"),
    }
    yield ExportPart("waiting", _("Waiting list"), rows, labels)


@api.hookimpl
def salon_staff_leaving(staff_id: int, successor_id: int | None) -> None:
    """Offer whoever waits for her what becomes free with anybody."""
    waiting = Wait.staff_id == staff_id, Wait.state.in_(("waiting", "offered"))
    api.db.session.execute(sa.update(Wait).where(*waiting).values(staff_id=None))


def _class_led_by(visit_id: int) -> GroupClass | None:
    found: GroupClass | None = api.db.session.scalar(
        sa.select(GroupClass).where(GroupClass.visit_id == visit_id)
    )
    return found
