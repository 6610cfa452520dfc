"""Saved views: kept by a person, shared with roles, opened by default, and told apart."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from console.admin.lists.models import SavedView
from console.audit import AuditEntry
from console.db import db
from console.host import states
from console.security.models import Role
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse
from tests.support.people import post, token_of

pytestmark = pytest.mark.any_engine

GREEN = "?f.sort.eq=green&sort=name&size=25&cols=name,visits"


def keep(client: FlaskClient, name: str, query: str = GREEN, **more: Any) -> Any:
    """Save the list as *query* shows it under a name."""
    told = {"name": name, "query": query, **more}
    return send(client, f"{URL}views/", told)


def send(client: FlaskClient, url: str, told: dict[str, Any]) -> Any:
    return client.post(url, json=told, headers={"X-CSRFToken": token_of(client)})


def tabs_of(page: str) -> list[str]:
    """Return the words on the tabs of a list."""
    found = re.search(r'<nav class="view-tabs".*?</nav>', page, re.DOTALL)
    return [pages.words(each) for each in re.findall(r"<a .*?</a>", found[0])] if found else []


def number_of_role(preset: str) -> int:
    found = db.session.scalar(sa.select(Role.id).where(Role.preset == preset))
    assert found is not None
    return found


@pytest.fixture
def guests(house: House) -> House:
    teahouse.add_guest("Lin", house.here, sort="green", visits=3)
    teahouse.add_guest("Hua", house.here, sort="black")
    teahouse.add_guest("Ann", house.here, sort="green")
    return house


@pytest.mark.usefixtures("guests")
def test_a_view_keeps_filters_columns_order_and_page_size(owner: FlaskClient) -> None:
    url = keep(owner, "Green drinkers").json["url"]
    page = owner.get(url).text
    assert [pages.cells_of(page, n)[1] for n in pages.ids_of(page)] == ["Ann", "Lin"]
    assert "3" in page
    assert "Balance" not in re.findall(r'<th scope="col".*?</th>', page)[0]
    assert "size=25" in url
    assert len(tabs_of(page)) == 2


@pytest.mark.usefixtures("guests")
def test_a_view_that_was_changed_says_so_until_it_is_saved(owner: FlaskClient) -> None:
    url = keep(owner, "Green").json["url"]
    assert "data-view-keep" not in owner.get(url).text
    other = url.replace("size=25", "size=100")
    page = owner.get(other).text
    place = re.search(r'data-view-keep="([^"]*)"', page)
    assert place
    saved = send(owner, place[1], {"query": other.partition("?")[2]})
    assert "size=100" in saved.json["url"]
    assert "data-view-keep" not in owner.get(saved.json["url"]).text


@pytest.mark.usefixtures("guests")
def test_what_is_searched_and_a_phone_are_not_kept(owner: FlaskClient) -> None:
    url = keep(owner, "Searched", "?q=13800138000&f.sort.eq=green").json["url"]
    assert "13800138000" not in url
    assert keep(owner, "Phone", "?f.phone.eq=13800138000").status_code == 422


@pytest.mark.usefixtures("guests")
def test_a_private_view_is_nobody_elses(owner: FlaskClient, house: House) -> None:
    url = keep(owner, "Mine").json["url"]
    number = db.session.scalar(sa.select(SavedView.id))
    other = house.enter("owner")
    assert tabs_of(other.get(URL).text) == []
    assert pages.ids_of(other.get(url).text) != []
    for act in ("", "delete/", "restore/"):
        assert send(other, f"{URL}views/{number}/{act}", {"name": "Taken"}).status_code == 404
    assert post(other, f"{URL}views/default/", {"view": number}).status_code == 404


@pytest.mark.usefixtures("guests")
def test_a_shared_view_is_seen_by_its_roles_and_opens_their_list(
    owner: FlaskClient, house: House
) -> None:
    desk, manager = number_of_role("front_desk"), number_of_role("manager")
    told = {str(desk): True, str(manager): False}
    assert keep(owner, "Green", roles=told).status_code == 200
    client = house.enter("front_desk", house.here)
    opened = client.get(URL)
    assert opened.status_code == 302
    assert len(pages.ids_of(client.get(opened.location).text)) == 2
    assert len(pages.ids_of(client.get(f"{URL}?view=all").text)) == 3
    boss = house.enter("manager", house.here)
    assert boss.get(URL).status_code == 200
    assert len(tabs_of(boss.get(URL).text)) == 2
    assert tabs_of(house.enter("accountant").get("/console/system/jobs/").text) == []
    shared = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "view.shared"))
    assert [entry.subject_label for entry in shared] == ["Green"]


@pytest.mark.usefixtures("guests")
def test_only_who_may_share_shares_and_changes_what_is_shared(
    owner: FlaskClient, house: House
) -> None:
    role = str(number_of_role("front_desk"))
    client = house.enter("front_desk", house.here)
    assert keep(client, "Mine", roles={role: False}).status_code == 422
    assert tabs_of(client.get(URL).text) == []
    keep(owner, "Ours", roles={role: False})
    number = db.session.scalar(sa.select(SavedView.id))
    assert send(client, f"{URL}views/{number}/", {"name": "Theirs"}).status_code == 404
    assert post(client, f"{URL}views/{number}/delete/").status_code == 404


@pytest.mark.usefixtures("guests")
def test_everybody_chooses_what_her_list_opens_with(owner: FlaskClient) -> None:
    keep(owner, "Green")
    number = db.session.scalar(sa.select(SavedView.id))
    assert owner.get(URL).status_code == 200
    post(owner, f"{URL}views/default/", {"view": number})
    assert f"view={number}" in owner.get(URL).location
    post(owner, f"{URL}views/default/", {"view": "all"})
    assert owner.get(URL).status_code == 200


@pytest.mark.usefixtures("guests")
def test_a_deleted_view_comes_back(owner: FlaskClient) -> None:
    keep(owner, "Green")
    number = db.session.scalar(sa.select(SavedView.id))
    assert post(owner, f"{URL}views/{number}/delete/").status_code == 302
    page = owner.get(f"{URL}?view=all").text
    undo = re.search(r'data-undo="([^"]*)"', page)
    assert undo
    assert tabs_of(page) == []
    post(owner, undo[1])
    assert len(tabs_of(owner.get(URL).text)) == 2


@pytest.mark.usefixtures("guests")
def test_names_are_given_once_and_are_not_too_long(owner: FlaskClient) -> None:
    assert keep(owner, "Green").status_code == 200
    for name in ("Green", "  Green ", "", "x" * 41):
        answer = keep(owner, name)
        assert (answer.status_code, bool(answer.json["error"])) == (422, True), name
    number = db.session.scalar(sa.select(SavedView.id))
    assert send(owner, f"{URL}views/{number}/", {"name": "Renamed"}).status_code == 200
    assert "Renamed" in tabs_of(owner.get(URL).text)[1]


@pytest.mark.usefixtures("guests")
def test_a_view_of_what_a_disabled_plugin_brought_says_what_is_missing(
    owner: FlaskClient, house: House
) -> None:
    url = keep(owner, "Orders", "?f.ordered.eq=1&cols=name,orders&sort=-orders").json["url"]
    assert 'class="list-missing"' not in owner.get(url).text
    states.disable(house.app.extensions["console"], "mood")
    page = owner.get(url).text
    told = re.search(r'class="list-missing".*?</div>', page, re.DOTALL)
    assert told
    assert "orders" in told[0]
    assert "ordered" in told[0]
    assert pages.ids_of(page) == []
    left = re.search(r'<a href="([^"]*)"', told[0])
    assert left
    assert len(pages.ids_of(owner.get(left[1].replace("&amp;", "&")).text)) == 3


@pytest.mark.usefixtures("guests")
def test_nonsense_is_refused(owner: FlaskClient) -> None:
    assert send(owner, f"{URL}views/", {}).status_code == 422
    assert owner.post(f"{URL}views/", data="x").status_code in (400, 422)
    assert send(owner, f"{URL}views/99/", {"name": "x"}).status_code == 404
    assert owner.get(f"{URL}?view=99&cols=,,nothing,&size=x").status_code == 200
