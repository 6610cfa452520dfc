"""What the demo shows of consent: contracts and a bill that were signed, and an objection."""

from __future__ import annotations

import datetime as dt
import io
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image, ImageDraw

from console import api
from plugins.cashier.deductions import about_journal
from plugins.cashier.models import Bill, TopUpContract
from plugins.cashier.offers import Tender
from plugins.cashier.permissions import DEDUCT_ALONE
from plugins.cashier.services.billing import add_line, open_bill
from plugins.cashier.services.catalogue import services_of
from plugins.cashier.services.confirm_asking import answer_confirmation, ask_on_phone
from plugins.cashier.services.objecting import object_to
from plugins.cashier.services.performers import who_performs
from plugins.cashier.services.quoting import preview
from plugins.cashier.services.settling import settle
from plugins.cashier.services.signing import Signed, keep_signature, use_signature
from plugins.cashier.services.top_up_contracts import sign_contract
from plugins.cashier.services.top_up_terms import TERMS
from plugins.ledger.api import Journal, standings
from plugins.membership.api import Member
from plugins.salon.api import Service, price_of

FILE = Path(__file__).parent / "demo_data" / "consent.toml"
WIDE, HIGH, STEPS = 600, 180, 160


def load() -> None:
    """Let a guest sign for what is taken from her balance, another one object; say the terms."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    member = _named(told["signed"]["name"])
    if member is not None:
        member_id, store_id = member.id, member.home_store_id
        api.db.session.rollback()
        with api.at_moment(_ago(told["signed"]["days"])):
            signed = keep_signature(_scrawl(), "drawn", member_id=member_id, store_id=store_id)
            _sign(member_id, store_id, told["signed"]["service"], signed)
    _sign_contracts()
    _confirm(told["confirmed"])
    _take_alone(told["alone"])
    _object(told["objects"])
    api.unit(TERMS.put)(told["top_up"]["terms"].strip())


def _sign_contracts() -> None:
    """Let every other top-up be agreed to a few minutes after it: on the phone, the first drawn."""
    wanted = sa.select(TopUpContract).where(TopUpContract.signed_at.is_(None))
    rows = api.db.session.scalars(wanted.order_by(TopUpContract.id)).all()
    told = [(one.id, one.member_id, one.store_id, one.made_at) for one in rows]
    api.db.session.rollback()
    for place, (number, member_id, store_id, made_at) in enumerate(told[::2]):
        with api.at_moment(min(made_at + dt.timedelta(minutes=4), api.now())):
            if place:
                sign_contract(number, "phone")
            else:
                signed = keep_signature(_scrawl(), "drawn", member_id=member_id, store_id=store_id)
                sign_contract(number, "paper", signed)


def _named(name: str) -> Member | None:
    found: Member | None = api.db.session.scalar(
        sa.select(Member).where(Member.name == name, Member.status == "active").limit(1)
    )
    return found


def _ago(days: int) -> dt.datetime:
    return api.now() - dt.timedelta(days=days)


def _scrawl() -> bytes:
    """Draw what looks like somebody's name on a screen."""
    picture = Image.new("L", (WIDE, HIGH), 255)
    pen = ImageDraw.Draw(picture)
    at = [
        (
            60 + step * 3 + 34 * math.sin(step / 4.1),
            HIGH / 2 + 52 * math.sin(step / 5.3) * math.cos(step / 17),
        )
        for step in range(STEPS)
    ]
    pen.line(at, fill=28, width=5, joint="curve")
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _serve(member_id: int, store_id: int, service: str, key: str) -> tuple[int, int]:
    """Put a service on a bill; return it, and what its member can pay for it from balance."""
    done = api.db.session.scalar(sa.select(Service).where(Service.name == service))
    if done is None:
        return 0, 0
    bill = open_bill(store_id, key=key, member_id=member_id)
    staff = who_performs(store_id)
    facts = {"variant_id": done.variants[0].id}
    add_line(bill.id, "service", facts, staff_id=staff[-1].id if staff else None)
    fen = preview(bill.id).all_balance_fen
    enough = fen <= standings([member_id], ["balance"])[member_id]["balance"]
    return bill.id, fen if enough else 0


@api.unit
def _sign(member_id: int, store_id: int, service: str, signed: Signed) -> None:
    """Serve her, and let her signature stand for what is taken; nothing where it is not enough."""
    bill_id, fen = _serve(member_id, store_id, service, "demo:signed")
    if fen:
        use_signature(signed, member_id, f"bill:{bill_id}")
        tenders = [Tender("balance", fen)]
        settle(bill_id, tenders, key="demo:signed:settled", agreed_by="signature", proof=signed)


def _take_alone(told: Mapping[str, Any]) -> None:
    """Let the manager take from a balance without the guest, which she is told and objects to."""
    member = _named(told["name"])
    if member is not None:
        with api.at_moment(_ago(told["days"])):
            _settle_alone(member.id, member.home_store_id, told["service"])


@api.unit
def _settle_alone(member_id: int, store_id: int, service: str) -> None:
    with api.demo_person(store_id, DEDUCT_ALONE):
        bill_id, fen = _serve(member_id, store_id, service, "demo:alone")
        if fen:
            tenders = [Tender("balance", fen)]
            settle(bill_id, tenders, key="demo:alone:settled", agreed_by="staff_only")


def _confirm(told: Mapping[str, Any]) -> None:
    """Let a guest confirm on her phone what is taken from her balance."""
    member = _named(told["name"])
    if member is not None:
        with api.at_moment(_ago(told["days"])):
            _settle_confirmed(member.id, member.home_store_id, told["service"])


@api.unit
def _settle_confirmed(member_id: int, store_id: int, service: str) -> None:
    sold = (one for _heading, some in services_of(store_id) for one in some)
    done = next((one for one in sold if one.name == service), None)
    price = price_of(done, done.variants[0]).fen if done is not None else None
    if price is None or price > standings([member_id], ["balance"])[member_id]["balance"]:
        return
    bill_id, fen = _serve(member_id, store_id, service, "demo:confirmed")
    if fen:
        key, tenders = "demo:confirmed:settled", [Tender("balance", fen)]
        asked = ask_on_phone(bill_id, tenders, key=key)
        answer_confirmation(asked.id, member_id, confirmed=True)
        settle(bill_id, tenders, key=key, agreed_by="phone")


@api.unit
def _object(told: Mapping[str, Any]) -> None:
    """Object to what staff took alone; else to the latest service paid from a balance by code."""
    bill = api.db.session.scalar(
        sa.select(Bill)
        .where(
            Bill.agreed_by.in_(("code", "staff_only")),
            Bill.state == "settled",
            Bill.member_id.is_not(None),
        )
        .where(Bill.settled_at >= _ago(told["days"]), Bill.key.startswith("demo:"))
        .order_by(Bill.agreed_by.desc(), Bill.settled_at.desc(), Bill.id.desc())
        .limit(1)
    )
    if bill is None or bill.member_id is None:
        return
    taken = sa.select(Journal.id).where(Journal.ref == f"bill:{bill.id}", Journal.code == "spend")
    number = api.db.session.scalar(taken.limit(1))
    if number is not None:
        object_to(about_journal(number), bill.member_id, told["words"])


PART = api.DemoPart(load=load)
