"""Duplicates and merging, as staff see them."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api, clock
from plugins.ledger import api as ledger
from plugins.membership.api import Birthday, Member, merge_members
from plugins.membership.models import Duplicate, Merge
from plugins.membership.services.duplicates import find_all_duplicates
from tests.support.ledger import top_up
from tests.support.membership import join
from tests.support.pages import field
from tests.support.people import SignIn, add_store, post

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

URL = "/console/membership/members/"
PAIRS = "/console/membership/duplicates/"
BORN = Birthday(7, 7, 1991)


@pytest.fixture
def here(app: Flask) -> int:
    return add_store("福田店")


@pytest.fixture
def manager(here: int, sign_in: SignIn) -> FlaskClient:
    return sign_in("manager", here)


@pytest.fixture
def pair(here: int) -> tuple[int, int]:
    """Two files of 刘晓雯: one by import, one without a phone."""
    kept = join("刘晓雯", here, "13800138009", birthday=BORN)
    gone = join("刘晓雯", here, None, birthday=BORN, notes="怕吵")
    top_up(kept.id, 36_000, 4_000)
    top_up(gone.id, 10_000)
    return kept.id, gone.id


def see(client: FlaskClient, pair: tuple[int, int]) -> str:
    return client.get(f"{URL}{pair[0]}/merge/{pair[1]}").text


def send(client: FlaskClient, pair: tuple[int, int], **choices: str) -> object:
    page = see(client, pair)
    seen = {name: field(page, name) for name in ("kept_version", "gone_version")}
    return post(client, f"{URL}{pair[0]}/merge/{pair[1]}", {**seen, **choices})


# -- finding -----------------------------------------------------------------------------------


def test_the_nightly_search_finds_the_pair_and_says_why(
    manager: FlaskClient, pair: tuple[int, int], here: int
) -> None:
    join("王五", here, "13700137000")
    assert find_all_duplicates() == 1
    page = manager.get(PAIRS).text
    assert page.count("刘晓雯") >= 2
    for reason in ("姓名相同", "出生日期相同", "Same name", "Same date of birth"):
        if reason in page:
            break
    else:
        raise AssertionError(page)
    assert f"{URL}{pair[0]}/merge/{pair[1]}" in page


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ({"name": "刘晓雯", "phone": "13800138090", "birthday": BORN}, True),
        ({"name": "刘小文", "phone": "13800138090", "birthday": BORN}, True),
        ({"name": "刘晓雯", "phone": None}, True),
        ({"name": "刘小文", "phone": "13911118009"}, True),
        ({"name": "刘小文", "phone": "13911110000"}, False),
        ({"name": "刘晓雯", "phone": "13912345678", "birthday": Birthday(1, 2, 1970)}, False),
        ({"name": "晓雯", "phone": "13800138008", "birthday": BORN}, True),
        ({"name": "王五", "phone": None, "earlier_numbers": ["A1"]}, True),
        ({"name": "王五", "phone": "13800138008"}, False),
    ],
)
def test_what_looks_like_one_person_is_shown_on_her_page(
    manager: FlaskClient, here: int, other: dict[str, object], alike: bool
) -> None:
    own = join("刘晓雯", here, "13800138009", birthday=BORN, earlier_numbers=["A1"])
    second = join(store=here, **other)  # type: ignore[arg-type]
    page = manager.get(f"{URL}{own.id}/duplicates").text
    assert (f"merge/{second.id}" in page) == alike


def test_a_file_that_looks_like_none_is_found_by_its_number(
    manager: FlaskClient, here: int
) -> None:
    own, other = join("刘晓雯", here), join("王五", here, "13912345678")
    page = manager.get(f"{URL}{own.id}/duplicates?q={other.number}").text
    assert f"merge/{other.id}" in page


def test_two_people_are_not_shown_again_unless_it_is_taken_back(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    find_all_duplicates()
    where = f"{URL}{pair[0]}/duplicates/{pair[1]}"
    assert post(manager, f"{where}/dismiss?from=list").status_code == 302
    assert f"merge/{pair[1]}" not in manager.get(PAIRS).text
    find_all_duplicates()
    assert f"merge/{pair[1]}" not in manager.get(PAIRS).text
    assert f"{where}/recall" in manager.get(f"{PAIRS}?show=dismissed").text
    post(manager, f"{where}/recall")
    assert f"merge/{pair[1]}" in manager.get(PAIRS).text
    assert api.db.session.query(Duplicate).count() == 1


def test_pairs_of_another_store_are_not_shown(
    here: int, pair: tuple[int, int], sign_in: SignIn
) -> None:
    find_all_duplicates()
    elsewhere = sign_in("manager", add_store("南山店"))
    assert "刘晓雯" not in elsewhere.get(PAIRS).text
    assert elsewhere.get(f"{URL}{pair[0]}/merge/{pair[1]}").status_code == 404
    assert elsewhere.get(f"{URL}{pair[0]}/duplicates").status_code == 404
    for act in ("dismiss", "recall"):
        where = f"{URL}{pair[0]}/duplicates/{pair[1]}/{act}"
        assert post(elsewhere, where).status_code == 404


def test_a_pair_of_which_one_file_is_out_of_reach_cannot_be_merged(
    manager: FlaskClient, here: int
) -> None:
    own = join("刘晓雯", here)
    other = join("刘晓雯", add_store("南山店"), None)
    assert manager.get(f"{URL}{own.id}/merge/{other.id}").status_code == 404
    assert post(manager, f"{URL}{own.id}/merge/{other.id}").status_code == 404
    assert f"merge/{other.id}" not in manager.get(f"{URL}{own.id}/duplicates").text


def test_the_front_desk_does_not_merge(here: int, pair: tuple[int, int], sign_in: SignIn) -> None:
    desk = sign_in("front_desk", here)
    assert desk.get(f"{URL}{pair[0]}/merge/{pair[1]}").status_code == 403
    assert "/duplicates" not in desk.get(f"{URL}{pair[0]}/").text


# -- merging -----------------------------------------------------------------------------------


def test_the_preview_shows_both_files_side_by_side(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    page = see(manager, pair)
    assert "¥400.00" in page
    assert "¥100.00" in page
    assert "13800138009" not in page


def test_merging_leads_to_the_one_file_and_says_so(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    answer = send(manager, pair)
    assert answer.headers["Location"] == f"{URL}{pair[0]}/"  # type: ignore[attr-defined]
    page = manager.get(f"{URL}{pair[0]}/").text
    assert "¥500.00" in page
    assert f"unmerge/{api.db.session.query(Merge).one().id}" in page


def test_the_address_of_a_merged_file_leads_to_the_kept_one(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    send(manager, pair)
    number = api.db.session.get_one(Member, pair[1]).number
    answer = manager.get(f"{URL}{pair[1]}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{URL}{pair[0]}/")
    assert manager.get(f"{URL}{pair[1]}/edit/").status_code == 404
    listed = manager.get(f"{URL}?q={number}").text
    assert f"{URL}{pair[0]}/" in listed
    assert f"{URL}{pair[1]}/" not in listed
    assert f"{URL}{pair[1]}/" not in manager.get(URL).text


def test_a_double_click_says_that_they_are_one_already(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    sent = {"kept_version": "1", "gone_version": "1"}
    answers = [post(manager, f"{URL}{pair[0]}/merge/{pair[1]}", sent) for _click in range(2)]
    assert {each.headers["Location"] for each in answers} == {f"{URL}{pair[0]}/"}
    assert api.db.session.query(Merge).count() == 1


def test_a_second_tab_looks_again_when_a_file_was_changed(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    sent = {"kept_version": "0", "gone_version": "1", "choice_name": "gone"}
    answer = post(manager, f"{URL}{pair[0]}/merge/{pair[1]}", sent)
    assert answer.status_code == 409
    assert api.db.session.query(Merge).count() == 0


# -- undoing -----------------------------------------------------------------------------------


def test_undoing_says_beforehand_what_goes_back(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    merge = merge_members(*pair)
    where = f"{URL}{pair[0]}/unmerge/{merge.id}"
    assert "¥100.00" in manager.get(where).text
    answer = post(manager, where)
    assert answer.headers["Location"] == f"{URL}{pair[1]}/"
    assert ledger.standings(pair, ["balance"])[pair[1]]["balance"] == 10_000
    assert manager.get(f"{URL}{pair[1]}/").status_code == 200


def test_after_seven_days_the_page_says_why_not(
    manager: FlaskClient, pair: tuple[int, int]
) -> None:
    merge = merge_members(*pair)
    where = f"{URL}{pair[0]}/unmerge/{merge.id}"
    with clock.frozen(clock.now() - dt.timedelta(days=8)):
        merged_at = clock.now()
    move_back_in_time(merge.id, merged_at)
    assert '<form class="card"' not in manager.get(where).text
    assert f"unmerge/{merge.id}" not in manager.get(f"{URL}{pair[0]}/").text
    answer = post(manager, where)
    assert answer.status_code in (409, 422, 400)
    assert api.db.session.get_one(Merge, merge.id).undone_at is None


def test_a_merge_is_undone_from_its_own_members_page_only(
    manager: FlaskClient, pair: tuple[int, int], here: int
) -> None:
    merge = merge_members(*pair)
    other = join("王五", here, "13912345678")
    assert post(manager, f"{URL}{other.id}/unmerge/{merge.id}").status_code == 404


@api.unit
def move_back_in_time(merge_id: int, at: dt.datetime) -> None:
    api.db.session.get_one(Merge, merge_id).merged_at = at
