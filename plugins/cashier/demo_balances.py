"""What the demo's members paid from their balances weeks ago, as bills of the till."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.cashier.offers import Tender
from plugins.cashier.permissions import SETTLE_BILLS
from plugins.cashier.services.billing import add_line, open_bill
from plugins.cashier.services.performers import who_performs
from plugins.cashier.services.quoting import preview
from plugins.cashier.services.settling import settle
from plugins.membership.api import Member, at_unused_minute, find_by_phone, show_code
from plugins.salon.api import Service, Variant

FILE = Path(__file__).parent / "demo_data" / "balances.toml"
ZONE, AFTERNOON, YUAN = "Asia/Shanghai", dt.time(15, 20), 100


@api.unit
def pay_from_balances() -> None:
    """Serve the members that the demo tells of, each on her day in her own store."""
    for visit in tomllib.loads(FILE.read_text("utf-8"))["visits"]:
        day = api.today(ZONE) - dt.timedelta(days=visit["days"])
        with api.at_moment(dt.datetime.combine(day, AFTERNOON, ZoneInfo(ZONE))):
            _serve(visit)


def _serve(visit: Mapping[str, Any]) -> None:
    member = find_by_phone(visit["phone"])
    if member is None:
        return
    with at_unused_minute(member.id), api.demo_person(member.home_store_id, SETTLE_BILLS):
        _settle(member, visit)


def _settle(member: Member, visit: Mapping[str, Any]) -> None:
    key = f"demo:balance:{member.id}:{visit['days']}"
    bill = open_bill(member.home_store_id, key=key, member_id=member.id)
    staff = [one.id for one in who_performs(member.home_store_id)]
    for number, (service, variant) in enumerate(visit["services"]):
        facts = {"variant_id": _variant(service, variant)}
        add_line(bill.id, "service", facts, staff_id=staff[number % len(staff)])
    fen = visit["balance"] * YUAN
    rest = preview(bill.id, purses=[(None, fen)]).due_fen - fen
    tenders = [Tender("balance", fen), Tender(visit["rest"], rest)]
    scanned = show_code(member.id)
    settle(bill.id, tenders, key=f"{key}:settled", agreed_by="code", proof=scanned)


def _variant(service: str, variant: str) -> int:
    wanted = (
        sa.select(Variant.id)
        .join(Service, Service.id == Variant.service_id)
        .where(Service.name == service, Variant.name == variant)
    )
    return api.db.session.scalars(wanted).one()
