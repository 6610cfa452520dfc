"""Adding, changing and deleting: only what the form names, in the words of the person."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from console import epoch
from console.audit import AuditEntry
from console.db import db
from console.security.models import RolePermission
from console.security.users import preset_role
from console.unit import unit
from tests.console.admin.conftest import URL, House
from tests.support import moods, pages, teahouse
from tests.support.people import post
from tests.support.teahouse import Guest

pytestmark = pytest.mark.any_engine

NEW = f"{URL}new/"


def only_guest() -> Guest:
    db.session.rollback()
    return db.session.scalars(sa.select(Guest)).one()


def complete(**more: str) -> dict[str, str]:
    return {"name": "Lin", "joined_at": "2026-03-01 09:30", "visits": "0", **more}


def edited(client: FlaskClient, number: int, **more: str) -> dict[str, str]:
    """Return what the edit form would send if these fields were changed."""
    page = client.get(f"{URL}{number}/edit/").text
    names = ("name", "phone", "born_on", "limit_fen", "visits", "joined_at", "_version")
    return {**{name: pages.field(page, name) for name in names}, **more}


def test_a_guest_is_added_with_what_was_entered(house: House, owner: FlaskClient) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    cup = teahouse.add(teahouse.Cup(name="Blue"))
    switch_to(owner, house.here)
    answer = post(
        owner,
        NEW,
        complete(
            phone="13800138000",
            sort="green",
            rank_id=str(rank),
            limit_fen="1,234.50",
            born_on="1990-05-06",
            regular="y",
            cups=str(cup),
            note="likes it hot",
        ),
    )
    assert answer.status_code == 302, pages.words(answer.text)
    guest = only_guest()
    assert (guest.name, guest.phone, guest.sort) == ("Lin", "13800138000", "green")
    assert (guest.rank_id, guest.limit_fen, guest.regular) == (rank, 123450, True)
    assert guest.born_on == dt.date(1990, 5, 6)
    assert guest.joined_at == dt.datetime(2026, 3, 1, 1, 30, tzinfo=dt.UTC)
    assert [cup.name for cup in guest.cups] == ["Blue"]
    assert answer.location == f"{URL}{guest.id}/"
    page = owner.get(answer.location).text
    assert "¥1,234.50" in page
    assert "2026-03-01 09:30" in page


def switch_to(client: FlaskClient, store: int) -> None:
    assert post(client, "/console/store", {"store": str(store)}).status_code == 302


def test_a_new_record_belongs_to_the_store_where_it_is_made(
    house: House, owner: FlaskClient
) -> None:
    switch_to(owner, house.there)
    post(owner, NEW, complete())
    assert only_guest().store_id == house.there


def test_what_the_form_does_not_name_cannot_be_set(house: House, owner: FlaskClient) -> None:
    switch_to(owner, house.here)
    forged = {"balance_fen": "999999", "store_id": str(house.there), "id": "77"}
    post(owner, NEW, complete(**forged))
    guest = only_guest()
    assert (guest.balance_fen, guest.store_id) == (0, house.here)
    number = guest.id
    assert number != 77
    data = edited(owner, number, name="Lin Yi", **forged)
    assert post(owner, f"{URL}{number}/edit/", data).status_code == 302
    guest = only_guest()
    assert (guest.name, guest.balance_fen, guest.store_id) == ("Lin Yi", 0, house.here)


def test_what_is_missing_or_wrong_is_said_beside_the_field_and_input_is_kept(
    house: House, owner: FlaskClient
) -> None:
    switch_to(owner, house.here)
    answer = post(
        owner,
        NEW,
        {
            "name": "",
            "joined_at": "yesterday",
            "visits": "many",
            "limit_fen": "1.234",
            "born_on": "2026-02-30",
            "sort": "coffee",
            "rank_id": "999",
            "note": "keep me",
        },
    )
    assert answer.status_code == 422
    for name in ("name", "joined_at", "visits", "limit_fen", "born_on", "sort", "rank_id"):
        assert f'id="{name}-said"' in answer.text, name
    assert "keep me" in answer.text
    assert pages.field(answer.text, "limit_fen") == "1.234"
    assert db.session.scalar(sa.select(sa.func.count(Guest.id))) == 0


def test_a_phone_that_exists_is_said_in_words_with_a_link(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here, phone="13800138000")
    switch_to(owner, house.here)
    answer = post(owner, NEW, complete(name="Yu", phone="13800138000"))
    assert answer.status_code == 422
    assert f'href="{URL}{number}/"' in answer.text
    assert "UNIQUE" not in answer.text.upper()
    assert "constraint" not in answer.text.lower()
    assert pages.field(answer.text, "name") == "Yu"


def test_a_phone_of_another_store_is_told_without_a_link(house: House) -> None:
    number = teahouse.add_guest("Lin", house.there, phone="13800138000")
    client = house.enter("manager", house.here)
    answer = post(client, NEW, complete(name="Yu", phone="13800138000"))
    assert answer.status_code == 422
    assert f"{URL}{number}/" not in answer.text
    assert "Lin" not in answer.text


def test_a_refusal_of_the_plugin_stands_above_the_form(house: House, owner: FlaskClient) -> None:
    switch_to(owner, house.here)
    answer = post(owner, NEW, complete(name="Nobody", note="keep me"))
    assert answer.status_code == 422
    assert "Nobody drinks no tea." in answer.text
    assert "keep me" in answer.text


def test_money_is_shown_in_yuan_and_kept_in_fen(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here, limit_fen=123456)
    page = owner.get(f"{URL}{number}/edit/").text
    assert pages.field(page, "limit_fen") == "1234.56"
    post(owner, f"{URL}{number}/edit/", edited(owner, number, limit_fen="\uffe5\uff12\uff10"))
    assert only_guest().limit_fen == 2000


def test_saving_an_untouched_form_changes_nothing(house: House, owner: FlaskClient) -> None:
    joined = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
    number = teahouse.add_guest("Lin", house.here, joined_at=joined, note="a\nb", sort="green")
    data = edited(owner, number, sort="green", note="a\r\nb")
    assert post(owner, f"{URL}{number}/edit/", data).status_code == 302
    guest = only_guest()
    assert guest.joined_at == joined
    assert guest.note == "a\nb"
    acts = db.session.scalars(sa.select(AuditEntry.act).where(AuditEntry.subject_id == number))
    assert "change" not in acts.all()


def test_the_audit_trail_tells_what_changed_by_whom(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here, note="old")
    post(owner, f"{URL}{number}/edit/", edited(owner, number, note="new"))
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "change")).one()
    assert (entry.subject_table, entry.subject_id) == ("tea_guest", number)
    assert (entry.before, entry.after) == ({"note": "old"}, {"note": "new"})
    assert entry.user_name.startswith("owner")


def test_a_record_with_others_behind_it_cannot_be_deleted(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    teahouse.add_guest("Friend", house.here, friend_id=number)
    version = pages.version_of(owner.get(URL).text, number)
    answer = post(owner, f"{URL}delete/", {"id": str(number), "version": version})
    assert answer.status_code == 302
    page = owner.get(answer.location).text
    assert "FOREIGN" not in page.upper()
    assert db.session.get(Guest, number) is not None
    assert 'class="notice' in page


def test_a_record_is_deleted_and_the_list_says_so(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    version = pages.version_of(owner.get(URL).text, number)
    fields = {"id": str(number), "version": version, "url": f"{URL}?q=Li"}
    answer = post(owner, f"{URL}delete/", fields)
    assert answer.location == f"{URL}?q=Li"
    assert db.session.get(Guest, number) is None
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "delete")).one()
    assert entry.before and entry.before["name"] == "Lin"


def test_a_plugin_may_refuse_a_deletion(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Founder", house.here)
    version = pages.version_of(owner.get(URL).text, number)
    answer = post(owner, f"{URL}delete/", {"id": str(number), "version": version})
    assert "The founder stays." in owner.get(answer.location).text
    assert db.session.get(Guest, number) is not None


def test_somebody_who_may_not_see_a_phone_keeps_it_when_she_saves(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here, phone="13800138000")
    client = house.enter("manager", house.here)
    forbid_phones("manager")
    page = client.get(f"{URL}{number}/edit/").text
    assert "13800138000" not in page
    assert "138****8000" in page
    assert (
        post(client, f"{URL}{number}/edit/", edited(client, number, name="Yi")).status_code == 302
    )
    assert (only_guest().name, only_guest().phone) == ("Yi", "13800138000")
    post(client, f"{URL}{number}/edit/", edited(client, number, phone="13900139000"))
    assert only_guest().phone == "13900139000"


@unit
def forbid_phones(preset: str) -> None:
    role = preset_role(preset)
    db.session.add(RolePermission(role_id=role.id, key="console.see_phones", decision="deny"))
    epoch.bump()


def test_another_plugins_section_is_saved_in_the_same_unit(
    house: House, owner: FlaskClient
) -> None:
    number = teahouse.add_guest("Lin", house.here)
    data = edited(owner, number, name="Yi", mood__word="calm")
    assert post(owner, f"{URL}{number}/edit/", data).status_code == 302
    assert moods.Moods.kept[number] == "calm"
    assert pages.field(owner.get(f"{URL}{number}/edit/").text, "mood__word") == "calm"
    data = edited(owner, number, name="Er", mood__word="angry")
    answer = post(owner, f"{URL}{number}/edit/", data)
    assert answer.status_code == 422
    assert "No angry guests." in answer.text
    assert only_guest().name == "Yi"


def test_after_adding_one_may_go_on_with_another(house: House, owner: FlaskClient) -> None:
    switch_to(owner, house.here)
    answer = post(owner, NEW, complete(_add_another="1"))
    assert answer.location == NEW


def test_a_form_leads_back_to_the_list_as_it_was_filtered(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    page = owner.get(f"{URL}?q=Lin&sort=name").text
    edit = next(each for each in pages.links(page) if "/edit/" in each)
    answer = post(owner, edit, edited(owner, number, name="Lin Yi"))
    assert answer.location == f"{URL}?q=Lin&sort=name"
    foreign = post(owner, f"{URL}{number}/edit/?url=https://evil.example/", edited(owner, number))
    assert foreign.location == URL
