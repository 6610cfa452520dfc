"""The salon of the demo: three stores, eighteen people, and a price list."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.salon.demo_pictures import draw_storefront
from plugins.salon.models import (
    Category,
    Equipment,
    EquipmentKind,
    Level,
    Service,
    Skill,
    Staff,
)
from plugins.salon.permissions import SEE_SERVICES
from plugins.salon.services.catalogue import (
    SegmentDraft,
    VariantDraft,
    put_segments,
    put_variants,
)
from plugins.salon.services.hours import add_special_day, put_week, read_span
from plugins.salon.services.profiles import add_picture, put_profile

DATA = Path(__file__).parent / "demo_data"
YUAN = 100


def load() -> None:
    """Build the stores with their staff and services, once."""
    salon = tomllib.loads((DATA / "salon.toml").read_text("utf-8"))
    _load_salon(salon)
    _load_services(tomllib.loads((DATA / "services.toml").read_text("utf-8")))
    for number, name in api.db.session.execute(sa.select(api.Store.id, api.Store.name)).all():
        colour = next(store["colour"] for store in salon["stores"] if store["name"] == name)
        add_picture(number, draw_storefront(colour), "store.png")


@api.unit
def _load_salon(salon: dict[str, Any]) -> None:
    api.SHOP_NAME.put(salon["name"])
    for place, words in enumerate(salon["levels"]):
        _add(Level(**_words(words), place=place))
    for words in salon["skills"]:
        _add(Skill(**_words(words)))
    for sort, *words in salon["rooms"]:
        _add(EquipmentKind(**_words(words), sort=sort))
    for told in salon["stores"]:
        _add_store(told)
    api.raise_epoch()
    own = {told["name"]: api.add_role_like(told["name"], told["like"]) for told in salon["roles"]}
    for told in salon["staff"]:
        _add_staff(told, own)


def _words(words: Sequence[str]) -> dict[str, Any]:
    return {"name": words[0], "names": {"zh_Hant_TW": words[1], "en": words[2]}}


def _add(row: Any) -> Any:
    api.db.session.add(row)
    api.db.session.flush()
    return row


def _named(model: Any, name: str | None) -> Any:
    return api.db.session.scalars(sa.select(model).where(model.name == name)).first()


def _add_store(told: dict[str, Any]) -> None:
    store = _add(api.Store(name=told["name"], time_zone="Asia/Shanghai"))
    put_profile(
        store.id,
        address=told["address"],
        phone=told["phone"],
        point=(told["point"][0], told["point"][1]),
        introduction=told["introduction"],
    )
    put_week(store.id, {day: [read_span(*told["hours"])] for day in range(1, 8)})
    if told.get("spring_festival"):
        day = _next_spring_festival(api.today(store.time_zone))
        add_special_day(store.id, day, day, None, told["spring_festival"])
    for name, kind, capacity in told["equipment"]:
        kind_id = _named(EquipmentKind, kind).id
        _add(Equipment(name=name, store_id=store.id, kind_id=kind_id, capacity=capacity))


def _next_spring_festival(today: dt.date) -> dt.date:
    days: list[dt.date] = [api.lunar.to_solar(year, 1, 1) for year in (today.year, today.year + 1)]
    return next(day for day in days if day >= today)


def _add_staff(told: dict[str, Any], own: dict[str, Any]) -> None:
    stores = [_named(api.Store, name) for name in told["stores"]]
    role = own.get(told["role"]) or api.preset_role(told["role"])
    everywhere = told.get("chain") or told["role"] == "owner"
    places = [None] if everywhere else [store.id for store in stores]
    user = api.add_user(
        told["login"],
        told["name"],
        roles=[api.RoleInStore(role.id, place) for place in places],
        demo=True,
    )
    level = _named(Level, told.get("level"))
    title, *others = told["title"]
    _add(
        Staff(
            name=told["name"],
            title=title,
            titles=dict(zip(("zh_Hant_TW", "en"), others, strict=True)),
            user_id=user.id,
            main_store_id=stores[0].id,
            stores=stores,
            level_id=level.id if level else None,
            skills=[_named(Skill, name) for name in told.get("skills", ())],
            works_since=told.get("since"),
            strengths=told.get("strengths", ""),
            bio=told.get("bio", ""),
            shown="skills" in told,
            joined_on=api.today("Asia/Shanghai") - dt.timedelta(days=told["joined"]),
        )
    )


@api.unit
def _load_services(told: dict[str, Any]) -> None:
    extras = _add(Category(**_words(told["heading"]), place=len(told["categories"])))
    add_ons = {
        entry["name"][0]: _add_service(entry, {}, extras, place, told["lengths"], extra=True)
        for place, entry in enumerate(told["add_ons"])
    }
    for number, group in enumerate(told["categories"]):
        category = _add(Category(**_words(group["name"]), place=number))
        for place, entry in enumerate(group["services"]):
            service = _add_service(entry, group, category, place, told["lengths"])
            service.add_ons = [add_ons[name] for name in group.get("add_ons", ())]


def _add_service(
    entry: dict[str, Any],
    group: dict[str, Any],
    category: Category,
    place: int,
    lengths: Sequence[Sequence[str]],
    *,
    extra: bool = False,
) -> Service:
    told = {**group, **entry}
    room, device = (
        _named(EquipmentKind, told.get("room")),
        _named(EquipmentKind, told.get("device")),
    )
    service: Service = _add(
        Service(
            **_words(entry["name"]),
            category_id=category.id,
            extra=extra,
            pricing=told.get("pricing", "fixed"),
            skill_id=_named(Skill, told["skill"]).id,
            room_kind_id=room.id if room else None,
            device_kind_id=device.id if device else None,
            cleanup_minutes=told.get("cleanup", 0),
            stores=[_named(api.Store, name) for name in told["stores"]],
            place=place,
        )
    )
    put_variants(service, _variants(entry, lengths))
    put_segments(service, [_segment(step) for step in entry["time"]])
    return service


def _variants(entry: dict[str, Any], lengths: Sequence[Sequence[str]]) -> list[VariantDraft]:
    if "prices" not in entry:
        levels = {
            _named(Level, name).id: price * YUAN for name, price in entry.get("levels", {}).items()
        }
        return [VariantDraft("", entry["price"] * YUAN, level_prices=levels)]
    extra = entry.get("extra", [0] * len(lengths))
    return [
        VariantDraft(**_words(words), price_fen=price * YUAN, extra_minutes=more)
        for words, price, more in zip(lengths, entry["prices"], extra, strict=True)
    ]


def _segment(step: int | str) -> SegmentDraft:
    if isinstance(step, int):
        return SegmentDraft("work", step)
    if step.startswith("w"):
        return SegmentDraft("wait", int(step[1:]))
    skill, _, minutes = step.partition(":")
    return SegmentDraft("work", int(minutes), _named(Skill, skill).id)


TOUR = (
    api.TourStop("prices", _("Read the price list"), "/console/salon/price-list/", SEE_SERVICES),
)
PART = api.DemoPart(load, tour=TOUR)
