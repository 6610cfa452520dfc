"""What the demo shows of bookings at the till: bills of today's visits, and deposits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.api import Visit, turn_visit
from plugins.cashier.api import OPEN_BILLS, Tender, arrive, preview, settle
from plugins.checkout.models import Deposit, Rule
from plugins.checkout.permissions import SEE_DEPOSITS
from plugins.checkout.services.arriving import name_of
from plugins.checkout.services.billing import bill_visit, open_deposit_bill
from plugins.checkout.services.deposits import ask_deposit, held_fen, keep_deposit
from plugins.membership.api import at_unused_minute, show_code
from plugins.salon.api import Service, Variant

#: So many of today's visits that are done have their bill, in each store.
BILLED = 3
DEAREST, PERCENT, FIXED_FEN = 4, 20, 5_000


def load() -> None:
    """Make rules, deposits in each state, and bills of today's visits."""
    everywhere = _load_rules()
    for store in api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all():
        _load_deposits(store)
        _load_bills(store)
    _retire(everywhere)


@api.unit
def _load_rules() -> int:
    """Ask a part of the price of the dearest services, and for now something of everybody."""
    dearest = (
        sa.select(Service.id)
        .join(Variant, Variant.service_id == Service.id)
        .where(Service.on_sale, Service.extra.is_(False))
        .group_by(Service.id)
        .order_by(sa.func.max(Variant.price_fen).desc(), Service.id)
        .limit(DEAREST)
    )
    for number in api.db.session.scalars(dearest).all():
        api.db.session.add(Rule(service_id=number, how="percent", percent=PERCENT))
    everywhere = Rule(how="fixed", amount_fen=FIXED_FEN)
    api.db.session.add(everywhere)
    api.db.session.flush()
    return everywhere.id


@api.unit
def _retire(rule_id: int) -> None:
    api.db.session.get_one(Rule, rule_id).in_use = False


def _visits(store: api.Store, day: dt.date, *statuses: str) -> Sequence[Visit]:
    rows = sa.select(Visit).where(
        Visit.store_id == store.id,
        Visit.day_on == day,
        Visit.status.in_(statuses),
        Visit.member_id.is_not(None),
    )
    return api.db.session.scalars(rows.order_by(Visit.starts_at, Visit.id)).all()


def _load_deposits(store: api.Store) -> None:
    today = api.today(store.time_zone)
    coming = _visits(store, today + dt.timedelta(days=1), "confirmed")
    for place, visit in enumerate(coming[:3]):
        ask_deposit(visit)
        if place:
            _pay(visit, api.now())
        if place == 2:
            turn_visit(visit.id, "cancel", reason=api.gettext("She has an appointment elsewhere"))
    for visit in _visits(store, today - dt.timedelta(days=1), "no_show")[:1]:
        _keep(visit)


@api.unit
def _pay(visit: Visit, at: dt.datetime) -> Deposit | None:
    """Take a deposit at the desk."""
    with api.at_moment(at):
        deposit = ask_deposit(visit)
        if deposit is not None:
            bill = open_deposit_bill(visit.id, key=f"demo:deposit:{visit.id}")
            settle(bill.id, [Tender("wechat", bill.due_fen)], key=f"{bill.key}:settled")
    return deposit


@api.unit
def _keep(visit: Visit) -> None:
    deposit = _pay(visit, visit.starts_at - dt.timedelta(hours=20))
    if deposit is not None:
        with api.at_moment(visit.starts_at + dt.timedelta(minutes=20)):
            keep_deposit(deposit.id, api.gettext("Nobody came"))


def _load_bills(store: api.Store) -> None:
    today = api.today(store.time_zone)
    for place, visit in enumerate(_visits(store, today, "done")[:BILLED]):
        _bill(visit, with_deposit=place == 0)
    _scan_first(store, today)
    for visit in _visits(store, today, "in_service")[:1]:
        with api.at_moment(visit.starts_at):
            bill_visit(visit.id)


@api.unit
def _scan_first(store: api.Store, today: dt.date) -> None:
    """Let the code of one of today's guests be scanned when she comes, early where none is here."""
    here = [*_visits(store, today, "in_service", "arrived"), *_visits(store, today, "confirmed")]
    for visit in here[:1]:
        at = min(visit.arrived_at or api.now(), api.now())
        member_id = visit.member_id or 0
        with (
            api.at_moment(at),
            at_unused_minute(member_id),
            api.demo_person(store.id, OPEN_BILLS),
        ):
            code, about = show_code(member_id), name_of(visit.id)
            arrive(store.id, code, key=f"demo:arrival:{visit.id}", about=about)


@api.unit
def _bill(visit: Visit, *, with_deposit: bool) -> None:
    deposit = _pay(visit, visit.starts_at) if with_deposit else None
    with api.at_moment(visit.done_at or visit.ends_at):
        bill = bill_visit(visit.id)
        due = preview(bill.id).due_fen
        ahead = min(held_fen(deposit.id), due) if deposit is not None else 0
        tenders = [Tender("deposit", ahead)] if ahead else []
        if due > ahead:
            tenders.append(Tender("wechat", due - ahead))
        if bill.list_fen:
            settle(bill.id, tenders, key=f"{bill.key}:settled")


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "deposits",
            _("See what became of booking deposits"),
            "/console/checkout/deposits/",
            SEE_DEPOSITS,
        ),
    ),
)
