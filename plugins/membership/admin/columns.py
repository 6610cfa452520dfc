"""Columns and filters of the member list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from console import api
from console.api import _
from plugins.ledger.api import standing_amount, standing_column, where_standing
from plugins.membership.models import Member, Tag
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.ladder import LevelName, level_names
from plugins.membership.services.owing import show_owing
from plugins.membership.services.tagging import tags_of

CHIP = Markup('<span class="tag-chip tag-{colour}">{name}</span>')
LIST = Markup('<span class="tag-list">{chips}</span>')
FROZEN = Markup('<span class="pill pill-bad">{}</span>')
MONTHS = (
    (1, _("January")),
    (2, _("February")),
    (3, _("March")),
    (4, _("April")),
    (5, _("May")),
    (6, _("June")),
    (7, _("July")),
    (8, _("August")),
    (9, _("September")),
    (10, _("October")),
    (11, _("November")),
    (12, _("December")),
)


class Chips(str):
    """Tags as coloured chips on a page, and as plain words elsewhere."""

    drawn: Markup

    def __html__(self) -> str:
        return self.drawn


def draw_tags(tags: Sequence[Tag]) -> Markup:
    """Draw tags as coloured chips."""
    chips = (CHIP.format(colour=tag.colour, name=tag.shown_name) for tag in tags)
    return LIST.format(chips=Markup("").join(chips))


def _load_tags(ids: Sequence[int]) -> Mapping[int, str]:
    carried = tags_of(ids)
    drawn = {tuple(tag.id for tag in tags): tags for tags in carried.values()}
    chips = {key: _chips(tags) for key, tags in drawn.items()}
    return {number: chips[tuple(tag.id for tag in tags)] for number, tags in carried.items()}


def _chips(tags: Sequence[Tag]) -> Chips:
    chips = Chips(api.gettext(", ").join(tag.shown_name for tag in tags))
    chips.drawn = draw_tags(tags)
    return chips


class Badge(str):
    """A level as a coloured chip on a page, with a word for who is frozen; plain elsewhere."""

    drawn: Markup

    def __html__(self) -> str:
        return self.drawn


def _beside_level(model: Any) -> Sequence[sa.ColumnElement[Any]]:
    return (model.status,)


def _show_levels(rows: Sequence[Sequence[Any]]) -> Sequence[str]:
    levels = level_names()
    held = [(level_id, status) for level_id, status in rows]
    badges = {pair: _badge(levels.get(pair[0] or 0), pair[1]) for pair in set(held)}
    return [badges[pair] for pair in held]


def _badge(level: LevelName | None, status: str) -> Badge:
    name = api.translate(level.name, level.names) if level else None
    frozen = api.gettext("Frozen") if status == "frozen" else None
    return _draw_badge(name, level.colour if level else "", frozen, api.gettext(", "))


@lru_cache(maxsize=200)
def _draw_badge(name: str | None, colour: str, frozen: str | None, comma: str) -> Badge:
    names = [each for each in (name, frozen) if each is not None]
    chips = [] if name is None else [CHIP.format(colour=colour, name=name)]
    if frozen is not None:
        chips.append(FROZEN.format(frozen))
    badge = Badge(comma.join(names))
    badge.drawn = LIST.format(chips=Markup("").join(chips))
    return badge


def _level_id(model: Any) -> sa.ColumnElement[Any]:
    expression: sa.ColumnElement[Any] = model.level_id
    return expression


def _owing(model: Any) -> sa.ColumnElement[Any]:
    return -standing_amount(model.id, "owing", "CNY")


COLUMNS: tuple[str | api.Column, ...] = (
    "number",
    "name",
    "phone",
    "home_store_id",
    "consultant_id",
    api.Column("balance", _("Balance"), kind="money", **standing_column("balance")),
    api.Column(
        "level",
        _("Level"),
        expression=_level_id,
        beside=_beside_level,
        show=_show_levels,
        sortable=False,
    ),
    api.Column("points", _("Points"), kind="number", **standing_column("all_points")),
    "source",
    api.Column("tags", _("Tags"), load=_load_tags),
    "joined_on",
    api.Column(
        "sessions", _("Sessions"), kind="number", hidden=True, **standing_column("all_sessions")
    ),
    api.Column("owing", _("Owing"), expression=_owing, show=show_owing, kind="money", hidden=True),
    api.Column("stores", hidden=True),
    api.Column("gender", hidden=True),
    api.Column("next_birthday_on", hidden=True),
    api.Column("level_until_on", hidden=True),
    api.Column("status", hidden=True),
    api.Column("allergies", hidden=True),
    api.Column("latest_source", hidden=True),
)


def _where_balance(operation: str, fen: int) -> sa.ColumnElement[bool]:
    return where_standing(Member.id, "balance", operation, fen)


def _where_points(operation: str, points: int) -> sa.ColumnElement[bool]:
    return where_standing(Member.id, "all_points", operation, points)


def _where_sessions(operation: str, count: int) -> sa.ColumnElement[bool]:
    return where_standing(Member.id, "all_sessions", operation, count)


def _where_owing(operation: str, fen: int) -> sa.ColumnElement[bool]:
    """Compare what stands below zero in the books."""
    below = {"ge": "le", "le": "ge"}.get(operation, operation)
    return where_standing(Member.id, "owing", below, -fen, "CNY")


def _where_month(_operation: str, month: int) -> sa.ColumnElement[bool]:
    """Compare the next birthday, so that a lunar one counts where it falls this time."""
    today = today_of_chain()
    spans = []
    for year in (today.year, today.year + 1):
        first = dt.date(year, month, 1)
        after = dt.date(year + month // 12, month % 12 + 1, 1)
        spans.append(sa.and_(Member.next_birthday_on >= first, Member.next_birthday_on < after))
    return sa.or_(*spans)


def _where_phone(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    return Member.phone.is_not(None) if value else Member.phone.is_(None)


def _level_choices() -> Sequence[tuple[Any, Any]]:
    return [(each.id, api.translate(each.name, each.names)) for each in level_names().values()]


def _where_level(_operation: str, level_id: int) -> sa.ColumnElement[bool]:
    return Member.level_id == level_id


FILTERS: tuple[str | api.Filter, ...] = (
    "home_store_id",
    "stores",
    "consultant_id",
    api.Filter("level", _("Level"), "choice", where=_where_level, choices=_level_choices),
    "level_until_on",
    "level_cause",
    "source",
    "tags",
    "status",
    api.Filter("balance", _("Balance"), "money", where=_where_balance),
    api.Filter("points", _("Points"), "number", where=_where_points),
    api.Filter("sessions", _("Sessions"), "number", where=_where_sessions),
    api.Filter("owing", _("Owing"), "money", where=_where_owing),
    "joined_on",
    api.Filter("birth_month", _("Birthday month"), "choice", where=_where_month, choices=MONTHS),
    "next_birthday_on",
    "gender",
    "may_market",
    api.Filter("has_phone", _("Has a phone"), "bool", where=_where_phone),
)
