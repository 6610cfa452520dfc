"""What is done on the board: a visit gets another time, technician, room or length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from console import api
from console.api import _
from plugins.booking.models import Visit
from plugins.booking.services.acts import act_known, lock_visit
from plugins.booking.services.booking import change_visit, wishes_of
from plugins.booking.services.claiming import Taken
from plugins.booking.services.days import MINUTES
from plugins.booking.services.extending import NextGuest, extend_visit, longest_extension
from plugins.booking.services.planning import Wish, plan_visit

#: While it is one of these, a visit can only last longer.
RUNNING = ("arrived", "in_service")
#: A service takes no longer than this.
LONGEST = 720


class TooShort(api.Refused):
    """A service was made shorter than it takes; whoever may force can."""

    forcible = True


@dataclass(frozen=True)
class Spot:
    """Where a visit is put: a moment, and whose column it left for which other one.

    *lengths* are the minutes of each of its services, in their order; none keeps them.
    """

    starts_at: dt.datetime
    kind: str = "staff"
    source: int | None = None
    target: int | None = None
    lengths: tuple[int, ...] = ()


def arrange(
    visit_id: int, spot: Spot, *, key: str, version: int | None = None, why: str = ""
) -> Visit:
    """Put a visit where it was dropped; the technicians that were not dropped elsewhere stay.

    With *why* it holds against roster, opening hours, skills and usual lengths, and the reason
    is recorded.
    Raises `Taken` with the nearest free times, `NextGuest` when it only lasts too long there, and
    `Conflict` when *version* is not the visit's.
    """
    try:
        return _arrange(visit_id, spot, key, version, why)
    except Taken as taken:
        visit = api.db.session.get_one(Visit, visit_id)
        if spot.starts_at != visit.starts_at or spot.target != spot.source or not spot.lengths:
            raise
        raise _too_long(visit, len(spot.lengths) - 1, spot.lengths[-1], taken) from None


@api.unit
def _arrange(visit_id: int, spot: Spot, key: str, version: int | None, why: str) -> Visit:
    visit = _lock(visit_id, key, version)
    if visit is None:
        return api.db.session.get_one(Visit, visit_id)
    wishes = [_put(wish, staff_id, spot) for wish, staff_id in _served(visit)]
    for item, minutes in enumerate(spot.lengths[: len(wishes)]):
        if minutes != visit.items[item].minutes:
            wishes[item] = _lasting(visit, wishes[item], minutes, why)
    return _change(visit, spot.starts_at, wishes, key, why)


def stretch(
    visit_id: int,
    item: int,
    minutes: int,
    *,
    key: str,
    version: int | None = None,
    why: str = "",
    room_id: int | None = None,
) -> Visit:
    """Let one service of a visit take so many minutes; what follows it moves.

    A running visit can only last longer, with *room_id* in another room from its end on. Less
    than the service takes needs *why*. Raises `NextGuest` when somebody else is due.
    """
    try:
        return _stretch(visit_id, item, minutes, key, version, why, room_id)
    except NextGuest:
        raise
    except Taken as taken:
        visit = api.db.session.get_one(Visit, visit_id)
        raise _too_long(visit, item, minutes, taken) from None


def _too_long(visit: Visit, item: int, minutes: int, taken: Taken) -> Taken:
    """Return what is to be said of a visit that cannot take so long: until when it can, if so."""
    last = item == len(visit.items) - 1
    more = minutes - visit.items[item].minutes if last else 0
    if more <= 0 or taken.forcible:
        return taken
    longest = longest_extension(visit, more)
    return NextGuest(visit, longest, alternatives=taken.alternatives) if longest < more else taken


@api.unit
def _stretch(
    visit_id: int,
    item: int,
    minutes: int,
    key: str,
    version: int | None,
    why: str,
    room_id: int | None,
) -> Visit:
    visit = _lock(visit_id, key, version)
    if visit is None:
        return api.db.session.get_one(Visit, visit_id)
    if not 0 <= item < len(visit.items):
        raise api.NotFound(_("There is no such service."))
    if visit.status in RUNNING:
        more = minutes - visit.items[item].minutes
        if more <= 0:
            raise api.Refused(_("A visit that runs can only last longer."))
        return extend_visit(visit_id, more, key=key, room_id=room_id)
    wishes = [replace(_same(wish), staff_id=staff_id) for wish, staff_id in _served(visit)]
    wishes[item] = _lasting(visit, wishes[item], minutes, why)
    return _change(visit, visit.starts_at, wishes, key, why)


def _lasting(visit: Visit, wish: Wish, minutes: int, why: str) -> Wish:
    """Return a wish that takes so long; less than the service takes needs a reason."""
    if not MINUTES <= minutes <= LONGEST:
        raise api.Refused(
            _("Choose between %(least)s and %(most)s minutes.", least=MINUTES, most=LONGEST)
        )
    usual = _usual_minutes(visit, wish)
    if usual is not None and minutes < usual and not why:
        raise TooShort(_("This service takes %(minutes)s minutes.", minutes=usual))
    length = minutes if minutes != usual else None
    return replace(wish, minutes=minutes, length=length if wish.variant_id else None)


def _lock(visit_id: int, key: str, version: int | None) -> Visit | None:
    """Lock a visit that nobody has changed since it was seen; None when it was done before."""
    visit = lock_visit(visit_id)
    if act_known(key, visit_id):
        return None
    if version is not None and visit.version != version:
        raise api.Conflict(_("Somebody changed this booking meanwhile. Look at it again."))
    return visit


def _served(visit: Visit) -> list[tuple[Wish, int | None]]:
    """Return each wish of a visit with who serves it now."""
    return list(zip(wishes_of(visit), [i.staff_id for i in visit.items], strict=True))


def _same(wish: Wish) -> Wish:
    """Return a wish that says whether the guest asked for the technician who now serves."""
    return replace(wish, asked=wish.staff_id is not None)


def _put(wish: Wish, staff_id: int | None, spot: Spot) -> Wish:
    kept = replace(_same(wish), staff_id=staff_id)
    if spot.kind == "place":
        return replace(kept, place_id=spot.target)
    if staff_id == spot.source and spot.target != spot.source:
        return replace(kept, staff_id=spot.target)
    return kept


def _usual_minutes(visit: Visit, wish: Wish) -> int | None:
    """Return how long a service usually takes whoever serves it; None without a service."""
    if wish.variant_id is None:
        return None
    alone = replace(wish, length=None, guest=0)
    return plan_visit(visit.store_id, [alone], force=True).plans[0].times[0][1]


def _change(
    visit: Visit, starts_at: dt.datetime, wishes: Sequence[Wish], key: str, why: str
) -> Visit:
    changed = change_visit(visit.id, starts_at, wishes, key=key, force=bool(why))
    if why:
        api.record_audit(
            "booking.force",
            changed,
            note=why.strip()[:200],
            title=_("Booked outside the rules: %(name)s", name=changed.guest_name),
        )
    return changed
