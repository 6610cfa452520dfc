"""Moving members up and down the ladder; whoever moves one holds the lock on her row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.hookspecs import membership_level_changed
from plugins.membership.models import Growth, Level, LevelChange, Member
from plugins.membership.services.gifts import give_gift
from plugins.membership.services.growth import growth_of
from plugins.membership.services.ladder import (
    all_levels,
    base_of,
    earned_level,
    rank_of,
)
from plugins.membership.services.telling import tell_of_level
from plugins.membership.services.timeline import note_history


@dataclass(frozen=True)
class Step:
    """A level that a member is to get: until when, why, and what to call it."""

    level: Level | None
    until_on: dt.date | None
    cause: str
    #: What the event says of it; `cause` unless it is told.
    told: str = ""
    reason: str = ""
    #: The day from which it is hers; today unless it is told.
    since_on: dt.date | None = None


def lock_member(member_id: int) -> Member:
    """Return a member whose level nobody else changes until the unit ends.

    The number of a file that was merged into another one returns that one.
    """
    locked = sa.select(Member).where(Member.id == member_id).with_for_update(of=Member)
    found = api.db.session.scalars(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise api.NotFound(_("There is no such member."))
    return found if found.merged_into_id is None else lock_member(found.merged_into_id)


def today_of(member: Member) -> dt.date:
    """Return the day that it is in a member's home store."""
    return api.today(member.home_store.time_zone)


@api.unit
def add_growth(
    member_id: int, fen: int, *, cause: str, key: str, on: dt.date | None = None
) -> None:
    """Count an amount above zero towards a member's level, which may rise at once.

    *cause* is "spend", "top_up" (counts for levels that a single top-up reaches) or "import".
    The same *key* counts once; *on* is the day of a late entry.
    """
    if fen <= 0:
        raise ValueError("growth is above zero; use take_back_growth")
    member = lock_member(member_id)
    if _find(key) is not None:
        return
    today = today_of(member)
    before = growth_of(member.id, today)
    counted_on = min(on or today, today)
    api.db.session.add(
        Growth(
            member_id=member.id, fen=fen, cause=cause, key=key, counted_on=counted_on, at=api.now()
        )
    )
    api.db.session.flush()
    _rise(member, before, counted_on)


@api.unit
def take_back_growth(key: str, *, back_key: str, fen: int | None = None) -> None:
    """Take growth off again because of a refund: all that is left of it, or *fen*.

    The level is checked again at night; a gift stays hers. The same *back_key* counts once.
    """
    original = _find(key)
    if original is None or original.corrects_id is not None:
        raise api.NotFound(_("No growth was counted for this."))
    member = lock_member(original.member_id)
    if _find(back_key) is not None:
        return
    rows = _still_counted(key)
    left = sum(fen_left for _row, fen_left in rows)
    wanted = left if fen is None else fen
    if wanted <= 0:
        return
    if wanted > left:
        raise api.Refused(_("More would be taken off than was counted."))
    for place, (row, fen_left) in enumerate(rows):
        some = min(fen_left, wanted)
        wanted -= some
        if some:
            correction = Growth(member_id=member.id, fen=-some, cause=row.cause, at=api.now())
            correction.key = f"{back_key}:{place}" if place else back_key
            correction.counted_on, correction.corrects_id = row.counted_on, row.id
            api.db.session.add(correction)
    member.level_recheck_on = today_of(member)


def _still_counted(key: str) -> list[tuple[Growth, int]]:
    """Return what counts under a key, once more after it was taken off as well, and what is left.

    The first one has something left, unless none has.
    """
    again = Growth.key.startswith(f"{key}{AGAIN}", autoescape=True)
    wanted = sa.select(Growth).where(sa.or_(Growth.key == key, again))
    rows = api.db.session.scalars(wanted.order_by(Growth.id)).all()
    taken = sa.select(Growth.corrects_id, sa.func.sum(Growth.fen))
    taken = taken.where(Growth.corrects_id.in_([row.id for row in rows]))
    off = {
        number: int(fen)
        for number, fen in api.db.session.execute(taken.group_by(Growth.corrects_id))
    }
    found = [(row, row.fen + off.get(row.id, 0)) for row in rows]
    return sorted(found, key=lambda one: not one[1])


#: What stands between the key of growth and the one under which it was taken off and put back.
AGAIN = ":again:"


@api.unit
def restore_growth(back_key: str) -> None:
    """Count again what was taken off under *back_key*, since that was undone; once."""
    back = _find(back_key)
    if back is None or back.corrects_id is None:
        raise api.NotFound(_("No growth was counted for this."))
    member = lock_member(back.member_id)
    more = Growth.key.startswith(f"{back_key}:", autoescape=True)
    wanted = sa.select(Growth).where(sa.or_(Growth.key == back_key, more))
    for taken in api.db.session.scalars(wanted.order_by(Growth.id)).all():
        first = api.db.session.get_one(Growth, taken.corrects_id)
        key = f"{first.key.partition(AGAIN)[0]}{AGAIN}{taken.key}"
        add_growth(member.id, -taken.fen, cause=taken.cause, key=key, on=taken.counted_on)


def _find(key: str) -> Growth | None:
    found: Growth | None = api.db.session.scalar(sa.select(Growth).where(Growth.key == key))
    return found


def _rise(member: Member, before: Mapping[str, int], on: dt.date) -> None:
    """Give a member the level that her growth now meets, if it is a higher one.

    Its term begins on the day when she paid, not before that of a level that she rose to.
    Somebody whom staff put lower by hand rises only by crossing a line anew.
    """
    levels, today = all_levels(), today_of(member)
    earned = earned_level(levels, growth_of(member.id, today))
    if earned is None or rank_of(levels, earned.id) <= rank_of(levels, member.level_id):
        return
    if member.level_cause == "manual":
        former = earned_level(levels, before)
        if former is not None and rank_of(levels, former.id) >= rank_of(levels, earned.id):
            return
    base = base_of(levels)
    risen = base is not None and rank_of(levels, member.level_id) > rank_of(levels, base.id)
    since_on = max(on, member.level_since_on or on) if risen else on
    until_on = term_end(levels, earned, since_on)
    climb(member, Step(earned, until_on, "growth", since_on=since_on), levels)


def term_end(levels: Sequence[Level], level: Level, today: dt.date) -> dt.date | None:
    """Return the last day of a term that begins today; the level of everybody has none."""
    base = base_of(levels)
    if base is not None and base.id == level.id:
        return None
    return today + dt.timedelta(days=level.term_days)


def climb(member: Member, step: Step, levels: Sequence[Level]) -> None:
    """Put a member on a higher level, with the gift of each that she reaches on the way."""
    low = rank_of(levels, member.level_id)
    high = rank_of(levels, step.level.id if step.level else None)
    put_level(member, step)
    for level in levels[low + 1 : high + 1]:
        if level.threshold_fen is not None or level is step.level:
            give_gift(member, level)


def put_level(member: Member, step: Step) -> None:
    """Give a member a level or a new term of it, and say so to everybody whom it concerns."""
    old, new = member.level, step.level
    api.db.session.add(
        LevelChange(
            member_id=member.id,
            old_level_id=member.level_id,
            old_state=state_of(member),
            level_id=new.id if new else None,
            until_on=step.until_on,
            cause=step.cause,
            reason=step.reason,
            at=api.now(),
            user_name=api.actor().name,
        )
    )
    before = {"level_id": member.level_id, "level_until_on": member.level_until_on}
    member.level_id = new.id if new else None
    member.level_since_on = step.since_on or today_of(member)
    member.level_until_on = step.until_on
    member.level_cause, member.level_reason = step.cause, step.reason
    member.level_noticed_on = member.level_recheck_on = None
    api.db.session.flush()
    api.db.session.expire(member, ["level"])
    _tell(member, old, new, step)
    api.record_audit(
        "membership.level_changed",
        member,
        before=before,
        after={"level_id": member.level_id, "level_until_on": member.level_until_on},
        note=step.reason,
        store_id=member.home_store_id,
        title=_("Changed a level"),
    )


def state_of(member: Member) -> dict[str, Any]:
    """Return what belongs to a member's level, as plain values that can be put back."""
    return {
        "since": member.level_since_on.isoformat() if member.level_since_on else None,
        "until": member.level_until_on.isoformat() if member.level_until_on else None,
        "cause": member.level_cause,
        "reason": member.level_reason,
    }


def _tell(member: Member, old: Level | None, new: Level | None, step: Step) -> None:
    facts: dict[str, Any] = {
        "old": _said(old),
        "new": _said(new),
        "until": step.until_on.isoformat() if step.until_on else "",
        "reason": step.reason,
    }
    told = step.told or step.cause
    if old is not None and new is not None and old.id == new.id:
        note_history(member.id, "level_kept", **facts)
        return
    note_history(member.id, f"level_{told}", **facts)
    api.emit(
        membership_level_changed,
        member_id=member.id,
        old_level_id=old.id if old else None,
        new_level_id=new.id if new else None,
        cause=told,
    )
    if old is not None:
        levels = all_levels()
        rose = rank_of(levels, new.id if new else None) > rank_of(levels, old.id)
        tell_of_level(member, old, new, step.until_on, rose=rose)


def _said(level: Level | None) -> dict[str, Any]:
    return {"name": level.name, "names": level.names} if level else {"name": "-", "names": {}}


@api.unit
def set_level(
    member_id: int,
    level_id: int,
    *,
    until_on: dt.date | None,
    reason: str,
    with_gift: bool = False,
) -> None:
    """Give a member a level by hand, until a day or without an end."""
    member = lock_member(member_id)
    levels, today = all_levels(), today_of(member)
    level = next((one for one in levels if one.id == level_id), None)
    if level is None:
        raise api.Refused(_("Choose a level."))
    if not reason.strip():
        raise api.Refused(_("Say why."))
    if until_on is not None and until_on <= today:
        raise api.Refused(_("The last day must lie ahead."))
    step = Step(level, until_on, "manual", reason=reason.strip()[:200])
    if with_gift and rank_of(levels, level.id) > rank_of(levels, member.level_id):
        put_level(member, step)
        give_gift(member, level)
        return
    put_level(member, step)


@api.unit
def buy_level(member_id: int, level_id: int, cause: str, on: dt.date | None = None) -> None:
    """Give a member the level that comes with a top-up; *cause* names the offer.

    A higher one stays hers; the same one gets a new term. *on* is the day of a late entry.
    """
    member = lock_member(member_id)
    levels, today = all_levels(), min(on or today_of(member), today_of(member))
    level = next((one for one in levels if one.id == level_id), None)
    if level is None:
        raise api.NotFound(_("There is no such level."))
    if rank_of(levels, level.id) < rank_of(levels, member.level_id):
        return
    until_on = today + dt.timedelta(days=level.term_days)
    if member.level_id == level.id:
        if member.level_until_on is None or member.level_until_on >= until_on:
            return
        put_level(member, Step(level, until_on, "bought", reason=cause, since_on=today))
        return
    climb(member, Step(level, until_on, "bought", reason=cause, since_on=today), levels)


@api.unit
def take_back_level(member_id: int, cause: str) -> None:
    """Take back a level that came with a top-up which is refunded; gifts stay hers."""
    member = lock_member(member_id)
    if member.level_cause == "bought" and member.level_reason == cause:
        fall_back(member, told="refunded")


def fall_back(member: Member, *, told: str) -> None:
    """Put a member where she would be without her level: what she earned, or had before.

    The level that she had before counts while its term runs.
    """
    levels, today = all_levels(), today_of(member)
    earned = earned_level(levels, growth_of(member.id, today)) or base_of(levels)
    former = _former(member, levels, today)
    if former is not None and former.level is not None:
        rank = rank_of(levels, earned.id if earned else None)
        if rank_of(levels, former.level.id) >= rank:
            put_level(member, Step(former.level, former.until_on, former.cause, told))
            return
    until_on = term_end(levels, earned, today) if earned else None
    put_level(member, Step(earned, until_on, "growth", told))


def _former(member: Member, levels: Sequence[Level], today: dt.date) -> Step | None:
    """Return the level before the present one, unless its term is over."""
    change = api.db.session.scalars(
        sa.select(LevelChange)
        .where(
            LevelChange.member_id == member.id,
            LevelChange.level_id == member.level_id,
            LevelChange.old_level_id.is_distinct_from(LevelChange.level_id),
        )
        .order_by(LevelChange.id.desc())
        .limit(1)
    ).first()
    level = next((one for one in levels if change and one.id == change.old_level_id), None)
    if change is None or level is None:
        return None
    text = change.old_state.get("until")
    until_on = dt.date.fromisoformat(text) if text else None
    if until_on is not None and until_on < today:
        return None
    return Step(level, until_on, change.old_state.get("cause") or "growth")
