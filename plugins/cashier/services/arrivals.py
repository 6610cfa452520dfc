"""One scan at arrival is her consent for that visit: making it, finding it, ending it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.hookspecs import cashier_member_arriving
from plugins.cashier.models import Arrival, Bill, Line, Settlement
from plugins.cashier.services.numbers import today_of
from plugins.ledger.api import Journal
from plugins.membership.api import code_used_at, receive_member, use_code, use_shown, voided_since

#: One scan is her consent for one visit; what she owes is not taken by it on another day.
SCAN_STANDS = dt.timedelta(hours=12)
#: Orders that belong to a visit; what is paid ahead for later ones leaves it open.
SERVED = ("service", "product")


@api.unit
def arrive(
    store_id: int,
    code: str = "",
    *,
    key: str,
    ticket: str = "",
    member_id: int | None = None,
    about: str = "",
) -> Arrival:
    """Note that a member came and showed her code, or the *ticket* for it; the code is used up.

    It stands for the next settlement of hers in that store on this business day. The same *key*
    answers the same arrival. With *member_id* the code of anybody else is refused; *about* names
    the visit that she came for.
    """
    api.lock("cashier.arrivals", store_id)
    today = today_of(store_id)
    known = api.db.session.scalar(sa.select(Arrival).where(Arrival.key == key))
    if known is not None:
        return known
    if not key:
        raise ValueError("an arrival needs a key")
    purpose = f"arrival:{store_id}"
    number = use_shown(ticket, purpose) if ticket else use_code(code, purpose)
    if member_id not in (None, number):
        raise api.Refused(_("This code is another member's."))
    receive_member(number, store_id)
    _end(_open_of(number, store_id), "again")
    who = api.actor()
    arrival = Arrival(member_id=number, store_id=store_id, business_on=today, key=key)
    # The moment of the used code: the tie-out finds it by that.
    arrival.at = code_used_at(number, purpose) or api.now()
    arrival.until_at = arrival.at + SCAN_STANDS
    arrival.by_user, arrival.about = who.user_id, about[:40]
    arrival.device = f"till:{who.till_id}" if who.till_id else None
    api.db.session.add(arrival)
    api.db.session.flush()
    api.answers(cashier_member_arriving, arrival_id=arrival.id)
    title, note = _("Scanned a member's code on arrival"), arrival.member.name
    api.record_audit("cashier.arrived", arrival, note=note, store_id=store_id, title=title)
    return arrival


@api.unit
def bind_arrival(arrival_id: int, about: str) -> None:
    """Say for which visit a member came, such as "visit:12"."""
    api.db.session.get_one(Arrival, arrival_id).about = about


def find_arrival(member_id: int, store_id: int, *, locked: bool = False) -> Arrival | None:
    """Return the scan of a member's code that stands in a store now; None without one."""
    wanted = _STANDING.with_for_update() if locked else _STANDING
    asked = {"member_id": member_id, "store_id": store_id, "day": today_of(store_id)}
    found = api.db.session.scalar(wanted, {**asked, "now": api.now()})
    if found is None or voided_since(member_id, found.at):
        return None
    return found


_STANDING = (
    sa.select(Arrival)
    .where(
        Arrival.member_id == sa.bindparam("member_id"),
        Arrival.store_id == sa.bindparam("store_id"),
        Arrival.business_on == sa.bindparam("day"),
        Arrival.ended_at.is_(None),
        Arrival.until_at > sa.bindparam("now", type_=Arrival.until_at.type),
    )
    .order_by(Arrival.id.desc())
    .limit(1)
    .execution_options(populate_existing=True)
)


def arrival_for(bill: Bill, *, locked: bool = False) -> Arrival | None:
    """Return the scan at arrival by which the member of an open bill of today agrees to it."""
    number = bill.member_id
    if number is None or bill.state != "open" or bill.late:
        return None
    if locked:
        found = find_arrival(number, bill.store_id, locked=True)
    else:
        name = ("cashier.arrival", number, bill.store_id)
        found = api.read_once(name, lambda: find_arrival(number, bill.store_id))
    return found if found is not None and found.business_on == bill.business_on else None


def settle_arrival(
    bill: Bill, settlement: Settlement, lines: Sequence[Line], served: Arrival | None
) -> None:
    """End the visit that a settlement pays for; *served* is the scan that it rests on."""
    if served is not None:
        served.settlement_id = settlement.id
        _end([served], "settled")
    elif bill.member_id is not None and any(line.order_kind in SERVED for line in lines):
        _end(_open_of(bill.member_id, bill.store_id), "settled")


@api.unit
def end_arrival(arrival_id: int, ended_as: str) -> Arrival:
    """Let a scan stand no longer; one that has ended stays as it ended."""
    wanted = sa.select(Arrival).where(Arrival.id == arrival_id).with_for_update()
    arrival = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if arrival is None:
        raise api.NotFound(_("There is no such record."))
    if arrival.ended_at is None:
        _end([arrival], ended_as)
    return arrival


@api.unit
def end_arrivals_about(about: str, ended_as: str) -> None:
    """Let the scans for a visit stand no longer."""
    wanted = sa.select(Arrival).where(Arrival.about == about, Arrival.ended_at.is_(None))
    _end(api.db.session.scalars(wanted.with_for_update()).all(), ended_as)


def _open_of(member_id: int, store_id: int) -> Sequence[Arrival]:
    wanted = sa.select(Arrival).where(
        Arrival.member_id == member_id, Arrival.store_id == store_id, Arrival.ended_at.is_(None)
    )
    return api.db.session.scalars(wanted.order_by(Arrival.id).with_for_update()).all()


def _end(arrivals: Iterable[Arrival], ended_as: str) -> None:
    for one in arrivals:
        one.ended_at, one.ended_as = api.now(), ended_as


def arrivals_about(abouts: Sequence[str]) -> dict[str, Arrival]:
    """Return the latest scan for each of some visits that stands or served, by visit."""
    wanted = sa.select(Arrival).where(
        Arrival.about.in_(abouts),
        sa.or_(Arrival.ended_as.is_(None), Arrival.ended_as == "settled"),
    )
    found = api.db.session.scalars(wanted.order_by(Arrival.id))
    return {one.about: one for one in found}


def arrivals_of_day(store_id: int) -> list[Arrival]:
    """Return today's scans on arrival in a store, the latest first."""
    wanted = sa.select(Arrival).where(
        Arrival.store_id == store_id, Arrival.business_on == today_of(store_id)
    )
    wanted = wanted.options(sa.orm.joinedload(Arrival.member))
    return list(api.db.session.scalars(wanted.order_by(Arrival.id.desc()).limit(200)))


def standing_of(member_id: int) -> list[Arrival]:
    """Return the scans of a member that stand now, in whatever store."""
    stores = sa.select(Arrival.store_id).where(
        Arrival.member_id == member_id,
        Arrival.ended_at.is_(None),
        Arrival.until_at > api.now(),
    )
    numbers = sorted(set(api.db.session.scalars(stores)))
    found = (find_arrival(member_id, number) for number in numbers)
    return [one for one in found if one is not None]


def served_by(bill_id: int) -> list[tuple[Arrival, int]]:
    """Return the scans on which standing settlements of a bill rest, and their numbers."""
    rows = (
        sa.select(Arrival, Settlement.number)
        .join(Settlement, Settlement.id == Arrival.settlement_id)
        .where(Settlement.bill_id == bill_id)
        .order_by(Arrival.id)
    )
    return [(arrival, number) for arrival, number in api.db.session.execute(rows)]


def arrival_behind(bill: Bill | None, journal_id: int | None) -> Arrival | None:
    """Return the scan at arrival on which a journal of a bill rests; None where none does."""
    journal = api.db.session.get(Journal, journal_id) if bill and journal_id else None
    if bill is None or journal is None or journal.agreed_by != "code":
        return None
    heads = ((one, f"bill:{bill.key}:{number}:") for one, number in served_by(bill.id))
    return next((one for one, head in heads if journal.idem_key.startswith(head)), None)


def tell_arrival(arrival: Arrival) -> dict[str, Any]:
    """Return a scan as evidence keeps it: when, who scanned, and at which terminal."""
    user = api.db.session.get(api.User, arrival.by_user) if arrival.by_user else None
    return {
        "number": arrival.id,
        "at": arrival.at.isoformat(),
        "store_id": arrival.store_id,
        "by": user.name if user else "",
        "device": arrival.device or "",
    }


def note_of(arrival: Arrival | None) -> str:
    """Return what the journals say of the scan that they rest on."""
    if arrival is None:
        return ""
    return api.gettext(
        "Member code scanned on arrival at %(time)s (no. %(number)s)",
        time=arrival_clock(arrival),
        number=arrival.id,
    )


def arrival_clock(arrival: Arrival | None) -> str:
    """Write when a code was scanned, by the clock of the store; nothing without one."""
    if arrival is None:
        return ""
    store = api.db.session.get_one(api.Store, arrival.store_id)
    return f"{arrival.at.astimezone(ZoneInfo(store.time_zone)):%H:%M}"
