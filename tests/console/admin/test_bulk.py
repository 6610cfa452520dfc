"""Acting on many rows: chosen ones, or all that match; within reach, written down, taken back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from console import clock
from console.admin import bulk
from console.admin.lists import acting, pruning
from console.admin.lists.models import BulkRun
from console.audit import AuditEntry
from console.db import db
from console.jobs import StoredJob
from console.work import run_job
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse
from tests.support.live import choose
from tests.support.people import add_person, enter, login_of, post

ENGLISH = {"Accept-Language": "en"}


def act(client: FlaskClient, name: str, **fields: Any) -> Any:
    return post(client, f"{URL}action/", {"action": name, **fields})


def regulars() -> list[str]:
    wanted = sa.select(teahouse.Guest.name).where(teahouse.Guest.regular)
    return sorted(db.session.scalars(wanted))


def sorts() -> dict[str, str | None]:
    rows = db.session.execute(sa.select(teahouse.Guest.name, teahouse.Guest.sort))
    return {name: sort for name, sort in rows}  # noqa: C416 - mypy knows no rows as pairs


def undo_of(page: str) -> str:
    found = re.search(r'data-undo="([^"]*)"', page)
    assert found
    return found[1]


def last_job() -> int:
    return db.session.scalars(sa.select(StoredJob.id).order_by(StoredJob.id.desc())).first() or 0


def entries(name: str) -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == name)))


@pytest.fixture
def owner(house: House) -> FlaskClient:
    """An owner who reads English."""
    person = add_person("owner")
    choose(person, locale="en")
    client = house.app.test_client()
    enter(client, login_of(person))
    return client


@pytest.fixture
def ids(house: House) -> dict[str, int]:
    """Three guests here and one there, by name."""
    told = (("Ann", house.here, "green"), ("Bea", house.here, None), ("Cleo", house.here, "black"))
    found = {name: teahouse.add_guest(name, store, sort=sort) for name, store, sort in told}
    return {**found, "Dora": teahouse.add_guest("Dora", house.there, sort="green")}


def test_all_that_match_are_those_of_the_list_and_no_others(
    ids: dict[str, int], owner: FlaskClient
) -> None:
    act(owner, "greet", all=1, query="f.sort.eq=green")
    assert regulars() == ["Ann", "Dora"]
    act(owner, "greet", all=1, query="?q=cleo&after=nonsense&size=25")
    assert regulars() == ["Ann", "Cleo", "Dora"]
    assert len(ids) == 4


def test_all_that_match_ends_where_the_person_may_not_act(
    ids: dict[str, int], house: House
) -> None:
    manager = house.enter("manager", house.here)
    assert manager.get(f"{URL}count/?action=greet").json == {"ok": True, "count": 3, "label": "3"}
    act(manager, "greet", all=1, query="")
    assert regulars() == ["Ann", "Bea", "Cleo"]
    assert act(manager, "greet", rowid=[ids["Ann"], ids["Dora"]]).status_code == 404
    desk = house.enter("front_desk", house.here)
    assert act(desk, "greet", all=1, query="").status_code == 403


def test_without_the_query_of_the_list_nothing_is_done(
    ids: dict[str, int], owner: FlaskClient
) -> None:
    assert act(owner, "greet", all=1).status_code == 400
    assert act(owner, "greet").status_code == 302
    assert act(owner, "greet", all=1, query="f.nothing.eq=1").status_code == 302
    assert act(owner, "nothing", all=1, query="").status_code == 404
    assert regulars() == []
    assert len(ids) == 4


def test_a_value_is_asked_for_and_must_be_one_of_the_list(
    ids: dict[str, int], owner: FlaskClient
) -> None:
    page = owner.get(URL).text
    assert 'data-asks="pour"' in page
    act(owner, "pour", rowid=ids["Bea"], value="coffee")
    assert sorts()["Bea"] is None
    assert "choose one of the list" in pages.words(owner.get(URL, headers=ENGLISH).text)
    act(owner, "pour", rowid=ids["Bea"], value="black")
    assert sorts()["Bea"] == "black"


def test_what_was_done_can_be_taken_back_as_it_was_before(
    ids: dict[str, int], owner: FlaskClient, house: House
) -> None:
    before = sorts()
    act(owner, "pour", all=1, query="", value="black")
    page = owner.get(URL, headers=ENGLISH).text
    assert "3 of 4 changed" in pages.words(page)
    undo = undo_of(page)
    assert post(house.enter(), undo).status_code == 404
    assert set(sorts().values()) == {"black"}
    assert post(owner, undo).status_code == 302
    assert sorts() == before
    assert [e.after["changed"] for e in entries("bulk") if e.after] == [3]
    assert len(entries("bulk.undone")) == 1
    assert len(ids) == 4


def test_the_audit_trail_names_the_act_its_rows_and_its_value(
    ids: dict[str, int], owner: FlaskClient
) -> None:
    act(owner, "pour", rowid=[ids["Ann"], ids["Bea"]], value="black")
    (entry,) = entries("bulk")
    assert entry.after is not None
    assert entry.after["ids"] == [ids["Ann"], ids["Bea"]]
    assert entry.after["act"] == "pour"
    assert (entry.after["rows"], entry.after["changed"]) == (2, 2)


def test_a_large_set_is_a_job_in_parts_that_can_be_taken_back(
    house: House, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_IDS", 10)
    monkeypatch.setattr(acting, "PART", 10)
    teahouse.add_many(house.here, 45)
    greens = sum(sort == "green" for sort in sorts().values())
    answer = act(owner, "pour", all=1, query="", value="green")
    assert answer.location.endswith(f"/jobs/{last_job()}/")
    assert sum(sort == "green" for sort in sorts().values()) == greens
    run_job(last_job())
    assert set(sorts().values()) == {"green"}
    page = owner.get(answer.location, headers=ENGLISH).text
    assert f"{45 - greens} of 45 rows changed" in pages.words(page)
    (entry,) = entries("bulk")
    assert entry.after is not None
    assert entry.after["rows"] == 45
    undo = re.search(r'data-post="([^"]*undo/[^"]*)"', page)
    assert undo
    post(owner, undo[1])
    run_job(last_job())
    assert sum(sort == "green" for sort in sorts().values()) == greens


def test_an_act_that_must_see_all_rows_at_once_is_not_done_in_parts(
    house: House, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_IDS", 10)
    teahouse.add_many(house.here, 12)
    before = regulars()
    act(owner, "greet", all=1, query="")
    assert regulars() == before
    assert last_job() == 0


def test_a_job_goes_on_where_it_was_cut_short(
    house: House, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_IDS", 10)
    monkeypatch.setattr(acting, "PART", 10)
    teahouse.add_many(house.here, 30)
    act(owner, "pour", all=1, query="", value="green")
    job = db.session.get_one(StoredJob, last_job())
    view = house.app.extensions["console_views"][teahouse.Guest]
    first = acting.ids_after(acting.listing_of(view, ""), None, 10)
    acting.act_on(view, job.args["run_id"], 0, first)
    run_job(job.id)
    assert acting.figures_of(job.args["run_id"])["rows"] == 30
    assert set(sorts().values()) == {"green"}


def test_only_what_was_selected_is_exported(ids: dict[str, int], owner: FlaskClient) -> None:
    query = "f.sort.eq=green&sort=name&cols=name,visits"
    file = act(owner, "export.csv", rowid=[ids["Ann"], ids["Cleo"]], query=query).text
    assert [line.split(",")[0] for line in file.splitlines()[1:-1]] == ["Ann", "Cleo"]
    file = act(owner, "export.csv", all=1, query=query).text
    assert [line.split(",")[0] for line in file.splitlines()[1:-1]] == ["Ann", "Dora"]


def test_who_may_not_export_exports_no_selection(ids: dict[str, int], house: House) -> None:
    desk = house.enter("front_desk", house.here)
    assert act(desk, "export.csv", rowid=ids["Ann"], query="").status_code == 403
    manager = house.enter("manager", house.here)
    assert act(manager, "export.csv", rowid=ids["Dora"], query="").status_code == 404
    assert act(manager, "export.exe", rowid=ids["Ann"], query="").status_code == 404


def test_the_count_is_that_of_the_list_and_capped_honestly(
    house: House, owner: FlaskClient
) -> None:
    teahouse.add_many(house.here, 30)
    answer: Any = owner.get(f"{URL}count/?f.sort.eq=green")
    assert answer.json["label"] == "10"
    view = house.app.extensions["console_views"][teahouse.Guest]
    found = acting.count(acting.listing_of(view, ""), most=20)
    assert acting.say_count(found, most=20) == {"count": 20, "label": "20+"}
    assert acting.say_count(1284)["label"] == "1,284"


def test_what_nobody_can_take_back_any_more_is_forgotten(
    ids: dict[str, int], owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(owner, "pour", rowid=ids["Bea"], value="black")
    pruning.prune()
    assert db.session.scalar(sa.select(sa.func.count(BulkRun.id))) == 1
    later = clock.now() + dt.timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    pruning.prune()
    assert db.session.scalar(sa.select(sa.func.count(BulkRun.id))) == 0
