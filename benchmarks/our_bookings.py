"""Filling the console with salons that have a roster, and members who may book there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks import our_members
from benchmarks.bulk import Bulk, bulk
from benchmarks.people import words
from console import clock
from console.app import create_app
from console.config import Config
from console.db import db
from plugins.booking.models import ResourceDay
from plugins.booking.services.days import first_cell, pack, spans_mask
from plugins.salon.models import Category, Segment, Service, Skill, Variant

ZONE = "Asia/Shanghai"
OPENS, CLOSES = 600, 1200
#: The roster has free days, and after them days on which everybody is booked all day.
FREE_DAYS = FULL_DAYS = 31
#: The members' stores come first.
FIRST_STORE = len(words()["stores"]) + 1
SKILL = VARIANT = 1


@dataclass(frozen=True)
class Chain:
    """How many stores, technicians in each, and members."""

    stores: int
    staff: int
    members: int
    full_days: int = FULL_DAYS


def today() -> dt.date:
    """Return the day on which everything is measured, as the stores know it."""
    return clock.today(ZONE)


def make_and_fill(url: str, instance: Path, chain: Chain) -> None:
    """Make the tables of an empty database and fill them."""
    our_members.make_and_fill(url, instance, chain.members)
    config = Config(instance=instance, database_url=url, secret_key="only for filling")
    app = create_app(config)
    with app.app_context():
        fill(url, chain)
        db.session.remove()
        db.engine.dispose()


def fill(url: str, chain: Chain) -> None:
    """Add stores, technicians, one service, and the roster of two months."""
    stores = range(FIRST_STORE, FIRST_STORE + chain.stores)
    with bulk(url) as target:
        _write_catalogue(target)
        for number, store in enumerate(stores):
            first = number * chain.staff + 1
            _write_store(target, chain, store, range(first, first + chain.staff))
        for table in ("console_store", "salon_staff", "salon_service", "salon_variant"):
            target.number_on(table)


def _write_catalogue(target: Bulk) -> None:
    _add(target, Category, {"id": 1, "name": "Facials"})
    _add(target, Skill, {"id": SKILL, "name": "Facials"})
    _add(target, Service, {"id": 1, "category_id": 1, "name": "Facial", "skill_id": SKILL})
    _add(target, Variant, {"id": VARIANT, "service_id": 1, "name": "", "price_fen": 19800})
    _add(target, Segment, {"id": 1, "service_id": 1, "kind": "work", "minutes": 60})


def _add(target: Bulk, model: Any, values: dict[str, Any]) -> None:
    """Add a row with the defaults of its columns."""
    row = {
        column.name: column.default.arg
        for column in model.__table__.columns
        if isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar
    }
    row |= {
        column.name: {}
        for column in model.__table__.columns
        if column.name == "names" and "names" not in values
    }
    row |= values
    target.write(model.__tablename__, list(row), [list(row.values())])


def _write_store(target: Bulk, chain: Chain, store: int, staff: range) -> None:
    columns = ("id", "name", "time_zone", "cut_off_minutes", "closed")
    target.write("console_store", columns, [(store, f"Store {store}", ZONE, 0, False)])
    hours = [(store, weekday, OPENS, CLOSES) for weekday in range(1, 8)]
    target.write("salon_hours", ("store_id", "weekday", "opens", "closes"), hours)
    people = [_person(number, store) for number in staff]
    target.write("salon_staff", list(people[0]), [list(each.values()) for each in people])
    target.write("salon_staff_store", ("staff_id", "store_id"), [(n, store) for n in staff])
    target.write("salon_staff_skill", ("staff_id", "skill_id"), [(n, SKILL) for n in staff])
    names = [column.name for column in ResourceDay.__table__.columns]
    target.write("booking_day", names, _days(store, staff, FREE_DAYS + chain.full_days))


def _person(number: int, store: int) -> dict[str, Any]:
    texts = dict.fromkeys(("title", "strengths", "bio"), "")
    return {
        "id": number,
        "name": f"Technician {number}",
        **texts,
        "titles": {},
        "main_store_id": store,
        "shown": True,
        "joined_on": dt.date(2024, 5, 6),
        "version": 1,
    }


def _days(store: int, staff: range, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(count):
        day = today() + dt.timedelta(days=number)
        base = spans_mask(day, ZONE, [(OPENS, CLOSES)])
        busy = base if number >= FREE_DAYS else 0
        for person in staff:
            yield store, day, "staff", person, 0, first_cell(day, ZONE), pack(base), pack(busy)


def starts_between(first: dt.date, last: dt.date) -> list[dt.datetime]:
    """Return the full hours at which visits may begin."""
    zone = ZoneInfo(ZONE)
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    hours = range(OPENS // 60, CLOSES // 60)
    return [dt.datetime(d.year, d.month, d.day, h, tzinfo=zone) for d in days for h in hours]
