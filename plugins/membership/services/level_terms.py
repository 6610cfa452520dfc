"""What happens to levels by the clock: notices, the end of a term, and refunds looked at again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Growth, Level, Member
from plugins.membership.services.finding import today_of_chain
from plugins.membership.services.growth import growth_of
from plugins.membership.services.ladder import (
    all_levels,
    base_of,
    earned_level,
    keep_gap,
    rank_of,
)
from plugins.membership.services.levelling import (
    Step,
    climb,
    fall_back,
    lock_member,
    put_level,
    term_end,
    today_of,
)
from plugins.membership.services.telling import tell_of_ending
from plugins.membership.services.timeline import note_history

#: A member is told so many days before she may lose her level.
NOTICE_DAYS = 30
BATCH = 500


def check_levels() -> None:
    """Do what is due for levels; the worker's nightly act, which may be repeated."""
    today = today_of_chain()
    soon = today + dt.timedelta(days=NOTICE_DAYS)
    not_told = Member.level_noticed_on.is_(None)
    _each(Member.level_recheck_on.is_not(None), check_again)
    _each(Member.level_until_on < today, end_term)
    _each(sa.and_(Member.level_until_on.between(today, soon), not_told), give_notice)


def _each(due: sa.ColumnElement[bool], act: Callable[[int], object]) -> None:
    """Call *act* for each member who is due, in the order of their numbers."""
    last = 0
    while True:
        ids = api.db.session.scalars(
            sa.select(Member.id)
            .where(due, Member.gone_at.is_(None), Member.id > last)
            .order_by(Member.id)
            .limit(BATCH)
        ).all()
        for member_id in ids:
            act(member_id)
        if len(ids) < BATCH:
            return
        last = ids[-1]


@api.unit
def check_again(member_id: int) -> None:
    """Look after a refund whether a member still earns her level; nothing when she does."""
    member = lock_member(member_id)
    if member.level_recheck_on is None:
        return
    member.level_recheck_on = None
    levels, today = all_levels(), today_of(member)
    if member.level_cause != "growth" or member.level_since_on is None:
        return
    rank = rank_of(levels, member.level_id)
    for day in (member.level_since_on, today):
        earned = earned_level(levels, growth_of(member_id, day))
        if rank_of(levels, earned.id if earned else None) >= rank:
            return
    if rank > rank_of(levels, _id_of(base_of(levels))):
        fall_back(member, told="refunded")


@api.unit
def end_term(member_id: int) -> None:
    """Renew the level of a member whose term is over, or put her at most one level down.

    A level that was given by hand until a day falls back to what she had or earned.
    """
    member = lock_member(member_id)
    levels, today = all_levels(), today_of(member)
    if member.level_until_on is None or member.level_until_on >= today:
        return
    earned = earned_level(levels, growth_of(member_id, today))
    rank, reached = rank_of(levels, member.level_id), rank_of(levels, _id_of(earned))
    if earned is not None and reached >= rank:
        step = Step(earned, term_end(levels, earned, today), "growth")
        climb(member, step, levels)
        return
    if member.level_cause == "manual":
        fall_back(member, told="term_ended")
        return
    lower = next((one for one in reversed(levels[:rank]) if one.threshold_fen is not None), None)
    until_on = term_end(levels, lower, today) if lower else None
    put_level(member, Step(lower, until_on, "growth", "term_ended"))


def _id_of(level: Level | None) -> int | None:
    return level.id if level else None


@api.unit
def give_notice(member_id: int) -> None:
    """Tell a member who would lose her level soon what is missing to keep it; once a term."""
    member = lock_member(member_id)
    today = today_of(member)
    until_on = member.level_until_on
    if member.level_noticed_on or until_on is None or until_on < today:
        return
    member.level_noticed_on = today
    gap_fen, level = keep_gap(member), member.level
    if level is None or (level.threshold_fen is not None and not gap_fen):
        return
    facts = {"until": until_on.isoformat(), "gap_fen": gap_fen}
    note_history(member_id, "level_notice", level=_said(level), **facts)
    tell_of_ending(member, level, until_on, gap_fen)


def _said(level: Level) -> dict[str, object]:
    return {"name": level.name, "names": level.names}


@api.job(_("Check all levels"))
def check_everybody(run: api.JobRun) -> dict[str, object]:
    """Lift every member to the level that she has earned, after the ladder was changed."""
    give_base_level()
    earning = sa.select(Growth.member_id).distinct()
    total = api.db.session.scalar(sa.select(sa.func.count()).select_from(earning.subquery())) or 0
    done = lifted = last = 0
    while not run.cancelled:
        some = earning.where(Growth.member_id > last).order_by(Growth.member_id).limit(BATCH)
        ids = api.db.session.scalars(some).all()
        if not ids:
            break
        lifted += sum(lift(member_id) for member_id in ids)
        done, last = done + len(ids), ids[-1]
        run.progress(done, total)
    return {"lifted": lifted}


@api.unit
def give_base_level() -> None:
    """Give the level that everybody has to all who have none."""
    base = base_of(all_levels())
    if base is not None:
        api.db.session.execute(
            sa.update(Member)
            .where(Member.level_id.is_(None))
            .values(level_id=base.id, level_cause="growth", level_since_on=today_of_chain())
        )


@api.unit
def lift(member_id: int) -> bool:
    """Give a member the level that she has earned, if it is a higher one than she has."""
    member = lock_member(member_id)
    levels, today = all_levels(), today_of(member)
    earned = earned_level(levels, growth_of(member_id, today))
    if earned is None or member.level_cause == "manual":
        return False
    if rank_of(levels, earned.id) <= rank_of(levels, member.level_id):
        return False
    climb(member, Step(earned, term_end(levels, earned, today), "growth"), levels)
    return True
