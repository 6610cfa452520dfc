"""The cards of the demo: five products, the cast's cards, and plausible ones of some others."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.demo_balance import sell_from_balance
from plugins.cards.demo_transfers import load_transfers
from plugins.cards.models import Card, CardUse, Item, Product
from plugins.cards.permissions import SEE_CARDS, USE_SESSIONS
from plugins.cards.services.alone import sell_alone, use_alone
from plugins.cards.services.contracts import sign_contract
from plugins.cards.services.nightly import earn_passes
from plugins.cashier.api import ALLOW_OWING, ANSWER_OBJECTIONS, SETTLE_BILLS, object_to
from plugins.membership.api import Member, at_unused_minute, show_code
from plugins.salon.api import Service, Staff, StaffStore

FILE = Path(__file__).parent / "demo_data" / "cards.toml"
ZONE, YUAN = "Asia/Shanghai", 100
#: Every so many-th of the other members bought a card.
EVERY = 9
LOCALES = ("zh_Hant_TW", "en")


def load() -> None:
    """Build the products, sell them, and let their sessions be used."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    _load(told)
    earn_passes()


@api.unit
def _load(told: dict[str, Any]) -> None:
    products = _load_products(told["products"])
    cast = {story["name"] for story in told["cast"]}
    members = list(
        api.db.session.scalars(
            sa.select(Member)
            .where(Member.gone_at.is_(None), Member.status == "active")
            .order_by(Member.id)
        )
    )
    by_name = {member.name: member for member in reversed(members) if member.name in cast}
    for number, story in enumerate(told["cast"]):
        member = by_name.get(story["name"])
        if member is not None:
            _play(f"cast:{number}", member, products[story["card"]], story)
    others = [member for member in members if member.name not in cast][::EVERY]
    draw = random.Random(20260403)  # noqa: S311 - nothing secret is drawn
    for member in others:
        _make_up(draw, member, list(products.values()))
    load_transfers(told)
    sell_from_balance(_afternoon(1))


def _load_products(told: Sequence[Mapping[str, Any]]) -> dict[str, Product]:
    services = {each.name: each for each in api.db.session.scalars(sa.select(Service))}
    found: dict[str, Product] = {}
    for place, line in enumerate(told):
        product = Product(
            **_named(line["name"]),
            kind=line["kind"],
            price_fen=line["price"] * YUAN,
            valid_days=line["valid"],
            starts=line.get("starts", "sale"),
            per_week=line.get("week"),
            place=place,
        )
        with api.db.session.no_autoflush:
            product.items = [_item(n, item, services) for n, item in enumerate(line["items"])]
        api.db.session.add(product)
        found[product.name] = product
    api.db.session.flush()
    return found


def _named(names: Sequence[str]) -> dict[str, Any]:
    return {"name": names[0], "names": dict(zip(LOCALES, names[1:], strict=True))}


def _item(place: int, told: Mapping[str, Any], services: Mapping[str, Service]) -> Item:
    named = _named(told["name"]) if "name" in told else {"name": ""}
    return Item(
        **named,
        place=place,
        services=[services[name] for name in told["services"]],
        sessions=told.get("sessions", 0),
        free=told.get("free", 0),
        list_fen=told["list"] * YUAN if "list" in told else None,
    )


def _play(key: str, member: Member, product: Product, story: Mapping[str, Any]) -> None:
    """Sell a card and let it be used, oldest first."""
    store_id, needs = member.home_store_id, ALLOW_OWING if "paid" in story else SETTLE_BILLS
    with api.at_moment(_afternoon(story["days"])), api.demo_person(store_id, needs):
        card = _sell(key, member, product, story.get("paid"))
    use = None
    for number, (place, days) in enumerate(story["used"]):
        with (
            api.at_moment(_afternoon(days)),
            at_unused_minute(card.member_id),
            api.demo_person(card.store_id, SETTLE_BILLS),
        ):
            use = _use(f"{key}:{number}", card, place)
    if use is not None and "objects" in story:
        object_to(use.about, member.id, story["objects"])


def _make_up(draw: random.Random, member: Member, products: Sequence[Product]) -> None:
    days = (api.today(ZONE) - (member.joined_on or api.today(ZONE))).days
    if days < 10:
        return
    bought = draw.randint(2, min(days, 300))
    product = draw.choice([each for each in products if each.kind != "pass"])
    most = product.items[0].sessions
    used = sorted({draw.randint(0, bought - 1) for _use in range(draw.randint(0, 4))})[:most]
    story = {"days": bought, "used": [[0, day] for day in reversed(used)]}
    _play(f"others:{member.id}", member, product, story)


def _sell(key: str, member: Member, product: Product, paid: int | None) -> Card:
    """Sell a card on a bill; every other member agreed to its contract on her phone."""
    card = sell_alone(
        member.home_store_id,
        member.id,
        product.id,
        "wechat",
        key=f"demo:card:{key}",
        paid_fen=None if paid is None else paid * YUAN,
        staff_id=_one_of(member.home_store_id, key),
    )
    if card.id % 2:
        sign_contract(card.id, "phone")
    return card


def _use(key: str, card: Card, place: int) -> CardUse:
    part = card.parts[place]
    return use_alone(
        card.store_id,
        card.member_id,
        {"part_id": part.id, "variant_id": part.services[0].variants[0].id},
        key=f"demo:card-use:{key}",
        agreed_by="code",
        proof=show_code(card.member_id),
        means="wechat",
        staff_id=_one_of(card.store_id, key),
    )


def _one_of(store_id: int, key: str) -> int | None:
    staff = _staff_of(store_id)
    return staff[sum(map(ord, key)) % len(staff)] if staff else None


def _staff_of(store_id: int) -> Sequence[int]:
    works = sa.select(StaffStore.staff_id).where(StaffStore.store_id == store_id)
    shown = sa.select(Staff.id).where(Staff.id.in_(works), Staff.shown).order_by(Staff.id)
    return api.db.session.scalars(shown).all()


def _afternoon(days: int) -> dt.datetime:
    day = api.today(ZONE) - dt.timedelta(days=days)
    return min(api.now(), dt.datetime.combine(day, dt.time(16, 10), ZoneInfo(ZONE)))


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "use_card",
            _("Use a session at the counter"),
            "/console/cards/counter/",
            USE_SESSIONS,
        ),
        api.TourStop("cards", _("Members' cards"), "/console/cards/cards/", SEE_CARDS),
        api.TourStop(
            "objections",
            _("Answer a member's objection"),
            "/console/cashier/objections/?f.open.eq=1",
            ANSWER_OBJECTIONS,
        ),
    ),
)
