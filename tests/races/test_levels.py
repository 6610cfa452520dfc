"""Races for a level: eight bills cross the line at once, she rises once and has one gift."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.membership.models import LevelChange, LevelGift, Member
from plugins.membership.services import ladder, levelling
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.growth import growth_of
from tests.support.levels import build_ladder, grow, level_name
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.people import add_store

THREADS = 8


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    build_ladder()
    member_id = int(join().id)
    grow(member_id, 1_900)
    return member_id


def rises() -> int:
    return api.db.session.query(LevelChange).count()


def errors(found: list[Any]) -> list[BaseException]:
    return [one for one in found if isinstance(one, BaseException)]


def test_eight_bills_at_once_lift_her_once_with_one_gift(app: Flask, anna: int) -> None:
    found = at_once(app, THREADS, lambda _number: grow(anna, 100))
    assert errors(found) == []
    assert level_name(anna) == "Silver"
    assert (rises(), api.db.session.query(LevelGift).count()) == (1, 1)
    assert holdings_of(anna).points == 100


def test_no_level_is_skipped_when_bills_of_several_lines_come_at_once(
    app: Flask, anna: int
) -> None:
    found = at_once(app, THREADS, lambda _number: grow(anna, 1_250))
    assert errors(found) == []
    assert level_name(anna) == "Diamond"
    assert api.db.session.query(LevelGift).count() == 3
    assert holdings_of(anna).points == 600


def test_the_same_bill_told_eight_times_counts_once(app: Flask, anna: int) -> None:
    def tell(_number: int) -> None:
        levelling.add_growth(anna, 50_000, cause="spend", key="bill:1")

    assert errors(at_once(app, THREADS, tell)) == []
    assert growth_of(anna, api.today("Asia/Shanghai"))["total"] == 240_000


@pytest.mark.parametrize("constrained", [True, False])
def test_without_the_lock_all_of_them_would_lift_her(
    app: Flask, anna: int, engine: str, constrained: bool
) -> None:
    """Each looks first and acts later: the constraint still allows one gift, else there are 8."""
    if not constrained:
        _drop_constraint(engine)
    meeting = threading.Barrier(THREADS)

    def act(number: int) -> None:
        low = _level_id(anna)
        api.db.session.rollback()
        meeting.wait()
        _lift_as_seen(anna, low)

    found = at_once(app, THREADS, act)
    given = api.db.session.scalar(sa.text("SELECT count(*) FROM membership_level_gift"))
    if constrained:
        assert (given, len(errors(found))) == (1, THREADS - 1)
    else:
        assert (given, rises(), errors(found)) == (THREADS, THREADS, [])


def _level_id(member_id: int) -> int | None:
    found: int | None = api.db.session.scalar(
        sa.select(Member.level_id).where(Member.id == member_id)
    )
    return found


@api.unit
def _lift_as_seen(member_id: int, low: int | None) -> None:
    """Rise by what was read before, and give the gift without looking."""
    levels = ladder.all_levels()
    silver = next(level for level in levels if level.name == "Silver")
    assert low != silver.id
    member = api.db.session.get_one(Member, member_id)
    levelling.put_level(member, levelling.Step(silver, None, "growth"))
    api.db.session.execute(
        sa.insert(LevelGift.__table__).values(
            member_id=member_id,
            level_id=silver.id,
            gifts={},
            points=0,
            at=api.now(),
            handed_by="",
        )
    )


@api.unit
def _drop_constraint(engine: str) -> None:
    name = "uq_membership_level_gift_member_id_level_id"
    if engine == "postgresql":
        drop = f"ALTER TABLE membership_level_gift DROP CONSTRAINT {name}"
        api.db.session.connection().exec_driver_sql(drop)
        return
    execute = api.db.session.connection().exec_driver_sql
    text = execute(
        "SELECT sql FROM sqlite_master WHERE name = 'membership_level_gift'"
    ).scalar_one()
    start = text.index(f"CONSTRAINT {name}")
    end = text.index(")", start) + 1
    before = text[:start].rstrip().removesuffix(",")
    execute("DROP TABLE membership_level_gift")
    execute(before + text[end:])
