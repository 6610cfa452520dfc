"""Fields that take a permission of their own: who lacks it meets them nowhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from console import api, epoch
from console.admin.attributes import BadView
from console.admin.lookups import view_of
from console.security import users
from console.security.models import RolePermission
from tests.console.admin.conftest import URL, House
from tests.support import teahouse
from tests.support.people import add_person, enter, login_of, post, token_of

pytestmark = pytest.mark.any_engine


@pytest.fixture
def guarded(house: House, monkeypatch: pytest.MonkeyPatch) -> int:
    """A guest with 4711 visits, which only those see who may delete guests."""
    needs = {"visits": teahouse.DROP, "note": teahouse.DROP}
    monkeypatch.setattr(teahouse.GuestAdmin, "field_needs", needs)
    monkeypatch.setattr(teahouse.GuestAdmin, "search", ("name", "note"))
    monkeypatch.setattr(teahouse.GuestAdmin, "totals", ("visits",))
    teahouse.add_guest("Lin", house.here, visits=12, note="Oolong")
    return int(teahouse.add_guest("Mei", house.here, visits=4711, note="Jasmine"))


@pytest.fixture
def manager(house: House) -> FlaskClient:
    """A manager who may do anything with guests but what the guarded fields need."""
    client = house.enter("manager", house.here)
    forbid(teahouse.DROP)
    return client


@api.unit
def forbid(permission: api.Permission) -> None:
    role = users.preset_role("manager")
    api.db.session.add(RolePermission(role_id=role.id, key=permission.key, decision="deny"))
    epoch.bump()


def test_a_guarded_field_is_in_no_list_filter_sort_sum_search_or_export(
    guarded: int, manager: FlaskClient, house: House
) -> None:
    assert "4711" in house.enter("owner").get(URL).text
    for place in (
        "",
        "?columns=visits",
        f"{guarded}/",
        f"{guarded}/edit/",
        "export/csv/?columns=visits",
    ):
        text = manager.get(f"{URL}{place}").text
        assert "4711" not in text and "Jasmine" not in text, place
    assert "Mei" not in manager.get(f"{URL}?f.visits.eq=4711").text
    assert "Mei" not in manager.get(f"{URL}?q=Jasmine").text
    assert "Mei" in manager.get(f"{URL}?q=Mei").text
    ups = [manager.get(f"{URL}?sort={way}visits").text for way in ("", "-")]
    assert [text.index("Lin") < text.index("Mei") for text in ups] in ([True] * 2, [False] * 2)


def test_what_is_sent_for_a_guarded_field_is_ignored_or_refused(
    guarded: int, manager: FlaskClient
) -> None:
    page = manager.get(f"{URL}{guarded}/edit/").text
    version = page.partition('name="_version" value="')[2].partition('"')[0]
    sent = {"name": "Mei Li", "visits": "1", "note": "x", "_version": version}
    sent |= {"joined_at": "2026-01-01T08:00", "phone": ""}
    assert post(manager, f"{URL}{guarded}/edit/", sent).status_code == 302
    head = {"X-CSRFToken": token_of(manager)}
    told = {"id": guarded, "key": "visits", "value": "1", "version": "x"}
    assert manager.post(f"{URL}update/", data=told, headers=head).status_code == 404
    api.db.session.rollback()
    guest = api.db.session.get_one(teahouse.Guest, guarded)
    assert (guest.name, guest.visits, guest.note) == ("Mei Li", 4711, "Jasmine")


def test_a_right_in_one_of_two_stores_shows_the_field_of_that_stores_records_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teahouse.GuestAdmin, "field_needs", {"visits": teahouse.DROP})
    here = teahouse.add_guest("Lin", house.here, visits=4711)
    there = teahouse.add_guest("Mei", house.there, visits=8822)
    client = house.app.test_client()
    number = add_person("manager", house.here)
    enter(client, login_of(number))
    give(number, ("manager", house.here), ("front_desk", house.there))
    assert "4711" not in client.get(URL).text
    assert "4711" in client.get(f"{URL}{here}/").text
    assert "8822" not in client.get(f"{URL}{there}/").text


@api.unit
def give(user_id: int, *roles: tuple[str, int]) -> None:
    """Give somebody roles in stores."""
    wanted = [users.RoleInStore(users.preset_role(role).id, store) for role, store in roles]
    users.set_roles(user_id, wanted)


def test_a_name_cannot_take_a_permission(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    view = view_of(teahouse.Guest)
    assert view is not None
    monkeypatch.setattr(teahouse.GuestAdmin, "field_needs", {"name": teahouse.DROP})
    with pytest.raises(BadView, match="names the record"):
        view.check_complete()


def test_a_new_record_gets_the_default_of_a_field_that_its_maker_may_not_see(
    guarded: int, house: House, manager: FlaskClient
) -> None:
    page = manager.get(f"{URL}new/").text
    assert 'name="visits"' not in page
    sent = {"name": "Yun", "visits": "99", "joined_at": "2026-01-01T08:00"}
    assert post(manager, f"{URL}new/", sent).status_code == 302
    made = api.db.session.query(teahouse.Guest).filter_by(name="Yun").one()
    assert made.visits == 0
