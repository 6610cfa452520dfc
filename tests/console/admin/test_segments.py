"""Segments: who is in them, who may make them, and what happens when something is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console import api
from console.admin.lists import conditions
from console.audit import AuditEntry
from console.db import db
from console.host import states
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse
from tests.support.live import choose
from tests.support.people import add_person, enter, login_of, post, token_of

Kept = dict[str, Any]


def one(key: str, operation: str, *values: str) -> Kept:
    return {"key": key, "operation": operation, "values": list(values)}


def of(*groups: tuple[str, list[Kept]], join: str = "any") -> Kept:
    return {"join": join, "groups": [{"join": j, "conditions": c} for j, c in groups]}


GREEN_OR_BUSY = of(("all", [one("sort", "eq", "green")]), ("all", [one("visits", "ge", "5")]))


def send(client: FlaskClient, act: str, told: Kept) -> Any:
    headers = {"X-CSRFToken": token_of(client)}
    return client.post(f"{URL}segments/{act}/", json=told, headers=headers)


def save(client: FlaskClient, name: str, kept: Kept, number: int | None = None) -> int:
    answer = send(client, "save", {"name": name, "conditions": kept, "number": number})
    assert answer.status_code == 200, answer.json
    (found,) = [each for each in api.segments_of(teahouse.Guest) if each.name == name]
    return found.id


def names_in(number: int) -> list[str]:
    wanted = sa.select(teahouse.Guest.name).where(api.segment_where(number))
    return sorted(db.session.scalars(wanted))


@pytest.fixture
def owner(house: House) -> FlaskClient:
    """An owner who reads English."""
    person = add_person("owner")
    choose(person, locale="en")
    client = house.app.test_client()
    enter(client, login_of(person))
    return client


@pytest.fixture
def guests(house: House) -> House:
    teahouse.add_guest("Ann", house.here, sort="green", visits=1)
    teahouse.add_guest("Bea", house.here, visits=7)
    teahouse.add_guest("Cleo", house.here, sort="black", visits=2)
    teahouse.add_guest("Dora", house.there, sort="green", visits=9)
    return house


def counted(answer: Any) -> int:
    """Return how many rows an answer says there are."""
    return int(answer.json["count"])


@pytest.mark.usefixtures("guests")
def test_who_meets_one_of_the_groups_is_in_the_segment(owner: FlaskClient) -> None:
    number = save(owner, "Green or busy", GREEN_OR_BUSY)
    assert names_in(number) == ["Ann", "Bea", "Dora"]
    both = of(
        ("all", GREEN_OR_BUSY["groups"][0]["conditions"]), ("any", [one("visits", "ge", "5")])
    )
    assert names_in(save(owner, "Both", {**both, "join": "all"})) == ["Dora"]


@pytest.mark.usefixtures("guests")
def test_a_segment_is_live(owner: FlaskClient, house: House) -> None:
    number = save(owner, "Green or busy", GREEN_OR_BUSY)
    teahouse.add_guest("Eve", house.here, sort="green")
    assert "Eve" in names_in(number)


@pytest.mark.usefixtures("guests")
def test_the_list_filters_by_a_segment_within_the_persons_reach(
    owner: FlaskClient, house: House
) -> None:
    number = save(owner, "Green or busy", GREEN_OR_BUSY)
    manager = house.enter("manager", house.here)
    assert len(pages.ids_of(owner.get(f"{URL}?f.segment.eq={number}").text)) == 3
    assert len(pages.ids_of(manager.get(f"{URL}?f.segment.eq={number}").text)) == 2
    assert len(pages.ids_of(manager.get(f"{URL}?f.segment.not={number}").text)) == 1
    assert pages.ids_of(owner.get(f"{URL}?f.segment.eq=99").text) == []
    assert counted(send(owner, "count", {"conditions": GREEN_OR_BUSY})) == 3
    assert counted(send(manager, "count", {"conditions": GREEN_OR_BUSY})) == 2
    assert counted(manager.get(f"{URL}count/?f.segment.eq={number}")) == 2


@pytest.mark.usefixtures("guests")
def test_only_who_may_makes_changes_and_deletes_segments(owner: FlaskClient, house: House) -> None:
    number = save(owner, "Green", GREEN_OR_BUSY)
    desk = house.enter("front_desk", house.here)
    assert desk.get(f"{URL}segments/").status_code == 200
    assert desk.get(f"{URL}segments/new/").status_code == 403
    assert desk.get(f"{URL}segments/{number}/").status_code == 403
    told = {"name": "Mine", "conditions": GREEN_OR_BUSY}
    assert send(desk, "save", told).status_code == 403
    assert post(desk, f"{URL}segments/{number}/delete/").status_code == 403
    assert house.enter("technician", house.here).get(f"{URL}segments/").status_code == 403
    assert owner.get("/console/tea/ranks/segments/").status_code == 404
    for foreign in (99, 2**62):
        assert owner.get(f"{URL}segments/{foreign}/").status_code == 404
        assert send(owner, "save", {**told, "number": foreign}).status_code == 404


@pytest.mark.usefixtures("guests")
@pytest.mark.parametrize(
    ("kept", "place"),
    [
        (None, None),
        ({"join": "any", "groups": []}, None),
        (of(("all", [])), None),
        ({"join": "xor", "groups": []}, None),
        (of(("all", [one("sort", "eq", "coffee")])), [0, 0]),
        (of(("all", [one("sort", "filled", "1"), one("visits", "ge", "many")])), [0, 1]),
        (of(("all", [one("sort", "filled", "1")]), ("any", [one("visits", "ge")])), [1, 0]),
        (of(("all", [one("nothing", "eq", "1")])), [0, 0]),
        (of(("all", [one("visits", "nonsense", "1")])), [0, 0]),
        (of(("all", [one("born_on", "on", "yesteryear")])), [0, 0]),
        (of(("all", [one("rank_id", "eq", "x")])), [0, 0]),
        (of(("all", [one("segment", "eq", "1")])), [0, 0]),
        (of(("all", [one("phone", "starts", "138")])), [0, 0]),
        (of(*[("all", [one("sort", "filled", "1")])] * 9), None),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    owner: FlaskClient, kept: Kept | None, place: list[int] | None
) -> None:
    for act in ("count", "save"):
        answer = send(owner, act, {"name": "Odd", "conditions": kept})
        assert answer.status_code == 422
        assert answer.json["error"]
        assert answer.json["place"] == place
    assert api.segments_of(teahouse.Guest) == []


@pytest.mark.usefixtures("guests")
def test_names_are_given_once(owner: FlaskClient) -> None:
    number = save(owner, "Green", GREEN_OR_BUSY)
    again = {"name": " Green ", "conditions": GREEN_OR_BUSY}
    assert send(owner, "save", again).status_code == 422
    assert send(owner, "save", {**again, "name": ""}).status_code == 422
    only_busy = of(("all", [one("visits", "ge", "9")]))
    assert save(owner, "Busy", only_busy, number) == number
    assert names_in(number) == ["Dora"]


@pytest.mark.usefixtures("guests")
def test_a_deleted_segment_is_nobodys_and_comes_back(owner: FlaskClient) -> None:
    number = save(owner, "Green", GREEN_OR_BUSY)
    post(owner, f"{URL}segments/{number}/delete/")
    page = owner.get(f"{URL}segments/").text
    undo = re.search(r'data-undo="([^"]*)"', page)
    assert undo
    with pytest.raises(api.NotFound):
        api.segment_where(number)
    assert pages.ids_of(owner.get(f"{URL}?f.segment.eq={number}").text) == []
    post(owner, undo[1])
    assert names_in(number) == ["Ann", "Bea", "Dora"]
    acts = db.session.scalars(
        sa.select(AuditEntry.act).where(AuditEntry.subject_table == "console_segment")
    )
    assert list(acts) == ["add", "delete", "add"]


@pytest.mark.usefixtures("guests")
def test_a_filter_of_a_plugin_counts_and_is_missed_when_it_is_off(
    owner: FlaskClient, house: House
) -> None:
    guest = db.session.scalar(sa.select(teahouse.Guest.id).where(teahouse.Guest.name == "Cleo"))
    teahouse.add(teahouse.Order(guest_id=guest))
    ordered = of(("all", [one("ordered", "eq", "1")]), ("all", [one("visits", "ge", "9")]))
    number = save(owner, "Ordered", ordered)
    assert names_in(number) == ["Cleo", "Dora"]
    states.disable(house.app.extensions["console"], "mood")
    with pytest.raises(api.Refused, match="Ordered"):
        api.segment_where(number)
    page = owner.get(f"{URL}?f.segment.eq={number}").text
    assert pages.ids_of(page) == []
    assert "Not available at the moment: Segment" in pages.words(page)
    assert "Not available at the moment: ordered" in pages.words(owner.get(f"{URL}segments/").text)
    assert owner.get(f"{URL}segments/{number}/").status_code == 200


@pytest.mark.usefixtures("guests")
def test_the_page_says_in_words_what_a_segment_asks_for(owner: FlaskClient) -> None:
    rank = teahouse.add(teahouse.Rank(name="Gold"))
    asked = of(
        ("all", [one("sort", "eq", "green"), one("visits", "ge", "5")]),
        ("any", [one("rank_id", "eq", str(rank)), one("born_on", "this_month", "1")]),
    )
    number = save(owner, "Odd ones", asked)
    words = pages.words(owner.get(f"{URL}segments/").text)
    assert "(Tea is Green tea and Visits at least 5) or" in words
    assert "(Rank is Gold or Birthday this month)" in words
    assert '"Gold"' in owner.get(f"{URL}segments/{number}/").text


@pytest.mark.usefixtures("guests")
def test_the_filters_of_the_list_become_the_first_group(owner: FlaskClient) -> None:
    page = owner.get(f"{URL}segments/new/?f.sort.eq=green&f.phone.eq=13800138000&q=x").text
    kept = re.search(r'id="conditions"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert kept
    assert "green" in kept[1]
    assert "13800138000" not in kept[1]


# -- against plain Python ----------------------------------------------------------------------

PEOPLE: list[dict[str, Any]] = [
    {"name": f"Guest {n}", "sort": (None, "green", "black")[n % 3], "visits": n % 7}
    | {"balance_fen": n * 137 % 1000, "regular": n % 2 == 0}
    for n in range(40)
]
#: How each condition is meant, for one guest and the text of its value.
MEANINGS: dict[tuple[str, str], Callable[[Kept, str], bool]] = {
    ("sort", "eq"): lambda g, v: g["sort"] == v,
    ("sort", "not"): lambda g, v: g["sort"] != v,
    ("sort", "empty"): lambda g, _v: g["sort"] is None,
    ("visits", "ge"): lambda g, v: g["visits"] >= int(v),
    ("visits", "le"): lambda g, v: g["visits"] <= int(v),
    ("visits", "eq"): lambda g, v: g["visits"] == int(v),
    ("balance_fen", "ge"): lambda g, v: g["balance_fen"] >= int(v) * 100,
    ("regular", "eq"): lambda g, v: g["regular"] == (v == "1"),
    ("name", "has"): lambda g, v: v.lower() in g["name"].lower(),
}
VALUES = {"sort": ("green", "black"), "regular": ("0", "1"), "name": ("1", "GUEST 2", "%")}
TAKES_ONE = st.sampled_from(sorted(MEANINGS))


@st.composite
def asked_conditions(draw: st.DrawFn) -> Kept:
    key, operation = draw(TAKES_ONE)
    values = VALUES.get(key, tuple(map(str, range(8))))
    most = 1 if operation == "not" else 2
    return one(key, operation, *draw(st.lists(st.sampled_from(values), min_size=1, max_size=most)))


JOINS = st.sampled_from(["all", "any"])
GROUPS = st.tuples(JOINS, st.lists(asked_conditions(), min_size=1, max_size=3))


def meets(guest: Kept, kept: Kept) -> bool:
    join: dict[str, Callable[[Any], bool]] = {"all": all, "any": any}
    return join[kept["join"]](
        join[group["join"]](
            any(MEANINGS[c["key"], c["operation"]](guest, v) for v in c["values"])
            for c in group["conditions"]
        )
        for group in kept["groups"]
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_groups_mean_what_they_say(house: House, data: st.DataObject) -> None:
    if not db.session.scalar(sa.select(sa.func.count(teahouse.Guest.id))):
        for person in PEOPLE:
            teahouse.add_guest(store=house.here, **person)
    kept = of(*data.draw(st.lists(GROUPS, min_size=1, max_size=3)), join=data.draw(JOINS))
    view = house.app.extensions["console_views"][teahouse.Guest]
    asked = conditions.read(kept)
    assert conditions.read(asked.keep()) == asked
    conditions.check(asked, view.list_filters())
    found = db.session.scalars(
        sa.select(teahouse.Guest.name).where(conditions.where(asked, view.list_filters()))
    )
    assert sorted(found) == sorted(g["name"] for g in PEOPLE if meets(g, kept))
