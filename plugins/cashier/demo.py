"""What the demo shows of the till: days of bills; two held, one open, one part-paid."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.closing_demo import TOUR as CLOSING_TOUR
from plugins.cashier.closing_demo import close_days
from plugins.cashier.demo_balances import pay_from_balances
from plugins.cashier.models import Bill, Line
from plugins.cashier.offers import Tender
from plugins.cashier.permissions import (
    ALLOW_OWING,
    CHANGE_PRICES,
    OPEN_BILLS,
    SEE_BILLS,
    SETTLE_BILLS,
    VOID_BILLS,
)
from plugins.cashier.services.billing import add_line, hold_bill, open_bill
from plugins.cashier.services.byhand import change_price
from plugins.cashier.services.paying import seed_payment_kinds
from plugins.cashier.services.performers import who_performs
from plugins.cashier.services.quoting import preview
from plugins.cashier.services.settling import settle
from plugins.cashier.services.voiding import void_bill
from plugins.ledger.api import lots_of, standings
from plugins.membership.api import KnownStore, Member, Recharge, at_unused_minute, show_code
from plugins.salon.api import Service, Variant, price_of

DAYS, A_DAY = 4, 3
#: So many who topped up are looked at for one with a single lot.
GUESTS = 30
TAGS = ("12", "07")
BOOKED = ("cash", "wechat", "wechat", "alipay", "bank_card")


@dataclass(frozen=True)
class Cast:
    """Who is served in a store, by whom, with what."""

    store: api.Store
    members: Sequence[int]
    staff: Sequence[int]
    variants: Sequence[int]


def load() -> None:
    """Make the bills of the last days and of today, by the services of the till."""
    seed_payment_kinds()
    pay_from_balances()
    _load()


@api.unit
def _load() -> None:
    draw = random.Random(20260402)  # noqa: S311 - nothing secret is drawn
    stores = api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all()
    cast = [_cast(store) for store in stores if not store.closed]
    cast = [one for one in cast if one.staff and one.variants and one.members]
    now = api.now()
    for ago in range(DAYS, 0, -1):
        for place, one in enumerate(cast):
            for number in range(A_DAY):
                at = now - dt.timedelta(days=ago) + dt.timedelta(minutes=7 * number + place)
                member_id = draw.choice(one.members) if draw.random() < 0.75 else None
                with (
                    api.at_moment(at),
                    at_unused_minute(member_id or 0),
                    api.demo_person(one.store.id, SETTLE_BILLS),
                ):
                    _serve(one, draw, member_id, f"demo:{one.store.id}:{ago}:{number}")
    for home, host in zip(cast, [*cast[1:], *cast[:1]], strict=True):
        at = now - dt.timedelta(days=2) + dt.timedelta(minutes=7 * A_DAY)
        with api.at_moment(at), api.demo_person(host.store.id, SETTLE_BILLS):
            _serve_guest_of(home, host)
    for one in cast:
        _today(one, draw)


def _serve_guest_of(home: Cast, host: Cast) -> None:
    """Let somebody pay in one store from the balance that another one sold her."""
    sold = sa.select(Recharge.member_id).where(
        Recharge.store_id == home.store.id, Recharge.undone_at.is_(None)
    )
    for member_id in api.db.session.scalars(sold.order_by(Recharge.id).limit(GUESTS)).all():
        lots = lots_of(member_id)
        if len(lots) != 1 or lots[0].used or host.store.id == home.store.id:
            continue  # who has used some of it stands for a refund to the fen
        variant = api.db.session.get_one(Variant, host.variants[0])
        service = api.db.session.get_one(Service, variant.service_id)
        if lots[0].purse or lots[0].paid_left < (price_of(service, variant).fen or 0):
            continue
        with at_unused_minute(member_id):
            _serve_from_balance(host, member_id, variant.id, f"demo:across:{home.store.id}")
        return


def _serve_from_balance(host: Cast, member_id: int, variant_id: int, key: str) -> None:
    bill = open_bill(host.store.id, key=key, member_id=member_id)
    add_line(bill.id, "service", {"variant_id": variant_id}, staff_id=host.staff[0])
    tenders = [Tender("balance", preview(bill.id).all_balance_fen)]
    settle(bill.id, tenders, key=f"{key}:settled", agreed_by="code", proof=show_code(member_id))


def _cast(store: api.Store) -> Cast:
    known = (
        sa.select(Member.id)
        .join(KnownStore, KnownStore.member_id == Member.id)
        .where(KnownStore.store_id == store.id, Member.status == "active")
        .order_by(Member.id.desc())
        .limit(40)
    )
    variants = (
        sa.select(Variant.id)
        .join(Service, Service.id == Variant.service_id)
        .where(Service.on_sale, Service.extra.is_(False), Service.pricing == "fixed")
        .where(sa.or_(~Service.stores.any(), Service.stores.any(api.Store.id == store.id)))
        .order_by(Variant.id)
        .limit(12)
    )
    return Cast(
        store,
        api.db.session.scalars(known).all(),
        [staff.id for staff in who_performs(store.id)],
        api.db.session.scalars(variants).all(),
    )


def _bill(cast: Cast, draw: random.Random, key: str, member_id: int | None) -> Bill:
    bill = open_bill(cast.store.id, key=key, member_id=member_id)
    for _each in range(draw.choice((1, 1, 2))):
        facts = {"variant_id": draw.choice(cast.variants)}
        add_line(
            bill.id,
            "service",
            facts,
            staff_id=draw.choice(cast.staff),
            named=draw.random() < 0.4,
        )
    return bill


def _serve(cast: Cast, draw: random.Random, member_id: int | None, key: str) -> None:
    """Serve one guest: from balance where it is enough, else with money."""
    bill = _bill(cast, draw, key, member_id)
    from_balance = preview(bill.id).all_balance_fen
    held = standings([member_id], ["balance"])[member_id]["balance"] if member_id else 0
    if member_id and 0 < from_balance <= held:
        tenders, agreed_by, proof = [Tender("balance", from_balance)], "code", show_code(member_id)
    else:
        due = preview(bill.id).due_fen
        tenders, agreed_by, proof = [Tender(draw.choice(BOOKED), due)] if due else [], None, ""
    settle(bill.id, tenders, key=f"{key}:settled", agreed_by=agreed_by, proof=proof)


def _today(cast: Cast, draw: random.Random) -> None:
    key = f"demo:{cast.store.id}"
    with api.demo_person(cast.store.id, VOID_BILLS):
        for number, tag in enumerate(TAGS):
            bill = _bill(cast, draw, f"{key}:held:{tag}", cast.members[number] if number else None)
            hold_bill(bill.id, tag)
        _bill(cast, draw, f"{key}:open", cast.members[2])
        bill = _bill(cast, draw, f"{key}:part-paid", cast.members[3])
        _lower_a_price(bill)
    due = preview(bill.id).due_fen
    if due > 5_000:
        with api.demo_person(cast.store.id, ALLOW_OWING):
            settle(bill.id, [Tender("cash", due - 5_000)], key=f"{key}:part-paid:settled")
    with api.demo_person(cast.store.id, VOID_BILLS):
        gone = _bill(cast, draw, f"{key}:void", None)
        void_bill(gone.id, api.gettext("The guest had to leave"))


def _lower_a_price(bill: Bill) -> None:
    line = sa.select(Line).where(Line.bill_id == bill.id).order_by(Line.place).limit(1)
    found = api.db.session.scalars(line).one()
    if CHANGE_PRICES.held(bill.store_id):
        change_price(found.id, found.due_fen * 9 // 1000 * 100, api.gettext("Regular guest"))


TOUR = (
    api.TourStop("till", _("Make a bill at the till"), "/console/cashier/till/", OPEN_BILLS),
    api.TourStop(
        "orders",
        _("Look through the orders"),
        "/console/cashier/orders/?f.kind.eq=service",
        SEE_BILLS,
    ),
)
PART = api.DemoPart(load=load, finish=close_days, tour=(*TOUR, *CLOSING_TOUR))
