"""What a store sells at the till: its services by category, and finding one by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from console import api
from plugins.cashier.desk import Goods
from plugins.cashier.services.asking import goods_of
from plugins.salon.api import Category, Service, Variant


def services_of(store_id: int) -> list[tuple[Category, list[Service]]]:
    """Return the services that a store offers, by category."""
    wanted = (
        sa.select(Service)
        .join(Category, Category.id == Service.category_id)
        .where(Service.on_sale)
        .options(
            selectinload(Service.category),
            selectinload(Service.stores),
            selectinload(Service.variants).selectinload(Variant.level_prices),
        )
        .order_by(Category.place, Category.id, Service.place, Service.id)
    )
    found: dict[int, tuple[Category, list[Service]]] = {}
    for service in api.db.session.scalars(wanted):
        if service.stores and store_id not in {store.id for store in service.stores}:
            continue
        found.setdefault(service.category_id, (service.category, []))[1].append(service)
    return list(found.values())


def services_like(text: str, store_id: int) -> list[Service]:
    """Return the services of a store whose name, or its pinyin, has *text* in it."""
    wanted = text.casefold().strip()
    if not wanted:
        return []
    offered: Sequence[Service] = [
        service for _category, services in services_of(store_id) for service in services
    ]
    return [
        service for service in offered if _fits([service.name, *service.names.values()], wanted)
    ]


def goods_like(text: str, store_id: int) -> list[Goods]:
    """Return what else a store sells whose name, or its pinyin, has *text* in it."""
    wanted = text.casefold().strip()
    return [one for one in goods_of(store_id) if wanted and _fits([one.title, *one.words], wanted)]


def _fits(names: Sequence[str], wanted: str) -> bool:
    for name in names:
        spelled, initials = api.spell(name)
        if wanted in name.casefold() or spelled.startswith(wanted) or initials.startswith(wanted):
            return True
    return False
