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
from plugins.cards.models import Card, Item, Product
from plugins.cards.permissions import SEE_CARDS, USE_SESSIONS
from plugins.cards.services.nightly import earn_passes
from plugins.cards.services.selling import sell_card
from plugins.cards.services.using import use_session
from plugins.ledger.api import Entry, Tender, salon
from plugins.membership.api import Member
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
    with api.at_moment(_afternoon(story["days"])):
        card = _sell(key, member, product, story.get("paid"))
    for number, (place, days) in enumerate(story["used"]):
        with api.at_moment(_afternoon(days)):
            _use(f"{key}:{number}", card, place)


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
    store_id = member.home_store_id
    entry = Entry(key=f"demo:card:{key}", code="card_sale", store_id=store_id)
    fen = product.price_fen if paid is None else paid * YUAN
    tender = Tender(salon("wechat", store_id), fen, f"{entry.key}:paid")
    return sell_card(entry, member.id, product.id, [tender])


def _use(key: str, card: Card, place: int) -> None:
    part = card.parts[place]
    entry = Entry(
        key=f"demo:card-use:{key}",
        code="use_session",
        store_id=card.store_id,
        agreed_by="code",
    )
    staff = _staff_of(card.store_id)
    one = staff[sum(map(ord, key)) % len(staff)] if staff else None
    variant = part.services[0].variants[0]
    use_session(entry, part.id, variant.id, staff_id=one)


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
    ),
)
