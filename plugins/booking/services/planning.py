"""From what a guest wants to the plans by which it can be done: who, where, how long."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.services.days import MINUTES, cells_for
from plugins.booking.services.slots import Key, Part, Plan, Role
from plugins.salon.api import (
    Equipment,
    Practice,
    Segment,
    SegmentDraft,
    Service,
    ServiceStore,
    Staff,
    StaffSkill,
    StaffStore,
    Variant,
    lay_out,
)

#: More ways to pair people of different pace are not looked at.
MOST_PLANS = 64
#: So many services and guests a visit has at the most.
MOST_WISHES = 12


@dataclass(frozen=True)
class Wish:
    """A service that a guest wants; without a variant it is decided when she is there.

    *guest* numbers the people of a party: what one wants follows one another, what several
    want begins together.
    """

    variant_id: int | None = None
    staff_id: int | None = None
    guest: int = 0
    #: How long the time is kept when no service is named.
    minutes: int = 60
    #: Whether the guest asked for this technician, or the shop chose her.
    asked: bool = True


@dataclass
class Offer:
    """A variant as it is planned."""

    service_id: int
    extra: int
    skill_id: int | None
    kinds: tuple[int, ...]
    cleanup: int
    offered: bool
    segments: list[SegmentDraft] = field(default_factory=list)


@dataclass
class Planned:
    """The plans of a visit, the store's zone, and how many guests each place takes."""

    zone: str
    cut_off: int
    plans: list[Plan]
    capacity: dict[int, int]


@dataclass
class People:
    """Who may do what in a store, and its rooms and devices by kind."""

    skilled: dict[int, set[int]] = field(default_factory=dict)
    said: dict[tuple[int, int], tuple[int | None, int | None]] = field(default_factory=dict)
    places: dict[int, dict[int, int]] = field(default_factory=dict)


def plan_visit(store_id: int, wishes: Sequence[Wish], *, force: bool = False) -> Planned:
    """Return the plans for what is wanted, with two queries; raises `Refused`.

    With *force* a requested technician need not have the skill.
    """
    if not wishes or len(wishes) > MOST_WISHES:
        raise api.Refused(_("Choose between one and %(most)s services.", most=MOST_WISHES))
    zone, cut_off, offers = _read_offers(store_id, wishes)
    people = _read_people(store_id, offers.values())
    paces = [_paces(wish, offers, people, force=force) for wish in wishes]
    capacity = {key: n for places in people.places.values() for key, n in places.items()}
    mixes = itertools.islice(itertools.product(*paces), MOST_PLANS)
    plans = [_plan(wishes, offers, people, mix) for mix in mixes]
    return Planned(zone, cut_off, plans, capacity)


def _read_offers(store_id: int, wishes: Sequence[Wish]) -> tuple[str, int, dict[int, Offer]]:
    wanted = {wish.variant_id for wish in wishes if wish.variant_id is not None}
    somewhere = sa.select(ServiceStore.service_id).where(ServiceStore.service_id == Service.id)
    here = somewhere.where(ServiceStore.store_id == store_id)
    rows = api.db.session.execute(
        sa.select(
            api.Store.time_zone,
            api.Store.cut_off_minutes,
            Variant.id,
            Variant.extra_minutes,
            Service.id,
            Service.skill_id,
            Service.room_kind_id,
            Service.device_kind_id,
            Service.cleanup_minutes,
            sa.and_(Service.on_sale, sa.or_(~somewhere.exists(), here.exists())),
            Segment.kind,
            Segment.minutes,
            Segment.skill_id,
        )
        .select_from(api.Store)
        .join(Variant, Variant.id.in_(wanted), isouter=True)
        .join(Service, Service.id == Variant.service_id, isouter=True)
        .join(Segment, Segment.service_id == Service.id, isouter=True)
        .where(api.Store.id == store_id)
        .order_by(Variant.id, Segment.place, Segment.id)
    ).all()
    if not rows:
        raise api.NotFound(_("There is no such store."))
    offers: dict[int, Offer] = {}
    for row in rows:
        _note_offer(offers, row)
    if wanted - offers.keys() or not all(offer.segments for offer in offers.values()):
        raise api.NotFound(_("There is no such service."))
    if not all(offer.offered for offer in offers.values()):
        raise api.Refused(_("This service is not offered in this store."))
    return rows[0][0], rows[0][1], offers


def _note_offer(offers: dict[int, Offer], row: Any) -> None:
    _zone, _cut, number, extra, service_id, skill, room, device, cleanup, offered, *part = row
    if number is None:
        return
    if number not in offers:
        kinds = tuple(kind for kind in (room, device) if kind is not None)
        offers[number] = Offer(service_id, extra, skill, kinds, cleanup, bool(offered))
    if part[0] is not None:
        offers[number].segments.append(SegmentDraft(*part))


def _read_people(store_id: int, offers: Any) -> People:
    services = {offer.service_id for offer in offers}
    skills = {offer.skill_id for offer in offers if offer.skill_id is not None}
    skills |= {s.skill_id for offer in offers for s in offer.segments if s.skill_id is not None}
    kinds = {kind for offer in offers for kind in offer.kinds}
    works = sa.and_(StaffStore.store_id == store_id, Staff.left_on.is_(None))
    nothing = sa.literal(0)
    parts: list[Any] = [
        sa.select(sa.literal("skill"), StaffSkill.staff_id, StaffSkill.skill_id, nothing, nothing)
        .join(Staff, Staff.id == StaffSkill.staff_id)
        .join(StaffStore, StaffStore.staff_id == Staff.id)
        .where(StaffSkill.skill_id.in_(skills), works),
        sa.select(
            sa.literal("practice"),
            Practice.staff_id,
            Practice.service_id,
            sa.cast(Practice.offered, sa.Integer),
            Practice.minutes,
        )
        .join(Staff, Staff.id == Practice.staff_id)
        .join(StaffStore, StaffStore.staff_id == Staff.id)
        .where(Practice.service_id.in_(services), works),
        sa.select(
            sa.literal("place"), Equipment.id, Equipment.kind_id, Equipment.capacity, nothing
        ).where(Equipment.store_id == store_id, Equipment.in_use, Equipment.kind_id.in_(kinds)),
    ]
    people = People()
    for what, one, other, third, fourth in api.db.session.execute(sa.union_all(*parts)):
        if what == "skill":
            people.skilled.setdefault(other, set()).add(one)
        elif what == "practice":
            people.said[one, other] = (third, fourth)
        else:
            people.places.setdefault(other, {})[one] = third
    return people


def _does(offer: Offer, people: People) -> set[int]:
    """Return who does a service: by skill, unless her file says otherwise."""
    able = set(people.skilled.get(offer.skill_id, ())) if offer.skill_id is not None else set()
    for (staff_id, service_id), (offered, _minutes) in people.said.items():
        if service_id == offer.service_id and offered is not None:
            (able.add if offered else able.discard)(staff_id)
    return able


#: Own working minutes, or None for the usual ones, with those who take so long.
Pace = tuple[int | None, tuple[Key, ...] | None]


def _paces(wish: Wish, offers: Mapping[int, Offer], people: People, *, force: bool) -> list[Pace]:
    asked = wish.staff_id
    if wish.variant_id is None:
        return [(None, None if asked is None else (("staff", asked),))]
    offer = offers[wish.variant_id]
    able = _does(offer, people)
    if asked is not None:
        if asked not in able and not force:
            raise api.Refused(_("This technician does not do this service."))
        able = {asked}
    groups: dict[int | None, list[Key]] = {}
    for staff_id in sorted(able):
        minutes = people.said.get((staff_id, offer.service_id), (None, None))[1]
        groups.setdefault(minutes, []).append(("staff", staff_id))
    return [(minutes, tuple(keys)) for minutes, keys in groups.items()] or [(None, ())]


def _plan(
    wishes: Sequence[Wish],
    offers: Mapping[int, Offer],
    people: People,
    mix: Sequence[Pace],
) -> Plan:
    roles: list[Role] = []
    rooms: dict[tuple[int, int], tuple[int, list[Part]]] = {}
    times: list[tuple[int, int]] = []
    ends: dict[int, int] = {}
    for number, (wish, (minutes, pool)) in enumerate(zip(wishes, mix, strict=True)):
        offset = ends.get(wish.guest, 0)
        if wish.variant_id is None:
            stay = wish.minutes
            roles.append(Role(number, ((offset, cells_for(stay)),), pool, leads=True))
        else:
            offer = offers[wish.variant_id]
            stay = _lay_roles(number, wish, offer, people, (minutes, pool), offset, roles, rooms)
        ends[wish.guest] = offset + cells_for(stay)
        times.append((offset * MINUTES, stay))
    for (_guest, kind), (number, parts) in rooms.items():
        pool = tuple(("place", key) for key in sorted(people.places.get(kind, ())))
        roles.append(Role(number, tuple(_joined(parts)), pool))
    return Plan(tuple(roles), max(ends.values()), tuple(times))


def _lay_roles(
    number: int,
    wish: Wish,
    offer: Offer,
    people: People,
    pace: Pace,
    offset: int,
    roles: list[Role],
    rooms: dict[tuple[int, int], tuple[int, list[Part]]],
) -> int:
    """Add the roles of one service, and return for how many minutes the guest stays."""
    stretches = lay_out(
        offer.segments,
        extra_minutes=offer.extra,
        own_minutes=pace[0],
        cleanup_minutes=offer.cleanup,
    )
    stay = sum(each.minutes for each in stretches if each.kind != "cleanup")
    worked: dict[int | None, list[Part]] = {}
    for each in stretches:
        if each.kind == "work" or (each.kind == "cleanup" and not offer.kinds):
            worked.setdefault(each.skill_id, []).append(_part(offset, each.offset, each.minutes))
    for skill_id, parts in sorted(worked.items(), key=lambda one: one[0] or 0):
        pool = pace[1]
        if skill_id is not None:
            pool = tuple(("staff", key) for key in sorted(people.skilled.get(skill_id, ())))
        roles.append(Role(number, tuple(_joined(parts)), pool, leads=skill_id is None))
    whole = _part(offset, 0, stretches[-1].offset + stretches[-1].minutes)
    for kind in offer.kinds:
        rooms.setdefault((wish.guest, kind), (number, []))[1].append(whole)
    return stay


def _part(offset: int, begins: int, minutes: int) -> Part:
    first = begins // MINUTES
    return offset + first, cells_for(begins + minutes) - first


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield the parts in order, those that touch or overlap as one."""
    first, last = None, 0
    for begins, length in sorted(parts):
        if first is not None and begins <= last:
            last = max(last, begins + length)
            continue
        if first is not None:
            yield first, last - first
        first, last = begins, begins + length
    if first is not None:
        yield first, last - first
