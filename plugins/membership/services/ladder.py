"""The ladder of levels: who stands where, what it gives, and what leads to the next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.membership.models import Benefit, Level, Member
from plugins.membership.services.growth import growth_of


@dataclass(frozen=True)
class HeldLevel:
    """The level of a member; `until_on` is its last day, None without an end."""

    level_id: int
    name: str
    colour: str
    since_on: dt.date | None
    until_on: dt.date | None
    cause: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """How far a member is on the ladder, in the fen of the next level's own basis."""

    levels: tuple[Level, ...]
    level: Level | None
    following: Level | None
    growth_fen: int
    #: What is missing to the next level; for `top_up` it must come in one sum.
    gap_fen: int
    #: What is missing to keep the level beyond its last day; 0 when she keeps it.
    keep_fen: int
    until_on: dt.date | None

    @property
    def basis(self) -> str:
        """What counts towards the next level."""
        return self.following.basis if self.following else ""

    @property
    def percent(self) -> int:
        """How much of the way to the next level is done, from 0 to 100."""
        if self.following is None or not self.following.threshold_fen:
            return 100
        return max(0, min(100, self.growth_fen * 100 // self.following.threshold_fen))


def all_levels() -> list[Level]:
    """Return the ladder, from the lowest level up."""
    return list(api.db.session.scalars(sa.select(Level).order_by(Level.place, Level.id)))


@dataclass(frozen=True)
class LevelName:
    """What a level is called and looks like; `names` are its names in other languages."""

    id: int
    name: str
    names: Mapping[str, str]
    colour: str


def level_names() -> Mapping[int, LevelName]:
    """Return what every level is called, without asking the database again."""
    return api.remember("membership.level_names", _read_level_names)


def _read_level_names() -> Mapping[int, LevelName]:
    return {
        one.id: LevelName(one.id, one.name, one.names or {}, one.colour) for one in all_levels()
    }


def rank_of(levels: Sequence[Level], level_id: int | None) -> int:
    """Return how high a level stands; below all of them for none."""
    return next((rank for rank, level in enumerate(levels) if level.id == level_id), -1)


def base_of(levels: Sequence[Level]) -> Level | None:
    """Return the level that everybody has, if there is one."""
    return next((level for level in levels if level.threshold_fen == 0), None)


def level_columns(
    levels: Sequence[Level], brought_id: int | None, today: dt.date
) -> dict[str, object]:
    """Return the columns that hold the level of a new member, who may bring one along."""
    base = base_of(levels)
    level = next((one for one in levels if one.id == brought_id), base)
    until_on = None
    if level is not None and level is not base:
        until_on = today + dt.timedelta(days=level.term_days)
    return {
        "level_id": level.id if level else None,
        "level_since_on": today if level else None,
        "level_until_on": until_on,
        "level_cause": None if level is None else "growth" if level is base else "import",
    }


def earned_level(levels: Sequence[Level], growth: Mapping[str, int]) -> Level | None:
    """Return the highest level whose threshold a growth value meets."""
    met = [
        level
        for level in levels
        if level.threshold_fen is not None and growth[level.basis] >= level.threshold_fen
    ]
    return met[-1] if met else None


def level_of(member_id: int) -> HeldLevel | None:
    """Return the level that a member has; None while there are no levels."""
    member = api.db.session.get(Member, member_id)
    if member is None or member.level is None:
        return None
    level = member.level
    return HeldLevel(
        level_id=level.id,
        name=level.shown_name,
        colour=level.colour,
        since_on=member.level_since_on,
        until_on=member.level_until_on,
        cause=member.level_cause or "growth",
        reason=member.level_reason,
    )


def benefits_of(member_id: int) -> list[Benefit]:
    """Return what a member's level gives her."""
    rows = sa.select(Benefit).join(Member, Member.level_id == Benefit.level_id)
    return list(api.db.session.scalars(rows.where(Member.id == member_id).order_by(Benefit.id)))


def best_percent(benefits: Iterable[Benefit], *, paid_by: str, scope: str) -> int:
    """Return what percent of a price is left: the best single discount, and those that add up.

    *paid_by* is "balance" or anything else, *scope* "services" or "products".
    """
    fitting = [
        benefit
        for benefit in benefits
        if benefit.kind == "discount"
        and benefit.percent is not None
        and benefit.paid_by in ("any", paid_by)
        and benefit.applies_to in ("all", scope)
    ]
    alone = min((b.percent or 100 for b in fitting if not b.adds_up), default=100)
    together = 100
    for benefit in fitting:
        if benefit.adds_up:
            together = together * (benefit.percent or 100) // 100
    return alone * together // 100


def progress_of(member_id: int) -> Progress | None:
    """Return how far a member is on the ladder; None while there are no levels."""
    member = api.db.session.get_one(Member, member_id)
    levels = all_levels()
    if not levels:
        return None
    today = api.today(member.home_store.time_zone)
    rank = rank_of(levels, member.level_id)
    following = next((one for one in levels[rank + 1 :] if one.threshold_fen is not None), None)
    growth_fen = growth_of(member_id, today)[following.basis] if following else 0
    gap = 0
    if following is not None and following.threshold_fen is not None:
        gap = following.threshold_fen
        if following.basis != "top_up":
            gap = max(0, gap - growth_fen)
    return Progress(
        levels=tuple(levels),
        level=levels[rank] if rank >= 0 else None,
        following=following,
        growth_fen=growth_fen,
        gap_fen=gap,
        keep_fen=keep_gap(member),
        until_on=member.level_until_on,
    )


def keep_gap(member: Member) -> int:
    """Return what a member must still spend to keep her level beyond its last day, in fen.

    What will have left the twelve months does not count, on the day on which her term is over
    and is looked at: the one after its last. For a level that is reached by a single top-up it
    is that top-up, unless there was one.
    """
    level, until_on = member.level, member.level_until_on
    if level is None or until_on is None or not level.threshold_fen:
        return 0
    growth = growth_of(member.id, until_on + dt.timedelta(days=1))[level.basis]
    if growth >= level.threshold_fen:
        return 0
    return level.threshold_fen if level.basis == "top_up" else level.threshold_fen - growth


def show_benefit(benefit: Benefit) -> str:
    """Say a benefit in the reader's language, with what limits it."""
    if benefit.kind == "discount" and benefit.paid_by == "balance":
        return api.gettext("%(benefit)s when paid from balance", benefit=benefit.shown_name)
    if benefit.kind == "birthday_gift":
        return api.gettext("Birthday gift: %(gift)s", gift=benefit.shown_name)
    if benefit.kind == "upgrade_gift":
        return api.gettext("Gift on reaching the level: %(gift)s", gift=benefit.shown_name)
    return benefit.shown_name
