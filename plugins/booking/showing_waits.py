"""Waits and classes as pages show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from console import api
from plugins.booking.models import GroupClass, Wait, WaitItem
from plugins.booking.services.classes import places_left
from plugins.booking.services.waiting import REASONS
from plugins.salon.api import Service, Variant, show_time

#: The end of any day: nothing was said about hours.
ANY_END = 1800
STATE_TONES = {"waiting": "note", "offered": "warn", "taken": "good", "over": "", "removed": ""}


def what_of(wait: Wait) -> str:
    """Say what somebody waits for, in the reader's language."""
    if wait.group is not None:
        return class_title(wait.group)
    return api.gettext(", ").join(_service_name(item.variant) for item in wait.items)


def class_title(group: GroupClass) -> str:
    """Name a class: as it was called, else as its service is in the reader's language."""
    service = api.db.session.get_one(Service, group.variant.service_id)
    plain = f"{service.name} {group.variant.name}".strip()[:60]
    return _service_name(group.variant) if group.title == plain else group.title


def _service_name(variant: Variant) -> str:
    service = api.db.session.get_one(Service, variant.service_id)
    return f"{service.shown_name} {variant.shown_name if variant.name else ''}".strip()


def hours_of(wait: Wait) -> str:
    """Say between which hours a visit may begin; nothing for any hour."""
    if wait.from_minute == 0 and wait.to_minute >= ANY_END:
        return ""
    last = min(wait.to_minute, ANY_END)
    return f"{show_time(wait.from_minute)}–{show_time(last)}"  # noqa: RUF001


def days_of(wait: Wait) -> list[dt.date]:
    """Return the first and the last day that suit, once where they are the same."""
    return [wait.first_on] if wait.first_on == wait.last_on else [wait.first_on, wait.last_on]


def why_words(why: str) -> Any:
    """Say why somebody was passed over; what a person wrote stays as it is."""
    return REASONS.get(why, why)


def whats(ids: Sequence[int]) -> Mapping[int, str]:
    """Say what each of many waits is for, for a column of a list."""
    rows = sa.select(Wait).where(Wait.id.in_(ids))
    rows = rows.options(
        selectinload(Wait.items).selectinload(WaitItem.variant), selectinload(Wait.group)
    )
    return {wait.id: what_of(wait) for wait in api.db.session.scalars(rows)}


def hours(ids: Sequence[int]) -> Mapping[int, str]:
    """Say at which hours each of many waits may begin, for a column of a list."""
    rows = api.db.session.scalars(sa.select(Wait).where(Wait.id.in_(ids)))
    return {wait.id: hours_of(wait) or api.gettext("any") for wait in rows}


def free_places(ids: Sequence[int]) -> Mapping[int, str]:
    """Say how many places of each of many classes are taken, for a column of a list."""
    groups = api.db.session.scalars(sa.select(GroupClass).where(GroupClass.id.in_(ids))).all()
    left = places_left(groups)
    return {each.id: f"{each.capacity - left[each.id]} / {each.capacity}" for each in groups}
