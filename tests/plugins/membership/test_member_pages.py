"""The member list and the member file, as staff see them."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from console import api
from plugins.ledger.api import Opening, open_balances
from plugins.membership.api import (
    Birthday,
    KnownStore,
    Member,
    Touch,
    find_or_add_tags,
    tag_member,
)
from tests.support.membership import PHONE, join
from tests.support.pages import cells_of, field, has_field, ids_of, version_of, words
from tests.support.people import SignIn, add_store, post
from tests.support.salon import add_staff

pytestmark = pytest.mark.any_engine

URL = "/console/membership/members/"


@pytest.fixture
def here(app: Flask) -> int:
    return add_store("福田店")


@pytest.fixture
def there(here: int) -> int:
    return add_store("南山店")


@pytest.fixture
def desk(here: int, sign_in: SignIn) -> FlaskClient:
    return sign_in("front_desk", here)


def add(client: FlaskClient, store: int, name: str, phone: str = "", **more: str) -> Any:
    return post(client, f"{URL}new/", {"name": name, "phone": phone, "store_id": store, **more})


def save(client: FlaskClient, member: Member, **changes: object) -> Any:
    """Open the form of a member, change some fields, and send it."""
    page = client.get(f"{URL}{member.id}/edit/").text
    entered = {
        "_version": field(page, "_version"),
        "name": member.name,
        "phone": member.phone or "",
        "home_store_id": member.home_store_id,
    }
    return post(client, f"{URL}{member.id}/edit/", {**entered, **changes})


# -- adding ------------------------------------------------------------------------------------


def test_a_member_is_added_with_a_name_and_a_phone(desk: FlaskClient, here: int) -> None:
    answer = add(desk, here, "陈诗雅", "138 0013 8000")
    member = api.db.session.query(Member).one()
    assert answer.headers["Location"].endswith(f"/{member.id}/")
    assert (member.phone, member.source, member.home_store_id) == (PHONE, "manual", here)
    assert "陈诗雅" in desk.get(f"{URL}{member.id}/").text


def test_the_form_at_the_counter_asks_for_no_more_than_that(desk: FlaskClient) -> None:
    page = desk.get(f"{URL}new/").text
    assert has_field(page, "name")
    assert has_field(page, "phone")
    assert has_field(page, "store_id")
    assert not has_field(page, "gender")


def test_a_phone_that_is_known_opens_the_file_that_is_there(desk: FlaskClient, here: int) -> None:
    member = join(store=here, touch=Touch("scan", here))
    answer = add(desk, here, "别的名字", PHONE)
    assert answer.headers["Location"].endswith(f"/{member.id}/")
    assert api.db.session.query(Member).count() == 1
    api.db.session.refresh(member)
    assert (member.source, member.latest_source) == ("scan", "manual")


def test_what_is_no_phone_is_said_beside_what_was_typed(desk: FlaskClient, here: int) -> None:
    answer = add(desk, here, "陈诗雅", "1380013")
    assert answer.status_code == 422
    assert field(answer.text, "phone") == "1380013"
    assert api.db.session.query(Member).count() == 0


def test_a_name_is_asked_for(desk: FlaskClient, here: int) -> None:
    assert add(desk, here, "  ").status_code == 422


def test_nobody_adds_to_a_store_that_is_not_hers(desk: FlaskClient, there: int) -> None:
    assert add(desk, there, "陈诗雅").status_code == 422
    assert api.db.session.query(Member).count() == 0


def test_a_technician_adds_nobody(here: int, sign_in: SignIn) -> None:
    client = sign_in("technician", here)
    assert client.get(f"{URL}new/").status_code == 403
    assert add(client, here, "陈诗雅").status_code == 403


def test_another_member_can_be_added_right_away(desk: FlaskClient, here: int) -> None:
    answer = add(desk, here, "陈诗雅", _add_another="1")
    assert answer.headers["Location"] == f"{URL}new/"


# -- the list ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["陈诗", "csy", "chenshi", "8000", PHONE, "V0042"])
def test_a_member_is_found_by_what_staff_remember(desk: FlaskClient, here: int, text: str) -> None:
    member = join(store=here, earlier_numbers=["V0042"])
    join("周敏", here, "13912345678")
    assert ids_of(desk.get(URL, query_string={"q": text}).text) == [member.id]


def test_part_of_a_phone_finds_nobody_but_its_last_four_digits(
    desk: FlaskClient, here: int
) -> None:
    join(store=here)
    assert ids_of(desk.get(URL, query_string={"q": "13800"}).text) == []


def test_the_list_masks_phones(desk: FlaskClient, here: int) -> None:
    join(store=here)
    page = desk.get(URL).text
    assert "138****8000" in page
    assert PHONE not in page


def test_the_list_shows_balance_and_points_and_sorts_by_them(desk: FlaskClient, here: int) -> None:
    poor, rich = join("周敏", here, None), join(store=here)
    opening = Opening(member_id=rich.id, principal_fen=100000, bonus_fen=15000, points=88)
    open_balances("test", [opening])
    page = desk.get(URL, query_string={"sort": "-balance"}).text
    assert ids_of(page) == [rich.id, poor.id]
    assert "¥1,150.00" in cells_of(page, rich.id)
    assert "88" in cells_of(page, rich.id)
    page = desk.get(URL, query_string={"f.balance.ge": "1000"}).text
    assert ids_of(page) == [rich.id]


def test_the_list_is_narrowed_by_tag_source_month_and_phone(desk: FlaskClient, here: int) -> None:
    member = join(store=here, birthday=Birthday(6, 18), touch=Touch("scan", here))
    other = join("雷女士", here, None)
    tag_id = find_or_add_tags(["敏感肌"])["敏感肌"]
    tag_member(member.id, tag_id)
    for name, value in (
        ("f.tags.eq", tag_id),
        ("f.source.eq", "scan"),
        ("f.birth_month.eq", 6),
        ("f.has_phone.eq", 1),
    ):
        assert ids_of(desk.get(URL, query_string={name: value}).text) == [member.id], name
    assert ids_of(desk.get(URL, query_string={"f.has_phone.eq": 0}).text) == [other.id]
    assert ids_of(desk.get(URL, query_string={"f.birth_month.eq": 7}).text) == []


def test_tags_are_coloured_on_the_page_and_plain_in_a_spreadsheet(
    here: int, sign_in: SignIn
) -> None:
    member = join(store=here)
    for tag_id in find_or_add_tags(["敏感肌", "怕痛"]).values():
        tag_member(member.id, tag_id)
    client = sign_in("manager", here)
    assert '<span class="tag-chip tag-blue">敏感肌</span>' in client.get(URL).text
    sheet = csv.reader(io.StringIO(client.get(f"{URL}export/csv/").text))
    assert "<span" not in "".join(cell for line in sheet for cell in line)


def test_a_store_sees_its_own_members_and_those_who_visited(
    desk: FlaskClient, here: int, there: int
) -> None:
    own, stranger = join(store=here), join("周敏", there, None)
    assert ids_of(desk.get(URL).text) == [own.id]
    assert desk.get(f"{URL}{stranger.id}/").status_code == 404
    assert desk.get(f"{URL}{stranger.id}/edit/").status_code == 404
    assert desk.get(f"{URL}{stranger.id}/photos").status_code == 404


# -- members of other stores -------------------------------------------------------------------


def test_a_whole_phone_finds_a_member_of_another_store(
    desk: FlaskClient, here: int, there: int
) -> None:
    member = join(store=there)
    page = desk.get(URL, query_string={"q": PHONE}).text
    assert ids_of(page) == []
    assert f"{URL}elsewhere?q={PHONE}" in page
    page = desk.get(f"{URL}elsewhere", query_string={"q": PHONE}).text
    assert "陈诗雅" in page
    assert "南山店" in page
    asked = {"q": PHONE, "member_id": member.id, "store_id": here}
    answer = post(desk, f"{URL}elsewhere", asked)
    assert desk.get(answer.headers["Location"]).status_code == 200
    assert api.db.session.get(KnownStore, (member.id, here)) is not None


def test_four_digits_find_nobody_elsewhere(desk: FlaskClient, there: int) -> None:
    member = join(store=there)

    @api.unit
    def renumber(number: str) -> None:
        api.db.session.get_one(Member, member.id).number = number

    for number in ("M8000", "8000"):
        renumber(number)
        for asked in ("8000", " 8000 "):
            page = desk.get(f"{URL}elsewhere", query_string={"q": asked}).text
            assert "陈诗雅" not in page
    renumber("80001")
    assert "陈诗雅" in desk.get(f"{URL}elsewhere", query_string={"q": "80001"}).text


def test_nobody_is_received_by_her_id_alone(desk: FlaskClient, here: int, there: int) -> None:
    member = join(store=there)
    asked = {"q": "13900000000", "member_id": member.id, "store_id": here}
    assert post(desk, f"{URL}elsewhere", asked).status_code == 404
    assert desk.get(f"{URL}{member.id}/").status_code == 404


def test_adding_somebody_who_is_known_elsewhere_leads_to_her(
    desk: FlaskClient, here: int, there: int
) -> None:
    join(store=there)
    answer = add(desk, here, "陈诗雅", PHONE)
    assert answer.headers["Location"] == f"{URL}elsewhere?q={PHONE}"
    assert api.db.session.query(Member).count() == 1


# -- the file ----------------------------------------------------------------------------------


def test_the_file_shows_what_staff_must_know_at_once(desk: FlaskClient, here: int) -> None:
    member = join(store=here, allergies="果酸", birthday=Birthday(12, 30, lunar=True))
    opening = Opening(
        member_id=member.id,
        principal_fen=100000,
        bonus_fen=15000,
        points=88,
        sessions={"肩颈 SPA": 3},
        owing_fen=20000,
    )
    open_balances("test", [opening])
    page = desk.get(f"{URL}{member.id}/").text
    text = words(page)
    assert "果酸" in page.split("notice-bad")[1]
    for shown in ("¥1,150.00", "¥1,000.00", "¥150.00", "¥200.00", "138****8000", "肩颈 SPA"):
        assert shown in text, shown
    assert PHONE not in page


def test_a_member_without_anything_is_shown_as_well(desk: FlaskClient, here: int) -> None:
    member = join("雷女士", here, None)
    text = words(desk.get(f"{URL}{member.id}/").text)
    assert "雷女士" in text
    assert "None" not in text


def test_a_lunar_birthday_without_a_year_is_saved(desk: FlaskClient, here: int) -> None:
    member = join(store=here)
    answer = save(
        desk,
        member,
        birthday__lunar="y",
        birthday__month=12,
        birthday__day=30,
    )
    assert answer.status_code == 302
    api.db.session.refresh(member)
    assert (member.birth_month, member.birth_day, member.birth_lunar) == (12, 30, True)
    assert member.birth_year is None
    assert member.next_birthday_on is not None


def test_an_impossible_birthday_is_refused_and_nothing_is_saved(
    desk: FlaskClient, here: int
) -> None:
    member = join(store=here)
    answer = save(desk, member, name="陈小雅", birthday__month=2, birthday__day=30)
    assert answer.status_code == 422
    api.db.session.refresh(member)
    assert member.name == "陈诗雅"


def test_the_form_keeps_a_phone_that_it_does_not_show(desk: FlaskClient, here: int) -> None:
    member = join(store=here)
    assert PHONE not in desk.get(f"{URL}{member.id}/edit/").text
    assert save(desk, member, name="陈小雅", phone="").status_code == 302
    api.db.session.refresh(member)
    assert (member.name, member.phone) == ("陈小雅", PHONE)


def test_a_phone_that_another_member_has_is_refused_in_the_form(
    desk: FlaskClient, here: int
) -> None:
    join(store=here)
    other = join("周敏", here, None)
    assert save(desk, other, phone=PHONE).status_code == 422
    api.db.session.refresh(other)
    assert other.phone is None


def test_balance_number_and_source_are_not_in_any_form(desk: FlaskClient, here: int) -> None:
    member = join(store=here)
    save(desk, member, number="M1", source="scan", balance="999", version="7", status="frozen")
    api.db.session.refresh(member)
    assert (member.source, member.status) == ("manual", "active")
    assert member.number != "M1"


def test_a_consultant_of_another_store_cannot_be_chosen(
    desk: FlaskClient, here: int, there: int
) -> None:
    stranger = add_staff("Tony 张", api.db.session.get_one(api.Store, there))
    member = join(store=here)
    assert save(desk, member, consultant_id=stranger.id).status_code == 422


def test_a_name_is_mended_in_the_list(desk: FlaskClient, here: int) -> None:
    member = join(store=here)
    version = version_of(desk.get(URL).text, member.id)
    changed = {"id": member.id, "key": "name", "value": "曾诗雅", "version": version}
    answer = post(desk, f"{URL}update/", changed)
    assert answer.status_code == 200, answer.text
    assert ids_of(desk.get(URL, query_string={"q": "zsy"}).text) == [member.id]


def test_a_technician_sees_members_but_not_their_phones(here: int, sign_in: SignIn) -> None:
    member = join(store=here, allergies="果酸")
    client = sign_in("technician", here)
    for path in (URL, f"{URL}{member.id}/"):
        page = client.get(path).text
        assert "陈诗雅" in page
        assert PHONE not in page
        assert "data-reveal" not in page
    assert client.get(f"{URL}{member.id}/edit/").status_code == 403


# -- tags and photos ---------------------------------------------------------------------------


def test_many_members_get_a_tag_at_once(desk: FlaskClient, here: int, there: int) -> None:
    members = [join(f"客{n}", here, None) for n in range(3)]
    stranger = join("周敏", there, None)
    tag_id = find_or_add_tags(["VIP"])["VIP"]
    rows = [str(member.id) for member in members]
    add = {"action": "add_tag", "value": tag_id, "rowid": rows}
    post(desk, f"{URL}action/", add)
    carriers = ids_of(desk.get(URL, query_string={"f.tags.eq": tag_id}).text)
    assert sorted(carriers) == [member.id for member in members]
    more = {**add, "rowid": [*rows, str(stranger.id)]}
    assert post(desk, f"{URL}action/", more).status_code == 404
    assert stranger.tags == []
    post(desk, f"{URL}action/", {**add, "action": "remove_tag"})
    assert ids_of(desk.get(URL, query_string={"f.tags.eq": tag_id}).text) == []


def test_many_members_move_to_another_store_and_back(
    here: int, there: int, sign_in: SignIn
) -> None:
    members = [join("陈一", here, None), join("林二", there, None)]
    client = sign_in("owner")
    move = {"action": "set_home_store", "value": there, "all": 1, "query": ""}
    post(client, f"{URL}action/", move)
    page = client.get(URL).text
    stores = "f.home_store_id.eq"
    assert len(ids_of(client.get(URL, query_string={stores: there}).text)) == 2
    undo = re.search(r'data-undo="([^"]*)"', page)
    assert undo
    post(client, undo[1])
    assert ids_of(client.get(URL, query_string={stores: there}).text) == [members[1].id]
    desk = sign_in("front_desk", here)
    refused = {**move, "rowid": members[0].id, "all": 0}
    post(desk, f"{URL}action/", refused)
    assert ids_of(client.get(URL, query_string={stores: here}).text) == [members[0].id]


def test_a_tag_that_members_carry_is_not_deleted(here: int, sign_in: SignIn) -> None:
    member = join(store=here)
    tag_id = find_or_add_tags(["VIP"])["VIP"]
    tag_member(member.id, tag_id)
    client = sign_in("owner")
    page = client.get("/console/membership/tags/").text
    version = version_of(page, tag_id)
    post(client, "/console/membership/tags/delete/", {"id": tag_id, "version": version})
    assert ids_of(client.get("/console/membership/tags/").text) == [tag_id]


def test_a_photo_is_kept_in_the_file_and_only_for_staff(
    desk: FlaskClient, here: int, client: FlaskClient
) -> None:
    member = join(store=here)
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "#b43c66").save(kept, "PNG")
    sent = {"photo": (io.BytesIO(kept.getvalue()), "before.png"), "note": "护理前"}
    assert post(desk, f"{URL}{member.id}/photos", sent).status_code == 302
    page = desk.get(f"{URL}{member.id}/").text
    assert "护理前" in page
    address = page.split('<img src="')[1].split('"')[0]
    with desk.get(address) as shown:
        assert shown.status_code == 200
    assert client.get(address).status_code == 404


def test_what_is_no_picture_is_refused(desk: FlaskClient, here: int) -> None:
    member = join(store=here)
    sent = {"photo": (io.BytesIO(b"<svg onload=alert(1)>"), "x.png")}
    assert post(desk, f"{URL}{member.id}/photos", sent).status_code == 422
    assert post(desk, f"{URL}{member.id}/photos", {}).status_code == 422


def test_the_home_page_names_new_members_and_birthdays(desk: FlaskClient, here: int) -> None:
    today = api.today("Asia/Shanghai")
    join(store=here, birthday=Birthday(today.month, today.day))
    page = desk.get("/console/").text
    assert "陈诗雅" in page
    assert f"{URL}new/" in page


def test_points_are_read_with_a_comma_between_thousands(desk: FlaskClient, here: int) -> None:
    anna = join("Anna", here)
    open_balances("test", [Opening(member_id=anna.id, points=2180)])
    assert "2,180" in words(desk.get(URL).text)
