"""Accounts that change hands: what two files have is one member's, and goes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.ledger import api as ledger
from plugins.ledger.models import Account, Standing
from plugins.ledger.services.reading import trial_balance
from plugins.ledger.services.seals import seal
from plugins.ledger.services.verifying import verify
from tests.plugins.ledger.test_verifying import found, tamper
from tests.support.ledger import entry, journals, left, line, sell_sessions, spend, top_up
from tests.support.parallel import at_once

pytestmark = pytest.mark.either_engine

KEPT, GONE, OTHER = 17, 18, 19
KEY = b"kept elsewhere"


def merge(gone: int = GONE, kept: int = KEPT, **more: Any) -> ledger.Posted | None:
    return ledger.hand_over(entry("merge", **more), gone, kept)


def undo(posted: ledger.Posted | None, gone: int = GONE) -> None:
    ledger.hand_back(entry("unmerge"), gone, posted.journal_id if posted else None)


def points_of(member: int) -> int:
    return ledger.standings([member], ["all_points"])[member]["all_points"]


def holders() -> list[tuple[Any, ...]]:
    """Return whose every account is, and what it holds."""
    table: Any = Account.__table__
    fields = [table.c[name] for name in ("id", "owner_id", "part", "debits", "credits")]
    api.db.session.rollback()
    return [tuple(row) for row in api.db.session.execute(sa.select(*fields).order_by(table.c.id))]


def standing_rows() -> set[tuple[Any, ...]]:
    table: Any = Standing.__table__
    fields = [table.c[name] for name in ("owner_id", "kind", "unit", "amount")]
    rows = api.db.session.execute(sa.select(*fields).where(table.c.amount != 0))
    return {tuple(row) for row in rows}


@pytest.fixture
def two(app: Flask) -> Flask:
    """Two files of one person: both have lots, points of the same month, and a coupon."""
    top_up(KEPT, 50_000, 5_000)
    top_up(GONE, 100_000, 15_000)
    sell_sessions(GONE, 98_000, paid=10, gift=2)
    spend(GONE, 23_456)
    for member, points in ((KEPT, 100), (GONE, 30)):
        ledger.earn_points(entry("earn_points"), member, points, expires="2027-03")
    ledger.take_back_points(entry("take_back_points"), GONE, 50)
    ledger.issue_coupon(entry("issue_coupon"), GONE, "C1")
    return app


def test_what_both_files_had_is_one_members(two: Flask) -> None:
    both = [sum(pair) for pair in zip(left(KEPT), left(GONE), strict=True)]
    before, posted = trial_balance(), journals()
    assert merge() is not None
    assert list(left(KEPT)) == both
    assert left(GONE) == (0, 0)
    assert points_of(KEPT) == 100 + 30 - 50
    assert [lot.paid for lot in ledger.lots_of(KEPT)] == [50_000, 100_000]
    assert len(ledger.lots_of(KEPT, "sessions")) == 1
    assert ledger.lots_of(GONE) == []
    assert trial_balance() == before
    assert journals() == posted + 1
    assert verify(KEY).findings == {}


def test_lots_of_both_are_spent_in_one_go_and_earn_what_they_would_have(two: Flask) -> None:
    merge()
    spent = spend(KEPT, sum(left(KEPT)))
    assert left(KEPT) == (0, 0)
    unearned = ledger.standings([KEPT], ["unearned"])[KEPT]["unearned"]
    assert unearned == 98_000  # the session card is still to come
    assert spent.income_fen == 150_000 - 100_000 * 23_456 // 115_000
    assert verify(KEY).findings == {}


def test_undoing_puts_every_account_back(two: Flask) -> None:
    accounts, standings = holders(), standing_rows()
    posted = merge()
    assert holders() != accounts
    undo(posted)
    assert holders() == accounts
    assert standing_rows() == standings
    assert ledger.heir_of(GONE) == GONE
    assert verify(KEY).findings == {}


def test_what_happened_since_stays_with_the_kept_member(two: Flask) -> None:
    kept, posted = points_of(KEPT), merge()
    ledger.earn_points(entry("earn_points"), KEPT, 7, expires="2027-03")
    since = top_up(KEPT, 30_000)
    undo(posted)
    # Her points owing of 20 came along and were settled by what she earned.
    assert points_of(KEPT) == kept
    assert points_of(GONE) == 30 - 50 + 7
    assert since.id in {lot.id for lot in ledger.lots_of(KEPT)}
    assert since.id not in {lot.id for lot in ledger.lots_of(GONE)}
    assert verify(KEY).findings == {}


def test_points_of_one_month_stay_apart_and_are_spent_together(two: Flask) -> None:
    merge()
    ledger.earn_points(entry("earn_points"), KEPT, 20, expires="2027-03")
    ledger.spend_points(entry("spend_points"), KEPT, 100)
    assert points_of(KEPT) == 0
    assert verify(KEY).findings == {}


def test_points_that_came_along_expire_with_their_month(app: Flask) -> None:
    ledger.earn_points(entry("earn_points"), GONE, 30, expires="2027-03")
    ledger.earn_points(entry("earn_points"), GONE, 5, expires="2027-04")
    merge()
    assert ledger.expire_points("2027-04") == 30
    assert points_of(KEPT) == 5


def test_what_is_posted_for_the_merged_file_goes_to_the_kept_one(two: Flask) -> None:
    merge()
    before = left(KEPT)[0]
    lot = top_up(GONE, 10_000)
    assert left(KEPT)[0] == before + 10_000
    ledger.spend(entry("spend"), GONE, [line(1_000)])
    ledger.earn_points(entry("earn_points"), GONE, 100)
    ledger.redeem_coupon(entry("redeem_coupon"), GONE, "C1")
    assert lot.member_id == KEPT
    assert points_of(GONE) == 0
    assert verify(KEY).findings == {}


def test_the_same_request_after_a_merge_is_still_the_same_request(app: Flask) -> None:
    head = entry("issue_coupon")
    first = ledger.issue_coupon(head, GONE, "C1")
    top = entry("top_up")
    lot = top_up(GONE, 10_000, entry_=top)
    merge()
    assert ledger.issue_coupon(head, GONE, "C1") == ledger.Posted(first.journal_id, fresh=False)
    assert top_up(GONE, 10_000, entry_=top).id == lot.id
    assert left(KEPT) == (10_000, 0)


def test_nothing_is_opened_by_name_for_a_merged_file(two: Flask) -> None:
    merge()
    forgotten = ledger.Move(ledger.salon("issued", None, "POINTS"), ledger.held("points", GONE), 1)
    with pytest.raises(ledger.FileMerged):
        ledger.post(entry("earn_points"), [forgotten])


def test_a_file_without_accounts_merges_without_a_journal(app: Flask) -> None:
    assert merge() is None
    top_up(GONE, 500)
    assert left(KEPT) == (500, 0)
    undo(None)
    top_up(GONE, 300)
    assert (left(KEPT), left(GONE)) == ((500, 0), (300, 0))


def test_a_merged_file_cannot_be_merged_again_nor_receive_another(two: Flask) -> None:
    merge()
    with pytest.raises(ledger.FileMerged):
        merge(GONE, OTHER)
    with pytest.raises(ledger.FileMerged):
        merge(OTHER, GONE)
    with pytest.raises(ledger.FileMerged):
        merge(KEPT, GONE)


def test_a_chain_of_merges_ends_at_the_last_file(two: Flask) -> None:
    accounts = holders()
    first = merge(GONE, KEPT)
    second = merge(KEPT, OTHER)
    assert ledger.heir_of(GONE) == OTHER
    assert points_of(OTHER) == 80
    assert verify(KEY).findings == {}
    with pytest.raises(ledger.FileMerged):
        undo(first)
    undo(second, KEPT)
    undo(first)
    assert holders() == accounts
    assert verify(KEY).findings == {}


def test_merging_back_and_forth_keeps_chains_and_seals_whole(two: Flask) -> None:
    seal(KEY)
    for _round in range(3):
        undo(merge())
        spend(GONE, 100)
    seal(KEY)
    merge()
    assert verify(KEY).findings == {}


def test_an_account_moves_by_a_handover_alone(two: Flask) -> None:
    merge()
    for change in (f"owner_id = {OTHER}", f"owner_id = {GONE}", "part = 'x'"):
        with pytest.raises(sa.exc.IntegrityError, match="frozen"), api.db.engine.begin() as raw:
            raw.execute(sa.text(f"UPDATE ledger_account SET {change} WHERE kind = 'principal'"))


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE ledger_handover SET from_id = 99", {"chains", "seals"}),
        ("UPDATE ledger_handover SET from_part = 'x'", {"chains", "seals"}),
        ("DELETE FROM ledger_handover", {"chains", "seals", "empty_journals"}),
        ("UPDATE ledger_account SET owner_id = 99 WHERE kind = 'coupon'", {"owners", "handovers"}),
        ("UPDATE ledger_account SET part = 'x' WHERE kind = 'coupon'", {"chains", "handovers"}),
    ],
)
def test_who_forges_a_handover_is_found(two: Flask, statement: str, broken: set[str]) -> None:
    merge()
    seal(KEY)
    tamper(statement)
    assert broken <= found()


@pytest.mark.parametrize("threads", [6])
def test_merging_each_into_the_other_at_once_leaves_one_file(two: Flask, threads: int) -> None:
    total = sum(left(KEPT)) + sum(left(GONE))
    ways = [(GONE, KEPT), (KEPT, GONE)]
    results = at_once(two, threads, lambda number: merge(*ways[number % 2]))
    holds = {member: sum(left(member)) for member in (KEPT, GONE)}
    assert sorted(holds.values()) == [0, total]
    assert any(not isinstance(result, Exception) for result in results)
    assert verify(KEY).findings == {}


def test_money_that_is_spent_during_a_merge_is_spent_once(two: Flask) -> None:
    total = sum(left(KEPT)) + sum(left(GONE))

    def act(number: int) -> Any:
        if number == 3:
            return merge()
        if number % 2:
            return top_up(GONE, 100)
        return spend(GONE, 1_000)

    results = at_once(two, 10, act)
    problems = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(each, ledger.Insufficient) for each in problems), problems
    spent = sum(1_000 for result in results if isinstance(result, ledger.Spent))
    added = sum(100 for result in results if isinstance(result, ledger.LotState))
    assert added == 400
    assert sum(left(KEPT)) == total - spent + added
    assert left(GONE) == (0, 0)
    assert verify(KEY).findings == {}
