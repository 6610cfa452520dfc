"""Two people at one record: nobody overwrites another unawares."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask.testing import FlaskClient

from console.db import db
from console.unit import unit
from tests.console.admin.conftest import URL, House
from tests.console.admin.test_forms import edited, only_guest
from tests.support import pages, people, teahouse
from tests.support.people import post
from tests.support.teahouse import Guest


def test_the_second_is_told_who_changed_what_and_keeps_her_input(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here, note="old", visits=1)
    first, second = named(house, "Mei"), named(house, "Hua")
    hers = edited(second, number, name="Lin Two", note="hers", visits="1")
    post(first, f"{URL}{number}/edit/", edited(first, number, name="Lin One", visits="5"))
    answer = post(second, f"{URL}{number}/edit/", hers)
    assert answer.status_code == 409
    told = pages.words(answer.text)
    assert "Mei" in told
    assert "Lin One" in told
    assert "Lin Two" in told
    assert pages.field(answer.text, "name") == "Lin Two"
    assert "hers" in answer.text
    assert pages.field(answer.text, "visits") == "5"
    assert only_guest().name == "Lin One"


def test_having_read_it_she_may_save_again(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here, visits=1)
    first, second = named(house, "Mei"), named(house, "Hua")
    hers = edited(second, number, name="Lin Two")
    post(first, f"{URL}{number}/edit/", edited(first, number, visits="5"))
    page = post(second, f"{URL}{number}/edit/", hers).text
    again = {
        **hers,
        "visits": pages.field(page, "visits"),
        "_version": pages.field(page, "_version"),
    }
    assert post(second, f"{URL}{number}/edit/", again).status_code == 302
    assert (only_guest().name, only_guest().visits) == ("Lin Two", 5)


def test_a_form_without_a_version_is_not_saved(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    for version in ("", "x", "A" * 500):
        data = edited(owner, number, name="Yi", _version=version)
        assert post(owner, f"{URL}{number}/edit/", data).status_code == 409
    assert only_guest().name == "Lin"


def test_what_a_service_changed_is_noticed_as_well(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    data = edited(owner, number, name="Yi")
    teahouse.make_regular([number])
    assert post(owner, f"{URL}{number}/edit/", data).status_code == 409


def test_what_the_form_does_not_show_disturbs_nobody(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    data = edited(owner, number, name="Yi")
    earn(number)
    assert post(owner, f"{URL}{number}/edit/", data).status_code == 302
    assert (only_guest().name, only_guest().balance_fen) == ("Yi", 100)


def test_nobody_deletes_what_was_changed_since_she_saw_it(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    version = pages.version_of(owner.get(URL).text, number)
    other = named(house, "Mei")
    post(other, f"{URL}{number}/edit/", edited(other, number, name="Yi"))
    for stale in (version, "", "x"):
        answer = post(owner, f"{URL}delete/", {"id": str(number), "version": stale})
        assert "Mei" in owner.get(answer.location).text
    assert db.session.get(Guest, number) is not None


def test_a_record_that_was_deleted_meanwhile_is_not_found(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    data = edited(owner, number, name="Yi")
    version = pages.version_of(owner.get(URL).text, number)
    post(owner, f"{URL}delete/", {"id": str(number), "version": version})
    assert post(owner, f"{URL}{number}/edit/", data).status_code == 404


def test_of_six_who_save_at_once_one_succeeds_and_five_are_told(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here)
    people_at_it = [named(house, f"Person {each}") for each in range(6)]
    sheets = [
        edited(client, number, name=f"Lin {place}") for place, client in enumerate(people_at_it)
    ]
    together = Barrier(len(people_at_it))

    def save(place: int) -> int:
        with house.app.app_context():
            together.wait(30)
            answer = post(people_at_it[place], f"{URL}{number}/edit/", sheets[place])
            return int(answer.status_code)

    with ThreadPoolExecutor(len(people_at_it)) as threads:
        found = sorted(threads.map(save, range(len(people_at_it))))
    assert found == [302, 409, 409, 409, 409, 409]


def named(house: House, name: str) -> FlaskClient:
    client = house.app.test_client()
    number = people.add_person("owner", name=name)
    people.enter(client, people.login_of(number))
    return client


@unit
def earn(number: int) -> None:
    db.session.get_one(Guest, number).balance_fen = 100
