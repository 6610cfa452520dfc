"""The bill of a visit: opened by one tap, once, with services, technicians and her card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.api import Item, Visit, extensions_of, lock_visit
from plugins.cashier.api import Bill, Offer, add_line, member_offers, open_bill
from plugins.checkout.models import VisitBill
from plugins.salon.api import Service, Variant, price_of, services_on_sale

#: A bill is opened for visits in these.
BILLABLE = ("confirmed", "arrived", "in_service", "done")
#: In these the lines of a bill may still be changed.
OPEN = ("open", "held")


def bill_of(visit_id: int) -> Bill | None:
    """Return the bill of a visit, if it has one."""
    rows = sa.select(Bill).join(VisitBill, VisitBill.bill_id == Bill.id)
    found: Bill | None = api.db.session.scalar(rows.where(VisitBill.visit_id == visit_id))
    return found


def visit_of(bill_id: int) -> Visit | None:
    """Return the visit that a bill is for, if it is for one."""
    found: Visit | None = api.db.session.scalar(_VISIT, {"bill_id": bill_id})
    return found


_VISIT = (
    sa.select(Visit)
    .join(VisitBill, VisitBill.visit_id == Visit.id)
    .where(VisitBill.bill_id == sa.bindparam("bill_id"))
)


def link_of(visit_id: int) -> VisitBill:
    """Return the row that ties a visit to its bill, made unless it is there; in a unit."""
    link = api.db.session.get(VisitBill, visit_id)
    if link is None:
        link = VisitBill(visit_id=visit_id, way="shop")
        api.db.session.add(link)
        api.db.session.flush()
    return link


@api.unit
def bill_visit(visit_id: int) -> Bill:
    """Open the bill of a visit, or return the one that it has; a visit never gets two.

    Services whose price is open are left out: it is entered at the till.
    """
    visit = lock_visit(visit_id)
    link = link_of(visit_id)
    if link.bill_id is not None:
        return api.db.session.get_one(Bill, link.bill_id)
    if visit.status not in BILLABLE:
        raise api.Conflict(_("A bill is opened once the guest has come."))
    bill = open_bill(
        visit.store_id,
        key=_key(visit_id),
        member_id=visit.member_id,
        label="" if visit.member_id else visit.guest_name,
        note=visit.note,
    )
    link.bill_id = bill.id
    api.db.session.flush()
    offers = _sessions(visit) if link.way == "card" else []
    for item in visit.items:
        _put_item(bill, item, offers)
    for minutes in extensions_of(visit_id):
        put_extension(bill, visit, minutes)
    return bill


def _key(visit_id: int) -> str:
    """Return a key for the next bill of a visit: one that was made void keeps its own."""
    used = sa.select(sa.func.count(Bill.id)).where(Bill.key.startswith(f"visit:{visit_id}:"))
    return f"visit:{visit_id}:{(api.db.session.scalar(used) or 0) + 1}"


def _sessions(visit: Visit) -> list[Offer]:
    if visit.member_id is None:
        return []
    offers = member_offers(visit.member_id, visit.store_id)
    return [offer for offer in offers if offer.kind == "session"]


def _put_item(bill: Bill, item: Item, offers: Sequence[Offer]) -> None:
    if item.variant_id is None:
        return
    who: dict[str, Any] = {"staff_id": item.staff_id, "named": item.requested}
    offer = next((one for one in offers if is_for(one, item.variant_id)), None)
    if offer is not None and _put_session(bill, offer, item, who):
        return
    if _has_price(item.variant_id):
        add_line(bill.id, "service", {"variant_id": item.variant_id}, **who)


def _put_session(bill: Bill, offer: Offer, item: Item, who: dict[str, Any]) -> bool:
    """Put a session of her card on a bill; one that is not there any more is no reason to stop."""
    try:
        with api.db.session.begin_nested():
            add_line(bill.id, offer.kind, {**offer.facts, "variant_id": item.variant_id}, **who)
    except api.Refused:
        return False
    return True


def is_for(offer: Offer, variant_id: int) -> bool:
    """Tell whether a session is of this service, in whatever variant the offer names."""
    named = api.db.session.get(Variant, offer.facts.get("variant_id") or 0)
    wanted = api.db.session.get_one(Variant, variant_id)
    return named is not None and named.service_id == wanted.service_id


def _has_price(variant_id: int) -> bool:
    variant = api.db.session.get_one(Variant, variant_id)
    service = api.db.session.get_one(Service, variant.service_id)
    return service.on_sale and price_of(service, variant).fen is not None


def put_extension(bill: Bill, visit: Visit, minutes: int) -> bool:
    """Put the add-on that lasts so many minutes on a bill, in a unit; False without one."""
    items = [item for item in visit.items if item.variant_id is not None]
    last = items[-1] if items else None
    variant = _add_on(visit.store_id, items, minutes)
    if last is None or variant is None:
        return False
    facts = {"variant_id": variant.id}
    add_line(bill.id, "service", facts, staff_id=last.staff_id, named=last.requested)
    return True


def _add_on(store_id: int, items: Sequence[Item], minutes: int) -> Variant | None:
    """Return the add-on of one of the services that lasts so long, with a price of its own."""
    sold = {service.id for service in services_on_sale(store_id)}
    for item in items:
        variant = api.db.session.get_one(Variant, item.variant_id)
        service = api.db.session.get_one(Service, variant.service_id)
        for extra in service.add_ons:
            length = sum(segment.minutes for segment in extra.segments)
            for one in extra.variants if extra.id in sold else ():
                if length + one.extra_minutes == minutes and one.price_fen is not None:
                    return one
    return None


def unlink_bill(bill_id: int, states: Sequence[str]) -> None:
    """Free the visit of a bill that is in one of *states*, in the running unit."""
    link = api.db.session.scalar(sa.select(VisitBill).where(VisitBill.bill_id == bill_id))
    if link is not None and api.db.session.get_one(Bill, bill_id).state in states:
        link.bill_id = None
        api.db.session.flush()


@api.unit
def open_deposit_bill(visit_id: int, *, key: str) -> Bill:
    """Open a bill that takes the deposit of a visit at the desk; the same *key* opens one."""
    visit = lock_visit(visit_id)
    bill = open_bill(visit.store_id, key=key, member_id=visit.member_id)
    if bill.version == 1 and not bill.list_fen:
        add_line(bill.id, "deposit", {"visit_id": visit_id})
    return bill
