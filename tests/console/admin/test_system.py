"""The host's own pages: home, plugins, settings, failed events and jobs."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from console import api, jobs, outbox
from console.app import create_app
from console.audit import AuditEntry
from console.db import db
from console.jobs import StoredJob
from console.outbox import Delivery
from console.security import Actor, acting_as
from console.security.models import StaffSession
from console.settings import Setting
from console.unit import unit
from tests.console.admin.conftest import House
from tests.support import pages, people
from tests.support.app import make_config
from tests.support.people import post
from tests.support.run_folder import run_folder

pytestmark = pytest.mark.any_engine

LOOK = api.Permission("kettle.look_inside", "Look inside", ("manager",))
HIDE = api.Permission("kettle.hide_inside", "Hide inside")
HEAT = Setting("kettle.heat", "Heat", 80, per_store=True, least=20, most=100)
PRICE = Setting("kettle.price_fen", "Price", 1500)
SHOUT = Setting("kettle.shout", "Shout", False)
COLOUR = Setting("kettle.colour", "Colour", "red", choices=(("red", "Red"), ("blue", "Blue")))
PLUGINS, SETTINGS = "/console/system/plugins/", "/console/system/settings/"


def fall_over() -> Markup:
    raise RuntimeError("the kettle fell over")


class Kettle(api.Plugin):
    """A plugin with cards and settings."""

    name, version, title, summary = "kettle", "2.5", "Kettle", "Boils water"
    permissions: ClassVar[Any] = (LOOK, HIDE)
    settings: ClassVar[Any] = (HEAT, PRICE, SHOUT, COLOUR)
    cards: ClassVar[Any] = (
        api.Card("second", LOOK, lambda: Markup("<p>second card</p>"), order=20),
        api.Card("first", LOOK, lambda: Markup("<p>first card</p>"), order=10, wide=True),
        api.Card("hidden", HIDE, lambda: Markup("<p>hidden card</p>")),
        api.Card("silent", LOOK, lambda: None),
        api.Card("broken", LOOK, fall_over),
    )

    @api.hookimpl
    def console_plugin_enabled(self, plugin: str) -> None:
        """Hear of it; the worker would tell it."""

    @api.hookimpl
    def console_plugin_disabled(self, plugin: str) -> None:
        """Hear of it; the worker would tell it."""


class Lid(api.Plugin):
    """It needs the kettle."""

    name, version, title, summary = "lid", "1.0", "Lid", "Keeps it warm"
    requires: ClassVar[Any] = {"kettle": ">=1"}


class Broken(api.Plugin):
    """It cannot be mounted."""

    name, version, title, summary = "broken", "1.0", "Broken cup", "Leaks"

    def register_cards(self) -> Any:
        raise RuntimeError("no handle")


@pytest.fixture(scope="session")
def shared_app(original_url: str) -> Flask:
    config = make_config(original_url, run_folder() / "kettle")
    app = create_app(config, plugins=(Kettle, Lid, Broken))
    with app.app_context():
        db.engine.dispose()
    return app


@pytest.fixture
def house(app: Flask) -> House:
    return House(app, people.add_store("Nanshan"), people.add_store("Futian"))


def test_home_shows_the_cards_one_may_see_in_order(house: House) -> None:
    page = house.enter("manager", house.here).get("/console/").text
    assert page.index("first card") < page.index("second card")
    assert "hidden card" not in page
    assert "None" not in pages.words(page)
    assert "first card" not in house.enter("technician", house.here).get("/console/").text


def test_a_card_that_fails_is_left_out(house: House, owner: FlaskClient) -> None:
    answer = owner.get("/console/")
    assert answer.status_code == 200
    assert "fell over" not in answer.text
    assert "second card" in answer.text


def test_the_plugins_page_says_what_is_there_and_what_is_out_of_order(
    house: House, owner: FlaskClient
) -> None:
    page = owner.get(PLUGINS).text
    for word in ("Kettle", "Boils water", "2.5", "Broken cup", "no handle", "Traceback"):
        assert word in page


def test_a_plugin_is_switched_off_and_on_and_that_is_written_down(
    house: House, owner: FlaskClient
) -> None:
    host = house.app.extensions["console"]
    refused = post(owner, f"{PLUGINS}switch/", {"name": "kettle", "to": "off"})
    assert "lid" in owner.get(refused.location).text
    assert host.is_active("kettle")
    for name in ("lid", "kettle"):
        post(owner, f"{PLUGINS}switch/", {"name": name, "to": "off"})
    assert not host.is_active("kettle")
    refused = post(owner, f"{PLUGINS}switch/", {"name": "lid", "to": "on"})
    assert not host.is_active("lid")
    post(owner, f"{PLUGINS}switch/", {"name": "kettle", "to": "on"})
    assert host.is_active("kettle")
    acts = db.session.scalars(sa.select(AuditEntry.act)).all()
    assert acts.count("disable_plugin") == 2
    assert acts.count("enable_plugin") == 1
    for wrong in ({"name": "nothing", "to": "on"}, {"name": "kettle", "to": "up"}, {}):
        assert post(owner, f"{PLUGINS}switch/", wrong).status_code == 302


def test_other_plugins_hear_that_one_was_switched(house: House, owner: FlaskClient) -> None:
    for state in ("off", "on"):
        post(owner, f"{PLUGINS}switch/", {"name": "lid", "to": state})
    told = db.session.execute(sa.select(Delivery.event, Delivery.plugin, Delivery.facts)).all()
    assert [tuple(row) for row in told] == [
        ("console_plugin_disabled", "kettle", {"plugin": "lid"}),
        ("console_plugin_enabled", "kettle", {"plugin": "lid"}),
    ]


def test_only_who_may_switches_plugins(house: House) -> None:
    manager = house.enter("manager", house.here)
    assert manager.get(PLUGINS).status_code == 403
    assert post(manager, f"{PLUGINS}switch/", {"name": "lid", "to": "off"}).status_code == 403


def test_settings_are_kept_for_the_chain_and_overridden_by_a_store(
    house: House, owner: FlaskClient
) -> None:
    assert f"{SETTINGS}kettle/" in pages.links(owner.get(SETTINGS).text)
    page = owner.get(f"{SETTINGS}kettle/").text
    assert pages.field(page, "kettle__heat") == "80"
    assert pages.field(page, "kettle__price_fen") == "15.00"
    chain = {
        "kettle__heat": "90",
        "kettle__price_fen": "20",
        "kettle__shout": "y",
        "kettle__colour": "blue",
    }
    assert post(owner, f"{SETTINGS}kettle/", chain).status_code == 302
    assert (HEAT.get(), PRICE.get(), SHOUT.get(), COLOUR.get()) == (90, 2000, True, "blue")
    store = f"{SETTINGS}kettle/?store={house.here}"
    page = owner.get(store).text
    assert pages.field(page, "kettle__heat") == "90"
    assert not pages.has_field(page, "kettle__price_fen")
    post(owner, store, {"kettle__heat": "60"})
    assert (HEAT.get(house.here), HEAT.get(house.there), HEAT.get()) == (60, 90, 90)
    post(owner, store, {"kettle__heat": "90"})
    post(owner, f"{SETTINGS}kettle/", {**chain, "kettle__heat": "70"})
    assert HEAT.get(house.here) == 70
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.act == "change_settings").order_by(AuditEntry.id)
    ).all()
    assert entries[0].after == {
        "kettle.heat": 90,
        "kettle.price_fen": 2000,
        "kettle.shout": True,
        "kettle.colour": "blue",
    }
    assert entries[1].store_id == house.here


def test_a_setting_out_of_bounds_is_refused_beside_its_field(
    house: House, owner: FlaskClient
) -> None:
    for wrong in ("5", "500", "hot", ""):
        answer = post(owner, f"{SETTINGS}kettle/", {"kettle__heat": wrong})
        assert answer.status_code == 422
        assert 'id="kettle__heat-said"' in answer.text
    assert HEAT.get() == 80


def test_a_manager_sets_only_what_is_her_stores(house: House) -> None:
    manager = house.enter("manager", house.here)
    assert manager.get(f"{SETTINGS}kettle/").status_code == 200
    assert post(manager, f"{SETTINGS}kettle/", {"kettle__heat": "90"}).status_code == 403
    own = f"{SETTINGS}kettle/?store={house.here}"
    assert post(manager, own, {"kettle__heat": "90"}).status_code == 302
    assert (HEAT.get(house.here), HEAT.get()) == (90, 80)
    assert manager.get(f"{SETTINGS}kettle/?store={house.there}").status_code == 404
    assert manager.get(f"{SETTINGS}kettle/?store=x").status_code == 404
    assert manager.get(f"{SETTINGS}nothing/").status_code == 404
    assert manager.get(f"{SETTINGS}lid/").status_code == 404


def test_a_failed_event_is_delivered_again_on_request(house: House, owner: FlaskClient) -> None:
    number = dead_event()
    page = owner.get("/console/").text
    events = next(each for each in pages.links(page) if "system/events/" in each)
    assert pages.ids_of(owner.get(events).text) == [number]
    act = {"action": "replay", "rowid": str(number)}
    assert post(owner, "/console/system/events/action/", act).status_code == 302
    db.session.rollback()
    row = db.session.get_one(Delivery, number)
    assert (row.state, row.tries) == ("waiting", 0)
    manager = house.enter("manager", house.here)
    assert manager.get("/console/system/events/").status_code == 403


def dead_event() -> int:
    @unit
    def go() -> int:
        outbox.store("kettle_water_boiled", "lid", {"degrees": 100})
        db.session.flush()
        row = db.session.scalars(sa.select(Delivery)).one()
        row.state, row.tries, row.problem = "dead", 8, "RuntimeError: too hot"
        return int(row.id)

    return go()


@jobs.job("Boil a lot")
def boil(run: jobs.JobRun) -> None:
    run.progress(1, 2, "half")


def test_everybody_sees_her_own_jobs(house: House) -> None:
    client, other = house.enter("front_desk", house.here), house.enter("front_desk", house.here)
    owner = house.enter()
    number = start()
    url = f"/console/system/jobs/{number}/"
    assert "Boil a lot" in client.get("/console/system/jobs/").text
    assert client.get(url).status_code == 200
    told = client.get(f"{url}state/").json
    assert told is not None
    assert (told["state"], told["running"]) == ("waiting", True)
    assert other.get(url).status_code == 404
    assert other.get(f"{url}state/").status_code == 404
    assert post(other, f"{url}cancel/").status_code == 404
    assert "Boil a lot" not in other.get("/console/system/jobs/").text
    assert owner.get(url).status_code == 200
    assert post(client, f"{url}cancel/").status_code == 302
    assert db.session.get_one(StoredJob, number).state == "cancelled"
    assert post(client, f"{url}retry/").status_code == 302
    db.session.rollback()
    assert db.session.get_one(StoredJob, number).state == "waiting"


def start() -> int:
    """Start a job as the person who signed in first."""
    first = db.session.scalars(sa.select(StaffSession.user_id).order_by(StaffSession.id)).first()

    @unit
    def go() -> int:
        with acting_as(Actor(user_id=first, name="She")):
            return jobs.start_job(boil)

    return go()
