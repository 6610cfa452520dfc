"""Classes: planned with leader and room, and a place for each guest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_booked
from plugins.booking.hookspecs_waiting import booking_class_cancelled, booking_class_planned
from plugins.booking.models import GroupClass, Item, Seat, Visit
from plugins.booking.services.acts import check_visit, note_act
from plugins.booking.services.booking import book
from plugins.booking.services.claiming import drop_holds, lock_days
from plugins.booking.services.class_visits import CLASS, take_whole_rooms
from plugins.booking.services.planning import Wish
from plugins.booking.services.showing import day_and_clock
from plugins.booking.services.turning import turn_visit
from plugins.membership.api import Member, require_active
from plugins.salon.api import Service, Variant

CLOSES = api.Setting(
    "booking.class_closes",
    _("Members book a class until so many minutes before it begins"),
    30,
    least=0,
    per_store=True,
)
SETTINGS = (CLOSES,)
MOST_WEEKS = 26
A_WEEK = dt.timedelta(days=7)


class Full(api.Conflict):
    """Every place of a class is taken; `alternatives` are when other classes have some."""

    def __init__(self, others: Sequence[GroupClass]) -> None:
        where = api.gettext(", ").join(
            f"{each.title} {day_and_clock(each.starts_at, each.visit.store.time_zone)}"
            for each in others
        )
        more = _("All places of this class are taken. There are some in: %(others)s.", others=where)
        super().__init__(more if others else _("All places of this class are taken."))
        self.alternatives = [each.starts_at for each in others]


@dataclass(frozen=True)
class ClassDraft:
    """A class as it is to be planned; without *price_fen* it costs what the service does."""

    variant_id: int
    leader_id: int
    starts_at: dt.datetime
    capacity: int
    title: str = ""
    price_fen: int | None = None
    note: str = ""


@api.unit
def plan_classes(
    store_id: int, draft: ClassDraft, *, key: str, weeks: int = 1, force: bool = False
) -> list[GroupClass]:
    """Plan a class, or the same one for some weeks: all of them or none.

    Leader and room are claimed like those of any visit; raises `Taken` and `Refused`. The same
    *key* returns the classes of that time.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise api.Refused(_("Plan between one and %(most)s weeks.", most=MOST_WEEKS))
    if not 1 <= draft.capacity <= 200:
        raise api.Refused(_("A class has between one and 200 places."))
    if draft.starts_at < api.now():
        raise api.Refused(_("This time has passed."))
    zone = ZoneInfo(api.db.session.get_one(api.Store, store_id).time_zone)
    local = draft.starts_at.astimezone(zone)
    days = [(local + number * A_WEEK).astimezone(dt.UTC) for number in range(weeks)]
    return [
        _plan(store_id, replace(draft, starts_at=day), f"{key}:{number}", force=force)
        for number, day in enumerate(days)
    ]


def _plan(store_id: int, draft: ClassDraft, key: str, *, force: bool) -> GroupClass:
    known = api.db.session.scalar(sa.select(GroupClass).where(GroupClass.key == key))
    if known is not None:
        return known
    title = draft.title.strip()[:60] or _title_of(draft.variant_id)
    visit = book(
        store_id,
        draft.starts_at,
        [Wish(draft.variant_id, draft.leader_id)],
        key=key,
        guest_name=title,
        source=CLASS,
        force=force,
    )
    take_whole_rooms(visit)
    group = GroupClass(
        store_id=store_id,
        visit_id=visit.id,
        variant_id=draft.variant_id,
        leader_id=draft.leader_id,
        title=title,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        capacity=draft.capacity,
        price_fen=draft.price_fen if draft.price_fen is not None else visit.items[0].price_fen,
        note=draft.note.strip()[:300],
        key=key,
        planned_at=api.now(),
    )
    api.db.session.add(group)
    api.db.session.flush()
    api.emit(booking_class_planned, class_id=group.id)
    return group


def _title_of(variant_id: int) -> str:
    variant = api.db.session.get_one(Variant, variant_id)
    service = api.db.session.get_one(Service, variant.service_id)
    return f"{service.name} {variant.name}".strip()[:60]


@api.unit
def take_place(
    class_id: int,
    *,
    key: str,
    member_id: int | None = None,
    guest_name: str = "",
    guest_phone: str | None = None,
    source: str = "desk",
    keep_until: dt.datetime | None = None,
) -> Visit:
    """Give a guest a place in a class and return her visit; the same *key* returns it again.

    With *keep_until* the place is only held, as a time is. Raises `Full` (409) and `Refused`.
    """
    known = _visit_of(key)
    if known is not None:
        return known
    group = lock_class(class_id)
    known = _visit_of(key)
    if known is not None:
        return known
    _check_open(group, by_member=source == "phone")
    name = _name_of(member_id, guest_name)
    drop_lapsed_places(group)
    visit = Visit(
        store_id=group.store_id,
        day_on=group.visit.day_on,
        starts_at=group.starts_at,
        ends_at=group.ends_at,
        member_id=member_id,
        guest_name=name,
        guest_phone=guest_phone or None,
        source=source,
        key=key,
        booked_at=api.now(),
        booked_by=api.actor().user_id,
        status="hold" if keep_until else "confirmed",
        hold_until=keep_until,
    )
    visit.items = [_item(group)]
    api.db.session.add(visit)
    api.db.session.flush()
    _sit(group, visit)
    if keep_until is None:
        check_visit(visit.id, "book", visit.member_id)
        note_act(visit, "book")
        api.emit(booking_visit_booked, visit_id=visit.id)
    return visit


@api.unit
def cancel_class(class_id: int, reason: str) -> GroupClass:
    """Cancel a class with the places of all who would have come; each of them is told."""
    group = lock_class(class_id)
    if group.cancelled_at is not None:
        return group
    if group.visit.status not in ("pending", "confirmed", "arrived"):
        raise api.Conflict(_("This class has begun."))
    if not reason.strip():
        raise api.Refused(_("Say why, in words for the guest."))
    group.cancelled_at, group.reason = api.now(), reason.strip()[:200]
    api.db.session.flush()
    for seat in seats_of(group.id):
        if seat.visit.status in ("hold", "pending", "confirmed", "arrived"):
            turn_visit(seat.visit_id, "cancel", reason=group.reason)
    turn_visit(group.visit_id, "cancel", reason=group.reason)
    api.emit(booking_class_cancelled, class_id=group.id)
    return group


@api.unit
def finish_class(class_id: int) -> GroupClass:
    """Say that a class is over: who came is done, who did not come is a no-show."""
    group = lock_class(class_id)
    if group.cancelled_at is not None:
        raise api.Conflict(_("This class was cancelled."))
    if group.starts_at > api.now():
        raise api.Refused(_("This class has not begun."))
    for seat in seats_of(group.id):
        if seat.visit.status in ("arrived", "in_service"):
            turn_visit(seat.visit_id, "done")
        elif seat.visit.status in ("pending", "confirmed"):
            turn_visit(seat.visit_id, "no_show")
    if group.visit.status in ("confirmed", "arrived"):
        turn_visit(group.visit_id, "start")
    turn_visit(group.visit_id, "done")
    return group


def lock_class(class_id: int) -> GroupClass:
    """Lock a class until the unit ends; raises `NotFound`."""
    group = api.db.session.get(GroupClass, class_id, with_for_update=True, populate_existing=True)
    if group is None:
        raise api.NotFound(_("There is no such class."))
    return group


def seats_of(class_id: int) -> list[Seat]:
    """Return the taken places of a class in their order, those that are held included."""
    rows = sa.select(Seat).where(Seat.class_id == class_id).order_by(Seat.number)
    return list(api.db.session.scalars(rows))


def places_left(groups: Iterable[GroupClass]) -> dict[int, int]:
    """Return how many places each of some classes still has, with one query."""
    capacity = {group.id: group.capacity for group in groups}
    lapsed = sa.and_(Visit.status == "hold", Visit.hold_until <= api.now())
    taken = (
        sa.select(Seat.class_id, sa.func.count())
        .join(Visit, Visit.id == Seat.visit_id)
        .where(Seat.class_id.in_(capacity), ~lapsed)
        .group_by(Seat.class_id)
    )
    counts: dict[int, int] = {row[0]: row[1] for row in api.db.session.execute(taken)}
    return {number: max(0, most - counts.get(number, 0)) for number, most in capacity.items()}


def coming_classes(store_id: int, until: dt.datetime | None = None) -> Sequence[GroupClass]:
    """Return the classes of a store that members can still book, the next one first."""
    closes = api.now() + dt.timedelta(minutes=CLOSES.get(store_id))
    rows = sa.select(GroupClass).where(
        GroupClass.store_id == store_id,
        GroupClass.starts_at >= closes,
        GroupClass.cancelled_at.is_(None),
    )
    if until is not None:
        rows = rows.where(GroupClass.starts_at < until)
    return api.db.session.scalars(rows.order_by(GroupClass.starts_at, GroupClass.id)).all()


def classes_instead(group: GroupClass) -> list[GroupClass]:
    """Return the three nearest classes with places left, those of the same service first."""
    others = [each for each in coming_classes(group.store_id) if each.id != group.id]
    left = places_left(others)
    near = sorted(
        (each for each in others if left[each.id]),
        key=lambda each: (
            each.variant_id != group.variant_id,
            abs(each.starts_at - group.starts_at),
            each.id,
        ),
    )
    return sorted(near[:3], key=lambda each: (each.starts_at, each.id))


def place_of(class_id: int, member_id: int) -> Seat | None:
    """Return the place that a member has in a class; one that is only kept is none yet."""
    rows = sa.select(Seat).join(Visit, Visit.id == Seat.visit_id)
    found: Seat | None = api.db.session.scalar(
        rows.where(Seat.class_id == class_id, Seat.member_id == member_id, Visit.status != "hold")
    )
    return found


def class_of(visit_id: int) -> GroupClass | None:
    """Return the class in which a visit has a place."""
    found: GroupClass | None = api.db.session.scalar(
        sa.select(GroupClass)
        .join(Seat, Seat.class_id == GroupClass.id)
        .where(Seat.visit_id == visit_id)
    )
    return found


def drop_lapsed_places(group: GroupClass) -> None:
    """Give back places that were held for too long; in a unit."""
    rows = (
        sa.select(Visit.id)
        .join(Seat, Seat.visit_id == Visit.id)
        .where(Seat.class_id == group.id, Visit.status == "hold", Visit.hold_until <= api.now())
    )
    lapsed = list(api.db.session.scalars(rows))
    if lapsed:
        drop_holds(lapsed, lock_days((), ()))


def _check_open(group: GroupClass, *, by_member: bool) -> None:
    if group.cancelled_at is not None:
        raise api.Conflict(_("This class was cancelled."))
    closes = group.ends_at
    if by_member:
        closes = group.starts_at - dt.timedelta(minutes=CLOSES.get(group.store_id))
    if api.now() > closes:
        raise api.Refused(_("This class can no longer be booked."))


def _name_of(member_id: int | None, guest_name: str) -> str:
    if member_id is not None:
        require_active(member_id)
        return api.db.session.get_one(Member, member_id).name
    if not guest_name.strip():
        raise api.Refused(_("Say who comes: a member or a name."))
    return guest_name.strip()[:60]


def _item(group: GroupClass) -> Item:
    return Item(
        variant_id=group.variant_id,
        title=group.title,
        staff_id=group.leader_id,
        offset=0,
        minutes=int((group.ends_at - group.starts_at).total_seconds() // 60),
        price_fen=group.price_fen,
    )


def _sit(group: GroupClass, visit: Visit) -> None:
    """Take the first free place; what the lock of the class should miss, the keys refuse."""
    for _try in range(group.capacity + 1):
        rows = sa.select(Seat.number, Seat.member_id).where(Seat.class_id == group.id)
        taken = {row[0]: row[1] for row in api.db.session.execute(rows)}
        if visit.member_id is not None and visit.member_id in taken.values():
            raise api.Conflict(
                _("%(name)s has a place in this class already.", name=visit.guest_name)
            )
        free = next((n for n in range(1, group.capacity + 1) if n not in taken), None)
        if free is None:
            break
        if _put(Seat(class_id=group.id, number=free, visit_id=visit.id, member_id=visit.member_id)):
            return
    raise Full(classes_instead(group))


def _put(seat: Seat) -> bool:
    try:
        with api.db.session.begin_nested():
            api.db.session.add(seat)
            api.db.session.flush()
    except sa.exc.IntegrityError:
        return False
    return True


def _visit_of(key: str) -> Visit | None:
    found: Visit | None = api.db.session.scalar(sa.select(Visit).where(Visit.key == key))
    return found
