"""What bookings have to know of stores and services, remembered until somebody changes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.services.days import cell_at, first_cell, open_mask
from plugins.salon.api import (
    Equipment,
    LevelPrice,
    OpeningHours,
    Practice,
    Segment,
    SegmentDraft,
    Service,
    ServiceStore,
    Staff,
    StaffSkill,
    StaffStore,
    Variant,
    opening_hours,
)


@dataclass
class Offer:
    """A variant as it is planned."""

    service_id: int
    title: str
    extra: int
    skill_id: int | None
    kinds: tuple[int, ...]
    cleanup: int
    on_sale: bool
    segments: list[SegmentDraft] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """What a person's file says of a service, where it differs from her skills and level."""

    offered: bool | None = None
    minutes: int | None = None
    level_id: int | None = None


@dataclass
class StoreFacts:
    """A store as bookings see it: its zone and hours, who can do what, its rooms and devices."""

    hours: OpeningHours
    zone: str = ""
    cut_off: int = 0
    #: Who has a skill, the technicians' levels, and rooms and devices by kind with their capacity.
    skilled: dict[int, set[int]] = field(default_factory=dict)
    levels: dict[int, int | None] = field(default_factory=dict)
    places: dict[int, dict[int, int]] = field(default_factory=dict)
    said: dict[tuple[int, int], Said] = field(default_factory=dict)
    #: Services that only other stores offer.
    elsewhere: set[int] = field(default_factory=set)
    #: Plans that were made from these facts.
    plans: dict[Any, Any] = field(default_factory=dict)

    def opened(self, day: dt.date) -> int:
        """Return the bits of a day in which the store is open."""
        return open_mask(day, self.zone, tuple(self.hours.on(day)))

    def does(self, offer: Offer) -> set[int]:
        """Return who does a service: by skill, unless her file says otherwise."""
        able = set(self.skilled.get(offer.skill_id, ())) if offer.skill_id is not None else set()
        for (staff_id, service_id), said in self.said.items():
            if service_id == offer.service_id and said.offered is not None:
                (able.add if said.offered else able.discard)(staff_id)
        return able

    def day_of(self, moment: dt.datetime) -> dt.date:
        """Return the day in whose opening a moment lies; past midnight it is the last one."""
        local = moment.astimezone(ZoneInfo(self.zone)).date()
        before = local - dt.timedelta(days=1)
        bit = cell_at(moment) - first_cell(before, self.zone)
        return before if bit >= 0 and self.opened(before) >> bit & 1 else local


def facts_of(store_id: int) -> StoreFacts:
    """Return what bookings have to know of a store; raises `NotFound`."""
    return api.remember(f"booking.store:{store_id}", partial(_read_facts, store_id))


def offer_of(variant_id: int) -> Offer:
    """Return a variant as it is planned; raises `NotFound`."""
    offer = api.remember("booking.offers", _read_offers).get(variant_id)
    if offer is None or not offer.segments:
        raise api.NotFound(_("There is no such service."))
    return offer


def is_known(variant_id: int) -> bool:
    """Tell whether there is such a variant."""
    return variant_id in api.remember("booking.offers", _read_offers)


def price_at(facts: StoreFacts, variant_id: int, staff_id: int | None) -> int | None:
    """Return what a variant costs when this person does it; None while it is agreed."""
    usual, by_level = api.remember("booking.prices", _read_prices)[variant_id]
    if staff_id is None:
        return usual
    said = facts.said.get((staff_id, offer_of(variant_id).service_id), Said())
    level = said.level_id or facts.levels.get(staff_id)
    return by_level.get(level, usual) if level is not None else usual


def _read_offers() -> dict[int, Offer]:
    rows = api.db.session.execute(
        sa.select(
            Variant.id,
            Service.id,
            Service.name,
            Variant.name,
            Variant.extra_minutes,
            Service.skill_id,
            Service.room_kind_id,
            Service.device_kind_id,
            Service.cleanup_minutes,
            Service.on_sale,
            Segment.kind,
            Segment.minutes,
            Segment.skill_id,
        )
        .join(Service, Service.id == Variant.service_id)
        .join(Segment, Segment.service_id == Service.id, isouter=True)
        .order_by(Variant.id, Segment.place, Segment.id)
    )
    found: dict[int, Offer] = {}
    for number, service_id, service, variant, extra, skill, room, device, *rest in rows:
        cleanup, on_sale, kind, minutes, helper = rest
        if number not in found:
            kinds = tuple(each for each in (room, device) if each is not None)
            title = f"{service} {variant}".strip()
            found[number] = Offer(service_id, title, extra, skill, kinds, cleanup, on_sale)
        if kind is not None:
            found[number].segments.append(SegmentDraft(kind, minutes, helper))
    return found


def _read_prices() -> dict[int, tuple[int | None, dict[int, int]]]:
    rows = api.db.session.execute(
        sa.select(Variant.id, Variant.price_fen, LevelPrice.level_id, LevelPrice.price_fen).join(
            LevelPrice, LevelPrice.variant_id == Variant.id, isouter=True
        )
    )
    found: dict[int, tuple[int | None, dict[int, int]]] = {}
    for variant_id, usual, level_id, fen in rows:
        by_level = found.setdefault(variant_id, (usual, {}))[1]
        if level_id is not None:
            by_level[level_id] = fen
    return found


def _read_facts(store_id: int) -> StoreFacts:
    facts = StoreFacts(opening_hours(store_id))
    for what, *row in api.db.session.execute(sa.union_all(*_parts(store_id))):
        _note(facts, what, row)
    if not facts.zone:
        raise api.NotFound(_("There is no such store."))
    return facts


def _note(facts: StoreFacts, what: str, row: Sequence[Any]) -> None:
    text, one, other, third, fourth = row
    if what == "store":
        facts.zone, facts.cut_off = text, one
    elif what == "staff":
        facts.levels[one] = other
    elif what == "skill":
        facts.skilled.setdefault(other, set()).add(one)
    elif what == "practice":
        offered = None if text is None else text == "yes"
        facts.said[one, other] = Said(offered, third, fourth)
    elif what == "place":
        facts.places.setdefault(other, {})[one] = third
    else:
        facts.elsewhere.add(one)


def _parts(store_id: int) -> Iterator[Any]:
    """Yield what is read of a store, each row with its kind, a text and four numbers."""
    none, no_text = sa.null().cast(sa.BigInteger), sa.null().cast(sa.String)
    works = sa.and_(StaffStore.store_id == store_id, Staff.left_on.is_(None))
    here = sa.func.max(sa.case((ServiceStore.store_id == store_id, 1), else_=0))
    yield sa.select(
        sa.literal("store"), api.Store.time_zone, api.Store.cut_off_minutes, none, none, none
    ).where(api.Store.id == store_id)
    yield (
        sa.select(sa.literal("staff"), no_text, Staff.id, Staff.level_id, none, none)
        .join(StaffStore, StaffStore.staff_id == Staff.id)
        .where(works)
    )
    yield (
        sa.select(sa.literal("skill"), no_text, Staff.id, StaffSkill.skill_id, none, none)
        .join(StaffStore, StaffStore.staff_id == Staff.id)
        .join(StaffSkill, StaffSkill.staff_id == Staff.id)
        .where(works)
    )
    yield (
        sa.select(
            sa.literal("practice"),
            sa.case(
                (Practice.offered.is_(None), None), (Practice.offered.is_(True), "yes"), else_="no"
            ),
            Practice.staff_id,
            Practice.service_id,
            Practice.minutes,
            Practice.level_id,
        )
        .join(Staff, Staff.id == Practice.staff_id)
        .join(StaffStore, StaffStore.staff_id == Staff.id)
        .where(works)
    )
    yield sa.select(
        sa.literal("place"), no_text, Equipment.id, Equipment.kind_id, Equipment.capacity, none
    ).where(Equipment.store_id == store_id, Equipment.in_use)
    yield (
        sa.select(sa.literal("elsewhere"), no_text, ServiceStore.service_id, none, none, none)
        .group_by(ServiceStore.service_id)
        .having(here == 0)
    )
