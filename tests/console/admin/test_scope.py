"""Row scope: whatever belongs to another store is not there, whichever door one tries."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from console import epoch
from console.db import db
from console.security.models import Grant
from console.security.users import preset_role
from console.unit import unit
from tests.console.admin.conftest import URL, House
from tests.console.admin.test_forms import edited
from tests.support import pages, people, teahouse
from tests.support.people import post
from tests.support.teahouse import Guest


@pytest.fixture
def manager(house: House) -> FlaskClient:
    """The manager of one store only."""
    return house.enter("manager", house.here)


@pytest.fixture
def own(house: House) -> int:
    return teahouse.add_guest("Own", house.here, phone="13800138000")


@pytest.fixture
def foreign(house: House) -> int:
    return teahouse.add_guest("Foreign", house.there, phone="13900139000")


def name_of(number: int) -> str:
    db.session.rollback()
    return str(db.session.scalar(sa.select(Guest.name).where(Guest.id == number)))


def store_of(number: int) -> int | None:
    db.session.rollback()
    return db.session.scalar(sa.select(Guest.store_id).where(Guest.id == number))


def test_a_list_shows_only_what_one_reaches(manager: FlaskClient, own: int, foreign: int) -> None:
    for query in ("", "?q=Foreign", "?q=13900139000", "?f.name.has=Foreign", "?sort=name"):
        page = manager.get(URL + query).text
        assert foreign not in pages.ids_of(page)
        assert "Foreign" not in pages.words(page)
    assert pages.ids_of(manager.get(URL).text) == [own]


def test_a_foreign_record_is_not_found(manager: FlaskClient, own: int, foreign: int) -> None:
    assert manager.get(f"{URL}{own}/").status_code == 200
    assert manager.get(f"{URL}{own}/edit/").status_code == 200
    assert manager.get(f"{URL}{foreign}/").status_code == 404
    assert manager.get(f"{URL}{foreign}/edit/").status_code == 404


def test_a_foreign_record_cannot_be_changed(
    house: House, manager: FlaskClient, own: int, foreign: int
) -> None:
    owner = house.enter()
    data = edited(owner, foreign, name="Stolen")
    version = pages.version_of(owner.get(URL).text, foreign)
    assert post(manager, f"{URL}{foreign}/edit/", data).status_code == 404
    inline = {"id": str(foreign), "key": "name", "value": "Stolen", "version": version}
    assert post(manager, f"{URL}update/", inline).status_code == 404
    fields = {"id": str(foreign), "version": version}
    assert post(manager, f"{URL}delete/", fields).status_code == 404
    assert name_of(foreign) == "Foreign"


def test_an_own_record_cannot_be_put_where_one_may_do_nothing(
    house: House, manager: FlaskClient, own: int
) -> None:
    data = edited(manager, own, note=f"{teahouse.MOVES}{house.there}")
    answer = post(manager, f"{URL}{own}/edit/", data)
    assert answer.status_code == 422
    assert "它将属于一家您无权这样操作的门店。" in answer.text
    assert store_of(own) == house.here
    data = edited(manager, own, note=f"{teahouse.MOVES}{house.here}")
    assert post(manager, f"{URL}{own}/edit/", data).status_code == 302
    data = edited(house.enter(), own, note=f"{teahouse.MOVES}{house.there}")
    assert post(house.enter(), f"{URL}{own}/edit/", data).status_code == 302
    assert store_of(own) == house.there


def test_one_foreign_row_among_others_stops_the_whole_action(
    manager: FlaskClient, own: int, foreign: int
) -> None:
    rows = {"action": "greet", "rowid": [str(own), str(foreign)]}
    assert post(manager, f"{URL}action/", rows).status_code == 404
    assert not db.session.get_one(Guest, own).regular
    assert post(manager, f"{URL}action/", {**rows, "rowid": [str(own)]}).status_code == 302
    db.session.rollback()
    assert db.session.get_one(Guest, own).regular


def test_an_export_holds_only_what_one_reaches(
    manager: FlaskClient, own: int, foreign: int
) -> None:
    answer = manager.get(f"{URL}export/csv/")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:-1]] == ["Own"]
    assert b"Foreign" not in answer.data


def test_a_picker_offers_only_what_one_reaches(
    house: House, manager: FlaskClient, own: int, foreign: int
) -> None:
    for use in ("form", "filter"):
        name = "friend_id" if use == "form" else "store_id"
        found = manager.get(f"{URL}lookup/?name={name}&use={use}&query=").json
        numbers = [number for number, _label in found or []]
        assert numbers == ([own] if use == "form" else [house.here])
    asked = manager.get(f"{URL}lookup/?name=friend_id&use=form&query=Foreign")
    assert asked.json == []


def test_a_foreign_record_cannot_be_chosen(manager: FlaskClient, own: int, foreign: int) -> None:
    answer = post(manager, f"{URL}{own}/edit/", edited(manager, own, friend_id=str(foreign)))
    assert answer.status_code == 422
    assert "Foreign" not in answer.text
    db.session.rollback()
    assert db.session.get_one(Guest, own).friend_id is None


def test_a_foreign_record_that_was_chosen_before_may_stay(
    house: House, manager: FlaskClient, foreign: int
) -> None:
    number = teahouse.add_guest("Own", house.here, friend_id=foreign)
    data = edited(manager, number, name="Yi", friend_id=str(foreign))
    assert post(manager, f"{URL}{number}/edit/", data).status_code == 302
    assert name_of(number) == "Yi"


def test_a_filter_does_not_tell_the_names_of_foreign_records(
    house: House, manager: FlaskClient, own: int
) -> None:
    page = manager.get(f"{URL}?f.store_id.eq={house.there}").text
    assert "Futian" not in page
    assert pages.ids_of(page) == []


def test_a_page_cannot_begin_after_a_foreign_row(
    house: House, manager: FlaskClient, own: int, foreign: int
) -> None:
    owner = house.enter()
    teahouse.add_many(house.there, 30)
    following = pages.link(owner.get(f"{URL}?size=25&sort=phone").text, "next") or ""
    page = manager.get(following)
    assert page.status_code == 200
    assert pages.ids_of(page.text) == [own]


def test_somebody_without_any_store_sees_nothing(house: House, own: int) -> None:
    client = house.enter("technician", house.here)
    assert client.get(URL).status_code == 403
    assert client.get(f"{URL}{own}/").status_code == 403
    assert client.get(f"{URL}export/csv/").status_code == 403


def test_each_verb_asks_for_its_own_permission(house: House, own: int) -> None:
    desk = house.enter("front_desk", house.here)
    page = desk.get(URL)
    assert pages.ids_of(page.text) == [own]
    assert "export/" not in page.text
    assert desk.get(f"{URL}new/").status_code == 200
    for path in (f"{URL}{own}/edit/", f"{URL}export/xlsx/"):
        assert desk.get(path).status_code == 403
    for path in (f"{URL}delete/", f"{URL}update/"):
        assert post(desk, path, {"id": str(own)}).status_code == 403
    act = {"action": "greet", "rowid": str(own)}
    assert post(desk, f"{URL}action/", act).status_code == 403


def test_somebody_who_edits_elsewhere_only_looks_here(house: House, own: int, foreign: int) -> None:
    """A person may see two stores and edit in one: each row offers what she may do with it."""
    number = people.add_person("manager", house.here)

    grant(number, "front_desk", house.there)
    client = house.app.test_client()
    people.enter(client, people.login_of(number))
    page = client.get(URL).text
    assert set(pages.ids_of(page)) == {own, foreign}
    assert f"{URL}{own}/edit/" in page
    assert f"{URL}{foreign}/edit/" not in page
    assert client.get(f"{URL}{foreign}/").status_code == 200
    assert client.get(f"{URL}{foreign}/edit/").status_code == 404


@unit
def grant(user_id: int, preset: str, store: int) -> None:
    role = preset_role(preset).id
    db.session.add(Grant(user_id=user_id, role_id=role, store_id=store))
    epoch.bump()
