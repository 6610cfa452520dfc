"""Makers of stores, staff and services for tests."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from console import api
from plugins.salon.models import Category, Level, Service, Skill, Staff
from plugins.salon.services.catalogue import SegmentDraft, VariantDraft, put_segments, put_variants

R = TypeVar("R")


def add(row: R) -> R:
    """Store a row, in the running unit."""
    api.db.session.add(row)
    api.db.session.flush()
    return row


@api.unit
def add_store(name: str = "福田店", time_zone: str = "Asia/Shanghai") -> api.Store:
    """Add a store."""
    return add(api.Store(name=name, time_zone=time_zone))


@api.unit
def add_staff(name: str, store: api.Store, **more: object) -> Staff:
    """Add somebody who works in a store since 2024."""
    since = dt.date(2024, 5, 6)
    return add(Staff(name=name, main_store_id=store.id, stores=[store], joined_on=since, **more))


@api.unit
def add_level(name: str) -> Level:
    """Add a technician level."""
    return add(Level(name=name))


@api.unit
def add_skill(name: str) -> Skill:
    """Add a skill."""
    return add(Skill(name=name))


@api.unit
def add_service(
    name: str, *segments: SegmentDraft, price_fen: int = 19800, **more: object
) -> Service:
    """Add a service without variants; it takes an hour unless *segments* say otherwise."""
    category = api.db.session.query(Category).first() or add(Category(name="项目"))
    service = add(Service(name=name, category_id=category.id, **more))
    put_variants(service, [VariantDraft("", price_fen)])
    put_segments(service, segments or [SegmentDraft("work", 60)])
    return service
