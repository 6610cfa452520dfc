"""What other pages show of the bills of visits: the till, the day close, the page of a visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from console.api import _
from plugins.booking.api import LABELS, Visit, services_of, span_of, staff_of, with_items
from plugins.cashier.api import (
    OPEN_BILLS,
    Bill,
    Guest,
    LooseEnd,
    arrival_clock,
    arrivals_about,
    today_of,
)
from plugins.checkout.models import STATES, Deposit, VisitBill
from plugins.checkout.permissions import RETURN_DEPOSITS
from plugins.checkout.services.arriving import name_of
from plugins.checkout.services.billing import BILLABLE, bill_of, visit_of
from plugins.checkout.services.deposits import deposit_of, held_fen
from plugins.checkout.services.lines import terms_of

VISITS, DEPOSITS = "/console/checkout/visits/", "/console/checkout/deposits/"
ARRIVALS = "/console/cashier/arrivals/"
UNFINISHED = ("pending", "confirmed", "arrived", "in_service")
MOST = 30
BILL_STATES: Any = Bill.__table__.c.state.info["choices"]


@api.hookimpl
def cashier_guests(store_id: int) -> Iterator[Guest]:
    """Offer today's visits that have no bill yet, those who are done first."""
    billed = sa.select(VisitBill.visit_id).where(VisitBill.bill_id.is_not(None))
    rows = sa.select(Visit).where(
        Visit.store_id == store_id,
        Visit.day_on == today_of(store_id),
        Visit.status.in_(BILLABLE),
        Visit.id.not_in(billed),
    )
    rank = {status: place for place, status in enumerate(("in_service", "done", "arrived"))}
    found = with_items(rows.order_by(Visit.starts_at, Visit.id).limit(MOST))
    marks = _marks([visit.id for visit in found])
    for visit in sorted(found, key=lambda each: rank.get(each.status, len(rank))):
        told = (span_of(visit), services_of(visit), staff_of(visit), marks.get(visit.id))
        note = " · ".join(filter(None, told))
        yield Guest(visit.guest_name, note, f"{VISITS}{visit.id}/bill", LABELS[visit.status])


@api.hookimpl
def booking_visit_marks(visit_ids: Sequence[int]) -> Iterable[tuple[int, str]]:
    """Say on the board whose code was scanned on arrival, and when."""
    return list(_marks(visit_ids).items())


def _marks(visit_ids: Sequence[int]) -> dict[int, str]:
    found = arrivals_about([name_of(number) for number in visit_ids])
    return {
        number: api.gettext("Scanned on arrival %(time)s", time=arrival_clock(found[name]))
        for number in visit_ids
        if (name := name_of(number)) in found
    }


@api.hookimpl
def cashier_loose_ends(store_id: int, day_on: dt.date) -> Iterator[LooseEnd]:
    """Name the visits of a day that are not done."""
    rows = sa.select(Visit).where(
        Visit.store_id == store_id, Visit.day_on == day_on, Visit.status.in_(UNFINISHED)
    )
    for visit in with_items(rows.order_by(Visit.starts_at, Visit.id).limit(MOST)):
        words = f"{span_of(visit)} · {visit.guest_name} · {services_of(visit)}"
        yield LooseEnd(LABELS[visit.status], words, f"/console/booking/visits/{visit.id}/")


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Offer the bill of a visit, its deposit, and the visit of a bill."""
    if model is Visit:
        yield from _visit_actions(record_id)
    elif model is Bill and (visit := visit_of(record_id)) is not None:
        yield api.RecordAction(
            _("Show the booking"), f"/console/booking/visits/{visit.id}/", OPEN_BILLS, "GET"
        )
    elif model is Deposit:
        yield from _deposit_actions(api.db.session.get_one(Deposit, record_id))


def _visit_actions(visit_id: int) -> Iterator[api.RecordAction]:
    visit, bill = api.db.session.get_one(Visit, visit_id), bill_of(visit_id)
    if _awaits_scan(visit):
        asked = {"store": visit.store_id, "member": visit.member_id, "about": name_of(visit_id)}
        asked["next"] = f"/console/booking/visits/{visit_id}/"
        yield api.RecordAction(
            _("Scan on arrival"), f"{ARRIVALS}?{urlencode(asked)}", OPEN_BILLS, "GET"
        )
    if bill is not None:
        where = f"/console/cashier/till/{bill.id}"
        yield api.RecordAction(_("Show the bill"), where, OPEN_BILLS, "GET")
    elif visit.status in BILLABLE and visit.day_on <= today_of(visit.store_id):
        yield api.RecordAction(_("Open a bill"), f"{VISITS}{visit_id}/bill", OPEN_BILLS)
    deposit = deposit_of(visit_id)
    if deposit is not None and visit.status in ("pending", *BILLABLE):
        yield from _deposit_actions(deposit)


def _awaits_scan(visit: Visit) -> bool:
    """Tell whether the code of a visit's member may still be scanned for it."""
    today = visit.day_on == today_of(visit.store_id)
    if visit.member_id is None or not today or visit.status not in UNFINISHED:
        return False
    return name_of(visit.id) not in arrivals_about([name_of(visit.id)])


def _deposit_actions(deposit: Deposit) -> Iterator[api.RecordAction]:
    if deposit.state == "due" and deposit.visit_id is not None:
        where = f"{VISITS}{deposit.visit_id}/deposit"
        yield api.RecordAction(_("Take the deposit"), where, OPEN_BILLS)
    elif deposit.state in ("paid", "kept"):
        where = f"{DEPOSITS}{deposit.id}/return"
        yield api.RecordAction(_("Return the deposit"), where, RETURN_DEPOSITS, "GET")


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show bill and deposit on the page of a visit."""
    if model is not Visit:
        return
    bill, deposit = bill_of(record_id), deposit_of(record_id)
    if bill is None and deposit is None:
        return
    html = render_template(
        "checkout/_visit.html",
        bill=bill,
        deposit=deposit,
        held_fen=held_fen(deposit.id) if deposit else 0,
        bill_state=dict(BILL_STATES)[bill.state] if bill else "",
        deposit_state=dict(STATES)[deposit.state] if deposit else "",
        terms=terms_of(deposit) if deposit else (),
    )
    title = _("Bill and deposit")
    yield api.Panel(title, Markup(html), 20)  # noqa: S704 - a template escapes
