"""Merging: two files of one person become one, to the fen, and come apart again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import api, clock
from console.search.declared import kind_of
from console.search.models import SearchWord
from plugins.ledger import api as ledger
from plugins.ledger.services.reading import trial_balance
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    Alias,
    Birthday,
    KnownStore,
    Member,
    change_phone,
    find_by_number,
    find_by_phone,
    find_or_add_tags,
    give_consent,
    kept_file_of,
    merge_members,
    note_history,
    tag_member,
    undo_merge,
    untag_member,
    withdraw_consent,
)
from plugins.membership.models import Consent, HistoryLine, MemberTag, Photo
from plugins.membership.services.moving import belongings
from tests.support.ledger import entry, left, sell_sessions, spend, top_up
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.people import add_store

pytestmark = [pytest.mark.either_engine, pytest.mark.slow]

PHONE, OTHER_PHONE = "13800138000", "13900139000"
#: Tables in which a merge leaves its own traces.
TRACES = ("console_audit", "membership_merge", "membership_moved", "membership_history")


@pytest.fixture
def pair(app: Flask) -> tuple[int, int]:
    """Two files of one person, in two stores, with something of everything."""
    here, there = add_store("福田店"), add_store("南山店")
    tags = find_or_add_tags(["敏感肌", "爱聊天"])
    kept = join("刘晓雯", here, PHONE, notes="靠窗", tag_ids=list(tags.values())[:1])
    gone = join(
        "刘小雯",
        there,
        OTHER_PHONE,
        notes="怕吵",
        allergies="果酸",
        birthday=Birthday(3, 8, 1990),
        tag_ids=list(tags.values()),
        earlier_numbers=["A77"],
        joined_on=dt.date(2024, 5, 1),
    )
    top_up(kept.id, 50_000, 5_000)
    top_up(gone.id, 100_000, 15_000)
    spend(gone.id, 12_345)
    sell_sessions(gone.id, 98_000, paid=10)
    for member, points in ((kept, 30), (gone, 12)):
        ledger.earn_points(entry("earn_points"), member.id, points)
    give_consent(kept.id, "service", channel="counter")
    give_consent(gone.id, "marketing", channel="paper")
    return kept.id, gone.id


def member(number: int) -> Member:
    api.db.session.rollback()
    found: Member = api.db.session.get_one(Member, number)
    return found


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the members and their accounts, but for what counts changes."""
    api.db.session.rollback()
    found = {}
    for table in api.db.metadata.sorted_tables:
        if not table.name.startswith(("membership_", "ledger_account", "console_search")):
            continue
        if table.name in TRACES:
            continue
        columns = [column for column in table.columns if column.name != "version"]
        rows = api.db.session.execute(sa.select(*columns)).all()
        found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def whole(*members: int) -> dict[str, int]:
    """Return what some members have together, by kind."""
    kinds = ("principal", "bonus", "balance", "all_points", "all_sessions", "unearned", "owing")
    held = ledger.standings(list(members), kinds).values()
    return {kind: sum(one[kind] for one in held) for kind in kinds}


# -- one file ----------------------------------------------------------------------------------


def test_all_that_both_had_is_in_one_file_to_the_fen(pair: tuple[int, int]) -> None:
    kept, gone = pair
    before, books = whole(kept, gone), trial_balance()
    merge_members(kept, gone)
    assert whole(kept) == before
    assert whole(gone) == dict.fromkeys(before, 0)
    assert trial_balance() == books
    assert verify().findings == {}


def test_history_tags_photos_consents_and_numbers_come_along(pair: tuple[int, int]) -> None:
    kept, gone = pair
    lines = api.db.session.query(HistoryLine).count()
    number = member(gone).number
    merge_members(kept, gone)
    one = member(kept)
    assert sorted(tag.name for tag in one.tags) == ["敏感肌", "爱聊天"]
    assert sorted(store.name for store in one.stores) == ["南山店", "福田店"]
    assert [each.id for each in find_by_number("A77")] == [kept]
    assert [each.id for each in find_by_number(number)] == [kept]
    words = {(word.purpose, word.member_id) for word in api.db.session.query(Consent)}
    assert words == {("service", kept), ("marketing", kept)}
    assert one.may_market
    assert api.db.session.query(HistoryLine).filter_by(member_id=kept).count() == lines + 1


def test_what_only_one_file_knows_is_known_afterwards(pair: tuple[int, int]) -> None:
    kept, gone = pair
    merge_members(kept, gone)
    one = member(kept)
    assert (one.name, one.phone, one.allergies) == ("刘晓雯", PHONE, "果酸")
    assert (one.birth_year, one.birth_month, one.birth_day) == (1990, 3, 8)
    assert one.notes.split("\n") == ["靠窗", "怕吵"]
    assert one.joined_on == dt.date(2024, 5, 1)


def test_each_fact_on_which_they_differ_may_be_chosen(pair: tuple[int, int]) -> None:
    kept, gone = pair
    store = member(gone).home_store_id
    merge_members(kept, gone, {"name": "gone", "phone": "gone", "home_store": "gone"})
    one = member(kept)
    assert (one.name, one.phone, one.phone_tail) == ("刘小雯", OTHER_PHONE, OTHER_PHONE[-4:])
    assert (one.pinyin, one.home_store_id) == ("liuxiaowen", store)
    assert [each.id for each in find_by_number(PHONE)] == [kept]


def test_the_merged_file_is_found_nowhere(pair: tuple[int, int]) -> None:
    kept, gone = pair
    merge_members(kept, gone)
    assert find_by_phone(OTHER_PHONE) is None
    assert member(gone).phone is None
    assert member(gone).gone_at is not None
    assert kept_file_of(gone) == kept
    words = sa.select(sa.func.count()).select_from(SearchWord).where(SearchWord.record_id == gone)
    assert api.db.session.scalar(words.where(SearchWord.kind == kind_of(Member))) == 0


def test_no_row_of_membership_names_the_merged_file(pair: tuple[int, int]) -> None:
    kept, gone = pair
    merge_members(kept, gone)
    left_behind = {
        column.table.name: api.db.session.scalar(
            sa.select(sa.func.count()).select_from(column.table).where(column == gone)
        )
        for column in belongings()
    }
    # Her own last line says where she went.
    assert {name for name, count in left_behind.items() if count} == {"membership_history"}


# -- asked twice, by two, or too late ----------------------------------------------------------


def test_a_second_click_merges_nothing_again(pair: tuple[int, int]) -> None:
    kept, gone = pair
    first = merge_members(kept, gone).id
    held = whole(kept)
    assert merge_members(kept, gone, versions=(1, 1)).id == first
    assert whole(kept) == held


def test_a_file_that_was_changed_meanwhile_is_looked_at_again(pair: tuple[int, int]) -> None:
    kept, gone = pair
    seen = (member(kept).version, member(gone).version)
    change_phone(member(gone), None)
    with pytest.raises(api.Conflict):
        merge_members(kept, gone, versions=seen)


def test_a_file_cannot_go_into_itself_nor_into_a_merged_one(pair: tuple[int, int]) -> None:
    kept, gone = pair
    third = join("刘晓雯", 1, None)
    with pytest.raises(api.Refused):
        merge_members(kept, kept)
    merge_members(kept, gone)
    with pytest.raises(api.Conflict):
        merge_members(gone, third.id)
    with pytest.raises(api.Conflict):
        merge_members(gone, kept)


def test_merging_each_into_the_other_at_once_leaves_one(app: Flask, pair: tuple[int, int]) -> None:
    before = whole(*pair)
    ways = (pair, pair[::-1])
    results = at_once(app, 6, lambda number: merge_members(*ways[number % 2]).kept_id)
    winners = {result for result in results if isinstance(result, int)}
    assert len(winners) == 1
    assert all(isinstance(r, (int, api.Conflict)) for r in results), results
    kept = winners.pop()
    assert whole(kept) == before
    assert member(kept).gone_at is None
    assert verify().findings == {}


def test_merging_while_money_is_spent_loses_no_fen(app: Flask, pair: tuple[int, int]) -> None:
    kept, gone = pair
    before = whole(kept, gone)["balance"]

    def act(number: int) -> Any:
        if number == 4:
            return merge_members(kept, gone).id
        return spend(gone, 500) if number % 2 else top_up(gone, 300)

    results = at_once(app, 9, act)
    problems = [each for each in results if isinstance(each, BaseException)]
    assert not problems, problems
    change = sum(-500 if isinstance(each, ledger.Spent) else 0 for each in results)
    change += sum(300 for each in results if isinstance(each, ledger.LotState))
    assert whole(kept)["balance"] == before + change
    assert left(gone) == (0, 0)
    assert verify().findings == {}


# -- apart again -------------------------------------------------------------------------------


def test_undoing_puts_every_row_back(pair: tuple[int, int]) -> None:
    before = snapshot()
    choices = {"name": "gone", "phone": "gone", "home_store": "gone"}
    merge = merge_members(*pair, choices)
    assert snapshot() != before
    undo_merge(merge.id)
    assert snapshot() == before
    assert verify().findings == {}


def test_undoing_twice_is_undoing_once(pair: tuple[int, int]) -> None:
    merge_id = merge_members(*pair).id
    undo_merge(merge_id)
    before = snapshot()
    undo_merge(merge_id)
    assert snapshot() == before


def test_what_happened_since_stays_with_the_kept_file(pair: tuple[int, int]) -> None:
    kept, gone = pair
    merge_id = merge_members(kept, gone).id
    tag = find_or_add_tags(["新标签"])["新标签"]
    tag_member(kept, tag)
    untag_member(kept, find_or_add_tags(["爱聊天"])["爱聊天"])
    change_phone(member(kept), "13700137000")
    since = top_up(kept, 70_000)
    withdraw_consent(kept, "marketing", channel="counter")
    undo_merge(merge_id)
    assert member(kept).phone == "13700137000"
    assert member(gone).phone == OTHER_PHONE
    assert [tag.name for tag in member(kept).tags] == ["敏感肌", "新标签"]
    assert since.id in {lot.id for lot in ledger.lots_of(kept)}
    assert not member(kept).may_market
    assert member(gone).may_market
    assert verify().findings == {}


def test_a_phone_that_somebody_else_has_by_now_stays_hers(pair: tuple[int, int]) -> None:
    kept, gone = pair
    merge_id = merge_members(kept, gone).id
    new = join("王五", 1, OTHER_PHONE)
    undo_merge(merge_id)
    assert member(new.id).phone == OTHER_PHONE
    assert member(gone).phone is None


@pytest.mark.usefixtures("in_english")
def test_after_seven_days_a_merge_stays(pair: tuple[int, int]) -> None:
    merge_id = merge_members(*pair).id
    later = clock.now() + dt.timedelta(days=7, minutes=1)
    with clock.frozen(later), pytest.raises(api.Refused, match="seven days"):
        undo_merge(merge_id)


@pytest.mark.usefixtures("in_english")
def test_a_chain_of_merges_comes_apart_from_its_end(pair: tuple[int, int]) -> None:
    kept, gone = pair
    last = join("刘晓雯", 1, None).id
    before = snapshot()
    first = merge_members(kept, gone).id
    second = merge_members(last, kept).id
    assert kept_file_of(gone) == last
    with pytest.raises(api.Refused, match="undo that merge first"):
        undo_merge(first)
    undo_merge(second)
    undo_merge(first)
    assert snapshot() == before


def test_two_bound_phones_leave_the_chosen_one(app: Flask, pair: tuple[int, int]) -> None:
    from plugins.membership.api import bind_identity, find_by_identity

    kept, gone = pair
    bind_identity("wechat", "openid-1", kept)
    bind_identity("wechat", "openid-2", gone)
    before = snapshot()
    merge = merge_members(kept, gone, {"binding": "gone"})
    assert find_by_identity("wechat", "openid-1") is None
    assert find_by_identity("wechat", "openid-2") == kept
    undo_merge(merge.id)
    assert snapshot() == before


ACTS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["top_up", "spend", "points", "sessions", "tag", "note", "photo"]),
        st.integers(1, 9),
    ),
    max_size=12,
)


@pytest.mark.any_engine
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS, sides=st.lists(st.sampled_from(["kept", "gone"]), min_size=5, max_size=5))
def test_merging_and_undoing_is_as_if_nothing_had_been(
    app: Flask, acts: list[tuple[int, str, int]], sides: list[str]
) -> None:
    store = api.db.session.scalar(sa.select(api.Store.id).limit(1)) or add_store("福田店")
    both = [join("刘晓雯", store, None).id, join("刘雯", store, None).id]
    tags = list(find_or_add_tags([f"标签{number}" for number in range(10)]).values())
    for side, act, number in acts:
        happen(both[side], act, number, tags)
    before, held = snapshot(), whole(*both)
    names = ("name", "phone", "home_store", "consultant", "level")
    merge = merge_members(both[0], both[1], dict(zip(names, sides, strict=True)))
    assert whole(both[0]) == held
    assert verify().findings == {}
    undo_merge(merge.id)
    assert snapshot() == before
    assert verify().findings == {}


@api.unit
def happen(member_id: int, act: str, number: int, tags: list[int]) -> None:
    """Let something happen to a member."""
    if act == "top_up":
        top_up(member_id, number * 1_000, number * 77)
    elif act == "spend" and sum(left(member_id)) >= number * 333:
        spend(member_id, number * 333)
    elif act == "points":
        head = entry("earn_points")
        ledger.earn_points(head, member_id, number, expires=f"2027-0{number}")
    elif act == "sessions":
        sell_sessions(member_id, number * 100, paid=number)
    elif act == "tag":
        tag_member(member_id, tags[number])
    elif act == "note":
        note_history(member_id, "received", store=str(number))


def test_models_of_belongings_are_found_by_looking(app: Flask) -> None:
    tables = {column.table.name for column in belongings()}
    models: tuple[Any, ...] = (Alias, KnownStore, MemberTag, Photo, HistoryLine, Consent)
    assert {model.__tablename__ for model in models} <= tables
