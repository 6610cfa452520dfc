"""From what a guest wants to the plans by which it can be done: who, where, how long."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_

from console import api
from console.api import _
from plugins.booking.services.days import MINUTES, cells_for
from plugins.booking.services.facts import Offer, Said, StoreFacts, facts_of, offer_of
from plugins.booking.services.slots import Key, Part, Plan, Role, Units
from plugins.salon.api import lay_out

#: More ways to pair people of different pace are not looked at.
MOST_PLANS = 64
#: So many services and guests a visit has at the most.
MOST_WISHES = 12
#: So many people come with one booking at the most.
MOST_GUESTS = 6
#: So many sets of plans are remembered of a store.
MOST_KEPT = 256


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
    #: How many minutes it takes where that was agreed; else as long as it usually does.
    length: int | None = None
    #: The room or device that was chosen for it; else any that is free.
    place_id: int | None = None


class Unskilled(api.Refused):
    """Who was asked for does not do it; a manager may book her all the same."""

    forcible = True


@dataclass
class Planned:
    """The plans of a visit, the store's zone, and how many guests each place takes."""

    zone: str
    cut_off: int
    plans: list[Plan]
    capacity: dict[int, int]
    #: A room is to be empty, however many guests it takes, as a class needs it.
    whole: bool = False

    @cached_property
    def pools(self) -> frozenset[Key] | None:
        """Return all who might serve; None if anybody on duty might."""
        pools = [role.pool for plan in self.plans for role in plan.roles]
        if not pools or None in pools:
            return None
        return frozenset(key for pool in pools for key in pool or ())


def shared(planned: Planned, units: Units) -> Units:
    """Return when a place is free: each of its units, or all of them where it is to be empty."""
    return (reduce(and_, units),) if planned.whole and units else units


def plan_visit(store_id: int, wishes: Sequence[Wish], *, force: bool = False) -> Planned:
    """Return the plans for what is wanted, from what is remembered; raises `Refused`.

    With *force* a requested technician need not have the skill.
    """
    if not wishes or len(wishes) > MOST_WISHES:
        raise api.Refused(_("Choose between one and %(most)s services.", most=MOST_WISHES))
    facts, wanted = facts_of(store_id), (*wishes, force)
    planned: Planned | None = facts.plans.get(wanted)
    if planned is None:
        planned = _plan_visit(facts, wishes, force=force)
        if len(facts.plans) >= MOST_KEPT:
            facts.plans.clear()
        facts.plans[wanted] = planned
    return planned


def _plan_visit(facts: StoreFacts, wishes: Sequence[Wish], *, force: bool) -> Planned:
    offers = {w.variant_id: offer_of(w.variant_id) for w in wishes if w.variant_id is not None}
    if any(not o.on_sale or o.service_id in facts.elsewhere for o in offers.values()):
        raise api.Refused(_("This service is not offered in this store."))
    paces = [_paces(wish, offers, facts, force=force) for wish in wishes]
    kinds = {kind for offer in offers.values() for kind in offer.kinds}
    capacity = {key: n for kind in kinds for key, n in facts.places.get(kind, {}).items()}
    mixes = itertools.islice(itertools.product(*paces), MOST_PLANS)
    plans = [_plan(wishes, offers, facts, mix) for mix in mixes]
    return Planned(facts.zone, facts.cut_off, plans, capacity)


#: Own working minutes, or None for the usual ones, with those who take so long.
Pace = tuple[int | None, tuple[Key, ...] | None]


def _paces(
    wish: Wish, offers: Mapping[int, Offer], facts: StoreFacts, *, force: bool
) -> list[Pace]:
    asked = wish.staff_id
    if wish.variant_id is None:
        return [(None, None if asked is None else (("staff", asked),))]
    offer = offers[wish.variant_id]
    able = facts.does(offer)
    if asked is not None:
        if asked not in able and not force:
            raise Unskilled(_("This technician does not do this service."))
        able = {asked}
    if wish.length is not None:
        return [(_own_minutes(offer, wish.length), tuple(("staff", each) for each in sorted(able)))]
    groups: dict[int | None, list[Key]] = {}
    for staff_id in sorted(able):
        minutes = facts.said.get((staff_id, offer.service_id), Said()).minutes
        groups.setdefault(minutes, []).append(("staff", staff_id))
    return [(minutes, tuple(keys)) for minutes, keys in groups.items()] or [(None, ())]


def _own_minutes(offer: Offer, length: int) -> int:
    """Return what of a length is the technician's own work: waits and helpers stay as they are."""
    others = (s for s in offer.segments if s.kind != "work" or s.skill_id is not None)
    return max(length - sum(each.minutes for each in others), MINUTES)


def _plan(
    wishes: Sequence[Wish],
    offers: Mapping[int, Offer],
    facts: StoreFacts,
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
            stay = _lay_roles(number, wish, offer, facts, (minutes, pool), offset, roles, rooms)
        ends[wish.guest] = offset + cells_for(stay)
        times.append((offset * MINUTES, stay))
    for (guest, kind), (number, parts) in rooms.items():
        there = set(facts.places.get(kind, ()))
        chosen = there & {wish.place_id for wish in wishes if wish.guest == guest}
        pool = tuple(("place", key) for key in sorted(chosen or there))
        roles.append(Role(number, tuple(_joined(parts)), pool))
    return Plan(tuple(roles), max(ends.values()), tuple(times))


def _lay_roles(
    number: int,
    wish: Wish,
    offer: Offer,
    facts: StoreFacts,
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
            pool = tuple(("staff", key) for key in sorted(facts.skilled.get(skill_id, ())))
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
