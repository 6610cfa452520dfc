"""The stored value of the demo: offers, and the top-ups of members."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.api import Entry, Tender, salon
from plugins.membership.counter import TopUpAsked, counter_of
from plugins.membership.demo_levels import YUAN, ZONE, days_ago
from plugins.membership.models import Level, Member, PurseKind, PurseRate, Tier
from plugins.membership.permissions import SELL_RECHARGES
from plugins.membership.services.id_documents import note_id
from plugins.membership.services.offers import quote_recharge
from plugins.membership.services.pins import set_member_pin
from plugins.membership.services.recharging import sell_recharge
from plugins.salon.api import Category

FILE = Path(__file__).parent / "demo_data" / "value.toml"
#: Every seventh of the others topped up once, within so many days.
EVERY, LATELY = 7, 120
#: Ways of paying that the till tells apart more finely.
AT_TILL = {"bank": "bank_card"}


@api.unit
def load_offers() -> dict[str, Any]:
    """Put the offers and the card on sale; return what the demo tells of them."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    kind = PurseKind(**told["card"])
    api.db.session.add(kind)
    categories = sa.select(Category).where(Category.name.in_(told["rates"]))
    for category in api.db.session.scalars(categories.order_by(Category.id)).all():
        kind.rates.append(PurseRate(category_id=category.id, percent=told["rates"][category.name]))
    api.db.session.flush()
    rows = api.db.session.execute(sa.select(Level.name, Level.id))
    levels: dict[str, int] = {row.name: row.id for row in rows}
    today = api.today(ZONE)
    for each in told["offers"]:
        first, last = each.get("days", (None, None))
        offer = Tier(
            name=each["name"],
            names=each["names"],
            amount_fen=each["amount"] * YUAN,
            bonus_fen=each["bonus"] * YUAN,
            gift=each.get("gift", ""),
            level_id=levels[each["level"]] if "level" in each else None,
            bonus_months=each.get("bonus_months"),
            first_only=each.get("first_only", False),
            purse_kind_id=kind.id if "card" in each else None,
            from_on=today + dt.timedelta(days=first) if first is not None else None,
            until_on=today + dt.timedelta(days=last) if last is not None else None,
        )
        api.db.session.add(offer)
    api.db.session.flush()
    return told


@api.unit
def play_value(
    told: Mapping[str, Any], members: Sequence[tuple[int, Mapping[str, Any], int, dt.date]]
) -> None:
    """Let members top up, oldest first; *members* are id, story, store, day of joining."""
    tiers = {tier.amount_fen // YUAN: tier.id for tier in api.db.session.scalars(sa.select(Tier))}
    acts: list[tuple[int, int, int, int]] = []
    for number, (member_id, story, store_id, joined_on) in enumerate(members):
        acts += [(days, price, member_id, store_id) for price, _b, days in story.get("top_ups", ())]
        age = (api.today(ZONE) - joined_on).days
        if not story and number % EVERY == 0 and age:
            price = (500, 500, 1000, 500, 1000)[number // EVERY % 5]
            acts.append((min(age, number * 13 % LATELY), price, member_id, store_id))
    for number, (days, price, member_id, store_id) in enumerate(sorted(acts, reverse=True)):
        means = ("wechat", "cash", "wechat", "bank")[number % 4]
        with api.at_moment(days_ago(days)):
            _top_up(member_id, store_id, price, tiers[price], means)
    _sell_card(told["holder"])


def _top_up(member_id: int, store_id: int, price: int, tier_id: int, means: str) -> None:
    key = f"demo:top-up:{member_id}:{price}"
    quote = quote_recharge(member_id, price * YUAN, store_id=store_id, tier_id=tier_id)
    counter = counter_of(store_id)
    if counter is not None:  # the till sells it, as at a member's file
        sellers = sorted(counter.sellers)
        seller = sellers[member_id % len(sellers)] if sellers else None
        paid_by = AT_TILL.get(means, means)
        with api.demo_person(store_id, SELL_RECHARGES):
            counter.sell_top_up(TopUpAsked(quote, paid_by, key, tier_id=tier_id, staff_id=seller))
        return
    tender = Tender(salon(means, store_id), price * YUAN, f"{key}:paid")
    sell_recharge(Entry(key=key, code="top_up", store_id=store_id), quote, [tender])


def _sell_card(told: Mapping[str, Any]) -> None:
    member = api.db.session.scalars(sa.select(Member).where(Member.name == told["name"])).first()
    tier = api.db.session.scalars(sa.select(Tier).where(Tier.name == told["offer"])).one()
    if member is not None:
        with api.at_moment(days_ago(told["days_ago"])):
            price = tier.amount_fen // YUAN
            _top_up(member.id, member.home_store_id, price, tier.id, "bank")


def set_pins(told: Mapping[str, Any]) -> None:
    """Give a member of the cast her PIN and note her ID; not in a unit: hashing takes time."""
    wanted = sa.select(Member.id).where(Member.name == told["pin"]["name"]).limit(1)
    member_id = api.db.session.scalar(wanted)
    api.db.session.rollback()
    if member_id is not None:
        set_member_pin(member_id, told["pin"]["digits"])
        note_id(member_id, "id_card", told["pin"]["id"])
