"""Levels, freezing, tags and the timeline on the pages of staff."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api, clock
from plugins.ledger.api import Opening, open_balances
from plugins.membership.api import (
    Benefit,
    Level,
    Member,
    ProfileFact,
    TimelineMoment,
    find_or_add_tags,
    freeze_member,
    require_active,
)
from plugins.membership.hookspecs import (
    membership_level_changed,
    membership_profile_facts,
    membership_timeline_kinds,
    membership_timeline_moments,
)
from plugins.membership.models import LevelGift
from plugins.membership.services.level_terms import check_levels
from plugins.membership.services.moments import SHOWN, read_timeline
from plugins.messages.models import Message
from tests.support.levels import build_ladder, grow, ids_by_name, level_name
from tests.support.live import choose
from tests.support.membership import join
from tests.support.pages import cells_of, ids_of, words
from tests.support.people import SignIn, add_store, post

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

URL = "/console/membership/members/"
LEVELS = "/console/membership/levels/"
GIFTS = "/console/membership/level_gifts/"


@pytest.fixture
def here(app: Flask) -> int:
    store = add_store("福田店")
    build_ladder()
    return store


@pytest.fixture
def anna(here: int) -> int:
    return int(join(store=here).id)


@pytest.fixture
def manager(here: int, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("manager"))


@pytest.fixture
def desk(here: int, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("front_desk", here))


def in_english(client: FlaskClient) -> FlaskClient:
    newest = api.db.session.scalar(sa.select(sa.func.max(api.User.id)))
    choose(newest or 0, locale="en")
    return client


def page_of(client: FlaskClient, member_id: int, query: str = "") -> str:
    return words(client.get(f"{URL}{member_id}/{query}").text)


# -- the ladder --------------------------------------------------------------------------------


def test_a_manager_edits_the_ladder_and_what_it_gives(manager: FlaskClient, here: int) -> None:
    told = {"name": "Platinum", "place": 9, "colour": "teal", "basis": "total"}
    more = {"threshold_fen": "20,000.00", "term_days": "365"}
    assert post(manager, f"{LEVELS}new/", {**told, **more}).status_code == 302
    level = api.db.session.query(Level).filter_by(name="Platinum").one()
    assert (level.threshold_fen, level.basis) == (2_000_000, "total")
    benefit = {"level_id": level.id, "kind": "discount", "name": "25% off", "percent": "75"}
    options = {"applies_to": "services", "paid_by": "balance", "points": "0"}
    answer = post(manager, "/console/membership/benefits/new/", {**benefit, **options})
    assert answer.status_code == 302, words(answer.text)
    assert "25% off when paid from balance" in words(manager.get(f"{LEVELS}{level.id}/").text)


def test_a_discount_that_says_no_percent_is_refused(manager: FlaskClient, here: int) -> None:
    gold = ids_by_name()["Gold"]
    told = {"level_id": gold, "kind": "discount", "name": "cheap", "points": "0"}
    options = {"applies_to": "all", "paid_by": "any"}
    answer = post(manager, "/console/membership/benefits/new/", {**told, **options})
    assert "percent of the price" in words(answer.text)
    assert api.db.session.query(Benefit).filter_by(name="cheap").count() == 0


def test_a_level_that_members_have_is_not_deleted(manager: FlaskClient, anna: int) -> None:
    plain = ids_by_name()["Plain"]
    answer = post(manager, f"{LEVELS}delete/", {"id": plain, "version": 1})
    assert answer.status_code == 302
    assert "Plain" in ids_by_name()


def test_the_front_desk_sees_the_ladder_and_changes_nothing(desk: FlaskClient) -> None:
    assert "Diamond" in desk.get(LEVELS).text
    assert desk.get(f"{LEVELS}new/").status_code == 403
    assert post(desk, f"{LEVELS}check").status_code == 403


# -- in the list -------------------------------------------------------------------------------


def test_the_list_shows_and_filters_by_level(manager: FlaskClient, anna: int) -> None:
    bea = int(join("Bea", 1, "13800138001").id)
    grow(bea, 5_000)
    page = manager.get(URL).text
    assert set(ids_of(page)) == {bea, anna}
    assert "Gold" in cells_of(page, bea)
    gold = ids_by_name()["Gold"]
    assert ids_of(manager.get(f"{URL}?f.level.eq={gold}").text) == [bea]


# -- by hand -----------------------------------------------------------------------------------


def test_a_manager_gives_a_level_with_a_reason(manager: FlaskClient, anna: int) -> None:
    until_on = api.today("Asia/Shanghai") + dt.timedelta(days=60)
    told = {"level_id": ids_by_name()["Gold"], "until_on": until_on, "reason": "made good"}
    assert post(manager, f"{URL}{anna}/level", told).status_code == 302
    shown = page_of(manager, anna)
    assert "Given by staff: made good" in shown
    assert f"until {until_on}" in shown
    assert "Level given by staff: Plain → Gold (made good)" in shown


def test_without_a_reason_nothing_is_given_and_what_was_chosen_stays(
    manager: FlaskClient, anna: int
) -> None:
    answer = post(manager, f"{URL}{anna}/level", {"level_id": ids_by_name()["Gold"]})
    assert answer.status_code == 422
    assert "Say why." in words(answer.text)
    assert level_name(anna) == "Plain"


def test_the_front_desk_gives_no_levels(desk: FlaskClient, anna: int) -> None:
    assert desk.get(f"{URL}{anna}/level").status_code == 403
    assert "Give a level" not in page_of(desk, anna)


# -- gifts -------------------------------------------------------------------------------------


@api.unit
def _add_gift(name: str) -> None:
    api.db.session.add(Benefit(level_id=ids_by_name()["Silver"], kind="upgrade_gift", name=name))


def test_a_gift_is_handed_over_once_and_can_be_taken_back(desk: FlaskClient, anna: int) -> None:
    _add_gift("Hair mask")
    grow(anna, 2_000)
    gift = api.db.session.query(LevelGift).one().id
    assert "Hand over: Hair mask, 100 points" in page_of(desk, anna)
    where = f"{URL}{anna}/gifts/{gift}"
    answer = post(desk, f"{where}/hand", follow_redirects=True)
    assert f"{where}/wait" in answer.text
    assert "Gift handed over: Hair mask" in words(answer.text)
    assert post(desk, f"{where}/hand").status_code == 422
    post(desk, f"{where}/wait")
    assert "Hand over: Hair mask" in page_of(desk, anna)


def test_gifts_that_wait_are_handed_over_from_their_list(desk: FlaskClient, anna: int) -> None:
    _add_gift("Hair mask")
    grow(anna, 2_000)
    gift = api.db.session.query(LevelGift).one().id
    assert ids_of(desk.get(f"{GIFTS}?f.open.eq=1").text) == [gift]
    post(desk, f"{GIFTS}action/", {"action": "hand_over", "rowid": gift})
    assert ids_of(desk.get(f"{GIFTS}?f.open.eq=1").text) == []


def test_nobody_reaches_a_gift_through_another_member(desk: FlaskClient, anna: int) -> None:
    _add_gift("Hair mask")
    grow(anna, 2_000)
    gift = api.db.session.query(LevelGift).one().id
    bea = int(join("Bea", 1, "13800138001").id)
    assert post(desk, f"{URL}{bea}/gifts/{gift}/hand").status_code == 404


# -- freezing ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_english")
def test_a_frozen_member_is_red_at_the_top_and_refused(manager: FlaskClient, anna: int) -> None:
    answer = post(manager, f"{URL}{anna}/freeze", {"reason": "lost"}, follow_redirects=True)
    assert f"{URL}{anna}/unfreeze" in answer.text
    page = manager.get(f"{URL}{anna}/").text
    assert "Frozen: lost" in words(page.split("notice-bad")[1])
    assert "Frozen" in manager.get(URL).text
    api.db.session.rollback()
    with pytest.raises(api.Refused, match="is frozen: lost"):
        require_active(anna)
    assert post(manager, f"{URL}{anna}/freeze", {"reason": "again"}).status_code == 422
    post(manager, f"{URL}{anna}/unfreeze")
    assert "notice-bad" not in manager.get(f"{URL}{anna}/").text
    require_active(anna)


def test_a_freeze_needs_a_reason_and_a_permission(
    manager: FlaskClient, desk: FlaskClient, anna: int
) -> None:
    assert post(manager, f"{URL}{anna}/freeze", {"reason": " "}).status_code == 422
    assert post(desk, f"{URL}{anna}/freeze", {"reason": "no"}).status_code == 403
    freeze_member(anna, "lost")
    assert post(desk, f"{URL}{anna}/unfreeze").status_code == 403


# -- stores ------------------------------------------------------------------------------------


def test_a_home_store_is_moved_with_a_reason(manager: FlaskClient, anna: int) -> None:
    there = add_store("南山店")
    told = {"store_id": there, "reason": "moved house"}
    assert post(manager, f"{URL}{anna}/store", told).status_code == 302
    shown = page_of(manager, anna)
    assert "Home store changed: 福田店 → 南山店 (moved house)" in shown
    member = api.db.session.get_one(Member, anna)
    assert member.home_store_id == there
    assert len(member.stores) == 2
    assert post(manager, f"{URL}{anna}/store", told).status_code == 422


# -- tags and notes ----------------------------------------------------------------------------


def test_tags_are_changed_in_place_and_back(desk: FlaskClient, anna: int) -> None:
    tag = find_or_add_tags(["VIP"])["VIP"]
    answer = post(desk, f"{URL}{anna}/tags/add", {"tag_id": tag}, follow_redirects=True)
    assert f"{URL}{anna}/tags/{tag}/drop" in answer.text
    assert "Tag added: VIP" in words(answer.text)
    answer = post(desk, f"{URL}{anna}/tags/{tag}/drop", follow_redirects=True)
    assert f"{URL}{anna}/tags/{tag}/put" in answer.text
    post(desk, f"{URL}{anna}/tags/{tag}/put")
    assert [one.id for one in api.db.session.get_one(Member, anna).tags] == [tag]
    assert post(desk, f"{URL}{anna}/tags/add", {"tag_id": 999}).status_code == 404


def test_notes_are_written_in_place(desk: FlaskClient, anna: int) -> None:
    post(desk, f"{URL}{anna}/notes", {"notes": "likes it quiet\r\nand warm"})
    assert api.db.session.get_one(Member, anna).notes == "likes it quiet\nand warm"


def test_a_technician_changes_nothing_in_place(here: int, sign_in: SignIn, anna: int) -> None:
    client = sign_in("technician", here)
    page = client.get(f"{URL}{anna}/").text
    assert "tags/add" not in page
    assert post(client, f"{URL}{anna}/notes", {"notes": "x"}).status_code == 403


# -- the timeline ------------------------------------------------------------------------------


def test_the_timeline_tells_what_the_ledger_moved(desk: FlaskClient, anna: int) -> None:
    opening = Opening(
        member_id=anna, principal_fen=100_000, bonus_fen=15_000, points=88, sessions={"SPA": 3}
    )
    open_balances("test", [opening])
    shown = page_of(desk, anna, "?kind=money")
    assert "Opening balance" in shown
    assert "Principal +¥1,000.00 · Bonus +¥150.00 · SPA +3 · Points +88" in shown
    assert "+¥1,150.00" in shown
    assert "Became a member" not in shown
    assert "Opening balance" not in page_of(desk, anna, "?kind=file")


def test_older_pages_of_a_timeline_leave_nothing_out(desk: FlaskClient, anna: int) -> None:
    tag = find_or_add_tags(["VIP"])["VIP"]
    for _ in range(SHOWN):
        post(desk, f"{URL}{anna}/tags/{tag}/put")
        post(desk, f"{URL}{anna}/tags/{tag}/drop")
    told: list[Any] = []
    before = ""
    while True:
        page = read_timeline(anna, before=before)
        told += page.moments
        if not page.older:
            break
        before = page.older
    assert len(told) == 2 * SHOWN + 1
    assert len({(one.source, one.number) for one in told}) == len(told)
    assert told == sorted(told, key=lambda one: (one.at, one.number), reverse=True)
    assert "Older" in page_of(desk, anna)


@pytest.mark.parametrize(
    "before", ["x", "2026-01-01~file~1", "~~", "2026-01-01T00:00:00+00:00~f~x"]
)
def test_a_place_that_is_none_shows_the_latest(desk: FlaskClient, anna: int, before: str) -> None:
    assert "Became a member" in page_of(desk, anna, f"?before={before}")


def test_moments_and_facts_are_asked_of_every_plugin(app: Flask, anna: int) -> None:
    moments = api.answers(membership_timeline_moments, member_id=anna, before=None, most=5, kind="")
    told = [one for answer in moments for one in answer]
    assert all(isinstance(one, TimelineMoment) for one in told)
    facts = api.answers(membership_profile_facts, member_id=anna)
    keys = [fact.key for answer in facts for fact in answer if isinstance(fact, ProfileFact)]
    assert {"points", "last_visit"} <= set(keys)


def test_a_change_of_level_is_announced_after_the_commit(app: Flask, anna: int) -> None:
    assert membership_level_changed.__dict__["console_kind"] == "event"
    grow(anna, 2_000)
    assert level_name(anna) == "Silver"


def test_a_member_is_told_of_her_level_and_of_its_end(app: Flask, anna: int) -> None:
    grow(anna, 2_000)
    with clock.frozen(api.now() + dt.timedelta(days=340)):
        check_levels()
    told = api.db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
    kinds = ["membership.level_reached", "membership.points_moved", "membership.level_ending"]
    assert told == kinds
    bodies = [api.thaw(one) for one in api.db.session.scalars(sa.select(Message.body))]
    assert "2,000.00" in bodies[2]


def test_the_timeline_can_be_narrowed_to_kinds_that_plugins_name(app: Flask) -> None:
    kinds = [key for answer in api.answers(membership_timeline_kinds) for key, _label in answer]
    assert {"money", "file", "level"} <= set(kinds)
