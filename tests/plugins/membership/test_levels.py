"""Levels: reached by growth, kept or lost at the end of a term, given by hand, and bought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, clock
from console.audit import AuditEntry
from plugins.membership.api import (
    Benefit,
    Level,
    Member,
    add_growth,
    best_percent,
    buy_level,
    level_of,
    merge_members,
    progress_of,
    set_level,
    take_back_growth,
    take_back_level,
)
from plugins.membership.models import Growth, LevelGift
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.level_terms import check_levels, lift
from plugins.membership.services.timeline import timeline_of
from tests.support.levels import build_ladder, grow, level_name
from tests.support.membership import join
from tests.support.people import add_store

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("in_english")]

START = dt.datetime(2026, 4, 1, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def spring(app: Flask) -> Iterator[None]:
    with clock.frozen(START):
        yield


@pytest.fixture
def ladder(app: Flask) -> dict[str, int]:
    add_store("福田店")
    return build_ladder()


@pytest.fixture
def anna(ladder: dict[str, int]) -> int:
    return int(join().id)


def member(member_id: int) -> Member:
    api.db.session.rollback()
    found: Member = api.db.session.get_one(Member, member_id, populate_existing=True)
    return found


def later(days: int) -> AbstractContextManager[None]:
    return clock.frozen(START + days * DAY)


def words_of(member_id: int) -> list[str]:
    return [moment.text for moment in timeline_of(member_id)]


# -- rising ------------------------------------------------------------------------------------


def test_a_new_member_has_the_level_that_everybody_has(anna: int) -> None:
    assert level_name(anna) == "Plain"
    assert member(anna).level_until_on is None


def test_a_member_rises_at_once_when_she_crosses_the_line(anna: int) -> None:
    grow(anna, 1_999)
    assert level_name(anna) == "Plain"
    grow(anna, 1)
    assert level_name(anna) == "Silver"
    assert member(anna).level_until_on == dt.date(2027, 4, 1)
    assert "Level reached: Plain → Silver" in words_of(anna)
    assert holdings_of(anna).points == 100


def test_a_late_entry_gives_the_level_from_the_day_when_she_paid(anna: int) -> None:
    today = api.today("Asia/Shanghai")
    grow(anna, 2_000, on=today - dt.timedelta(days=20))
    assert member(anna).level_since_on == today - dt.timedelta(days=20)
    assert member(anna).level_until_on == today + dt.timedelta(days=345)
    grow(anna, 3_000, on=today - dt.timedelta(days=30))
    assert (level_name(anna), member(anna).level_since_on) == (
        "Gold",
        today - dt.timedelta(days=20),
    )


def test_the_same_key_counts_once(anna: int) -> None:
    for _ in range(3):
        add_growth(anna, 200_000, cause="spend", key="bill:1")
    assert api.db.session.query(Growth).count() == 1


def test_who_crosses_two_lines_at_once_gets_both_gifts(anna: int) -> None:
    grow(anna, 6_000)
    assert level_name(anna) == "Gold"
    assert holdings_of(anna).points == 300


def test_a_gift_is_given_once_however_often_a_level_is_reached(anna: int) -> None:
    key = grow(anna, 2_000)
    take_back_growth(key, back_key="refund")
    check_levels()
    assert level_name(anna) == "Plain"
    grow(anna, 2_500)
    assert level_name(anna) == "Silver"
    assert holdings_of(anna).points == 100
    assert api.db.session.query(LevelGift).count() == 1


def test_a_change_is_audited(anna: int) -> None:
    grow(anna, 2_000)
    acts = api.db.session.scalars(sa.select(AuditEntry.act)).all()
    assert "membership.level_changed" in acts


def test_a_top_up_alone_lifts_to_a_level_that_asks_for_a_single_top_up(anna: int) -> None:
    _rebase("Gold", "top_up", 300_000)
    grow(anna, 2_000, cause="top_up")
    grow(anna, 2_000, cause="top_up")
    assert level_name(anna) == "Plain"
    grow(anna, 3_000, cause="top_up")
    assert level_name(anna) == "Gold"


@api.unit
def _rebase(name: str, basis: str, threshold_fen: int | None) -> None:
    level = api.db.session.query(Level).filter_by(name=name).one()
    level.basis, level.threshold_fen = basis, threshold_fen


def test_what_is_paid_by_top_up_does_not_count_as_spending(anna: int) -> None:
    grow(anna, 90_000, cause="top_up")
    assert level_name(anna) == "Plain"


def test_spending_of_more_than_twelve_months_ago_does_not_count(anna: int) -> None:
    grow(anna, 1_500, on=dt.date(2025, 4, 1))
    grow(anna, 1_500, on=dt.date(2025, 4, 2))
    assert level_name(anna) == "Plain"
    grow(anna, 500)
    assert level_name(anna) == "Silver"


# -- keeping and losing ------------------------------------------------------------------------


def test_a_level_is_kept_for_its_term_and_then_falls_one_step(anna: int) -> None:
    grow(anna, 12_000)
    with later(365):
        check_levels()
        assert level_name(anna) == "Diamond"
    with later(366):
        check_levels()
        assert level_name(anna) == "Gold"
        assert member(anna).level_until_on == dt.date(2028, 4, 1)
        check_levels()
        assert level_name(anna) == "Gold"
    assert "Term over, level: Diamond → Gold" in words_of(anna)


def test_who_has_earned_her_level_anew_keeps_it(anna: int) -> None:
    grow(anna, 2_000)
    with later(200):
        grow(anna, 2_100)
    with later(366):
        check_levels()
        assert level_name(anna) == "Silver"
        assert member(anna).level_until_on == dt.date(2028, 4, 1)
    assert "Level kept: Silver" in words_of(anna)


def test_a_notice_comes_thirty_days_before_and_names_what_is_missing(anna: int) -> None:
    grow(anna, 2_000)
    with later(300):
        grow(anna, 500)
    with later(334):
        check_levels()
        assert member(anna).level_noticed_on is None
    with later(335):
        check_levels()
        check_levels()
        assert member(anna).level_noticed_on == dt.date(2027, 3, 2)
        progress = progress_of(anna)
        assert progress is not None
        assert progress.keep_fen == 150_000
    told = [text for text in words_of(anna) if text.startswith("Told that")]
    assert told == ["Told that the level Silver ends on 2027-04-01"]


def test_what_no_longer_counts_when_the_term_is_over_keeps_nobody(anna: int) -> None:
    """Of a day that still counts on the last of the term, and no more on the day after."""
    grow(anna, 2_000)
    with later(1):
        grow(anna, 2_000)
    with later(340):
        check_levels()
        progress = progress_of(anna)
        assert progress is not None
        assert progress.keep_fen == 200_000
    with later(366):
        check_levels()
        assert level_name(anna) == "Plain"
    assert "Told that the level Silver ends on 2027-04-01" in words_of(anna)


def test_a_term_over_a_leap_day_is_told_like_any_other(anna: int) -> None:
    with later(400):
        grow(anna, 2_000)
    assert member(anna).level_until_on == dt.date(2028, 5, 5)
    with later(400 + 340):
        check_levels()
        progress = progress_of(anna)
        assert progress is not None
        assert progress.keep_fen == 200_000


def test_a_refund_is_looked_at_in_the_night(anna: int) -> None:
    grow(anna, 1_000)
    key = grow(anna, 1_500)
    take_back_growth(key, back_key="refund:1", fen=100_000)
    assert level_name(anna) == "Silver"
    check_levels()
    assert level_name(anna) == "Plain"
    assert holdings_of(anna).points == 100
    assert "After a refund, level: Silver → Plain" in words_of(anna)


def test_a_refund_that_leaves_enough_changes_nothing(anna: int) -> None:
    grow(anna, 2_000)
    key = grow(anna, 500)
    take_back_growth(key, back_key="refund:1")
    check_levels()
    assert level_name(anna) == "Silver"


def test_after_a_refund_the_level_before_counts_while_its_term_runs(anna: int) -> None:
    grow(anna, 2_000)
    with later(360):
        key = grow(anna, 8_000)
        assert level_name(anna) == "Diamond"
    with later(364):
        take_back_growth(key, back_key="refund:1")
        check_levels()
        assert level_name(anna) == "Silver"
        assert member(anna).level_until_on == dt.date(2027, 4, 1)


def test_no_more_is_taken_off_than_was_counted(anna: int) -> None:
    key = grow(anna, 100)
    take_back_growth(key, back_key="refund:1", fen=6_000)
    take_back_growth(key, back_key="refund:1", fen=6_000)
    with pytest.raises(api.Refused, match="More would be taken off"):
        take_back_growth(key, back_key="refund:2", fen=6_000)
    with pytest.raises(api.NotFound):
        take_back_growth("nothing", back_key="refund:3")


# -- by hand, and bought -----------------------------------------------------------------------


def test_a_level_given_by_hand_ends_on_its_day(anna: int, ladder: dict[str, int]) -> None:
    set_level(anna, ladder["Gold"], until_on=dt.date(2026, 6, 30), reason="complaint of March")
    held = level_of(anna)
    assert held is not None
    assert (held.name, held.cause, held.reason) == ("Gold", "manual", "complaint of March")
    assert holdings_of(anna).points == 0
    with later(90):
        check_levels()
        assert level_name(anna) == "Gold"
    with later(91):
        check_levels()
        assert level_name(anna) == "Plain"


def test_a_level_by_hand_needs_a_reason_and_a_day_to_come(
    anna: int, ladder: dict[str, int]
) -> None:
    for until_on, reason in ((None, "  "), (dt.date(2026, 4, 1), "because")):
        with pytest.raises(api.Refused):
            set_level(anna, ladder["Gold"], until_on=until_on, reason=reason)


def test_a_level_by_hand_can_come_with_its_gift(anna: int, ladder: dict[str, int]) -> None:
    set_level(anna, ladder["Gold"], until_on=None, reason="opening party", with_gift=True)
    assert holdings_of(anna).points == 200


def test_who_was_put_lower_by_hand_rises_only_by_crossing_a_line_anew(
    anna: int, ladder: dict[str, int]
) -> None:
    grow(anna, 5_000)
    set_level(anna, ladder["Silver"], until_on=None, reason="went wrong")
    grow(anna, 100)
    assert level_name(anna) == "Silver"
    grow(anna, 4_900)
    assert level_name(anna) == "Diamond"


def test_a_bought_level_is_called_so_and_never_lowers(anna: int, ladder: dict[str, int]) -> None:
    buy_level(anna, ladder["Gold"], "3000 + 600")
    held = level_of(anna)
    assert held is not None
    assert (held.name, held.cause, held.until_on) == ("Gold", "bought", dt.date(2027, 4, 1))
    assert "Level bought by top-up: Plain → Gold (3000 + 600)" in words_of(anna)
    buy_level(anna, ladder["Silver"], "500 + 50")
    assert level_name(anna) == "Gold"
    with later(100):
        buy_level(anna, ladder["Gold"], "3000 + 600")
        assert member(anna).level_until_on == dt.date(2027, 7, 10)
    assert holdings_of(anna).points == 300


def test_a_bought_level_goes_back_with_its_top_up(anna: int, ladder: dict[str, int]) -> None:
    buy_level(anna, ladder["Gold"], "3000 + 600")
    take_back_level(anna, "another offer")
    assert level_name(anna) == "Gold"
    take_back_level(anna, "3000 + 600")
    assert level_name(anna) == "Plain"


def test_two_files_of_one_person_may_earn_a_higher_level_together(anna: int) -> None:
    bea = int(join("Bea", 1, "13800138001").id)
    grow(anna, 3_000)
    key = grow(bea, 2_500)
    merge_members(anna, bea)
    lift(anna)
    assert level_name(anna) == "Gold"
    grow(bea, 5_000)
    assert level_name(anna) == "Diamond"
    take_back_growth(key, back_key="refund:1")
    progress = progress_of(anna)
    assert progress is not None
    assert member(anna).level_recheck_on == dt.date(2026, 4, 1)


# -- progress and benefits ---------------------------------------------------------------------


def test_progress_says_what_is_missing_to_the_next_level(anna: int) -> None:
    grow(anna, 3_500)
    progress = progress_of(anna)
    assert progress is not None
    assert progress.following is not None
    assert progress.following.name == "Gold"
    assert (progress.growth_fen, progress.gap_fen, progress.percent) == (350_000, 150_000, 70)


def test_whoever_is_at_the_top_has_nothing_to_reach(anna: int) -> None:
    grow(anna, 10_000)
    progress = progress_of(anna)
    assert progress is not None
    assert (progress.following, progress.gap_fen, progress.percent) == (None, 0, 100)


def test_of_several_discounts_the_best_one_counts_unless_they_add_up() -> None:
    def discount(percent: int, **more: object) -> Benefit:
        told = {"applies_to": "all", "paid_by": "any", "adds_up": False, **more}
        return Benefit(kind="discount", percent=percent, **told)

    plain = [discount(95), discount(88, paid_by="balance"), discount(90, applies_to="products")]
    assert best_percent(plain, paid_by="balance", scope="services") == 88
    assert best_percent(plain, paid_by="cash", scope="services") == 95
    assert best_percent(plain, paid_by="cash", scope="products") == 90
    assert best_percent([], paid_by="cash", scope="products") == 100
    both = [discount(80), discount(90, adds_up=True)]
    assert best_percent(both, paid_by="cash", scope="services") == 72
