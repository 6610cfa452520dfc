"""Hooks: each kind keeps its promise when a listener raises, objects or is slow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, host
from console.api import _
from console.db import db
from console.host import Host
from console.stores import Store
from console.unit import unit
from tests.support.app import MakeApp

pytestmark = pytest.mark.either_engine

heard: list[str] = []
mood: dict[str, str] = {}


@api.collect
def choir_voices() -> Iterable[str]:
    """Return names."""
    raise NotImplementedError


@api.check
def choir_check_song(song: str) -> object | None:
    """Object to a song."""
    raise NotImplementedError


@api.first
def choir_name_conductor() -> str | None:
    """Name somebody."""
    raise NotImplementedError


@api.joining
def choir_member_leaving(name: str) -> None:
    """Somebody leaves."""
    raise NotImplementedError


class Choir(api.Plugin):
    """Calls the hooks."""

    name, version, title, summary = "choir", "1", _("Number"), _("Number")
    hooks = (choir_voices, choir_check_song, choir_name_conductor, choir_member_leaving)


class Alto(api.Plugin):
    """Answers, and does what its mood says."""

    name, version, title, summary = "alto", "1", _("Number"), _("Number")
    requires = {"choir": ">=1"}

    @api.hookimpl
    def choir_voices(self) -> Iterable[str]:
        if mood.get("alto") == "raise":
            raise ArithmeticError
        if mood.get("alto") == "break":
            db.session.execute(sa.text("SELECT nothing FROM nowhere"))
        yield "alto"

    @api.hookimpl
    def choir_check_song(self, song: str) -> object | None:
        return "too high" if song == "aria" else None

    @api.hookimpl
    def choir_name_conductor(self) -> str | None:
        heard.append("alto asked")
        return None

    @api.hookimpl
    def choir_member_leaving(self, name: str) -> None:
        db.session.add(Store(name=f"alto {name}"))


class Bass(api.Plugin):
    """Needs the alto, so that it is asked after it."""

    name, version, title, summary = "bass", "1", _("Number"), _("Number")
    requires = {"choir": ">=1", "alto": ">=1"}

    @api.hookimpl
    def choir_voices(self) -> Iterable[str]:
        return ["bass"]

    @api.hookimpl
    def choir_check_song(self) -> object | None:
        return None

    @api.hookimpl
    def choir_name_conductor(self) -> str | None:
        heard.append("bass asked")
        return "bass"

    @api.hookimpl
    def choir_member_leaving(self, name: str) -> None:
        if mood.get("bass") == "veto":
            raise api.Refused(_("Number"))


class Cello(api.Plugin):
    """Comes last."""

    name, version, title, summary = "cello", "1", _("Number"), _("Number")
    requires = {"choir": ">=1", "bass": ">=1"}

    @api.hookimpl
    def choir_name_conductor(self) -> str | None:
        heard.append("cello asked")
        return "cello"


@pytest.fixture(autouse=True)
def choir(make_app: MakeApp) -> Iterator[Flask]:
    heard.clear()
    mood.clear()
    app = make_app(plugins=(Bass, Cello, Choir, Alto))
    with app.app_context():
        yield app


def test_answers_come_in_the_order_of_the_plugins_needs() -> None:
    assert api.answers(choir_voices) == [["alto"], ["bass"]]


@pytest.mark.parametrize("fault", ["raise", "break"])
def test_while_rendering_a_listener_that_fails_is_left_out(fault: str) -> None:
    mood["alto"] = fault
    assert api.answers(choir_voices) == [["bass"]]
    assert db.session.scalar(sa.select(sa.func.count(Store.id))) == 0


def test_in_a_unit_a_listener_that_fails_rolls_all_back() -> None:
    mood["alto"] = "raise"

    @unit
    def sing() -> None:
        db.session.add(Store(name="half done"))
        api.answers(choir_voices)

    with pytest.raises(ArithmeticError):
        sing()
    assert db.session.scalar(sa.select(sa.func.count(Store.id))) == 0


def test_objections_are_answers_and_listeners_take_only_what_they_want() -> None:
    assert api.answers(choir_check_song, song="aria") == ["too high"]
    assert api.answers(choir_check_song, song="lullaby") == []


def test_the_first_who_answers_ends_the_asking() -> None:
    assert api.first_answer(choir_name_conductor) == "bass"
    assert heard == ["alto asked", "bass asked"]


@unit
def leave(name: str) -> None:
    api.answers(choir_member_leaving, name=name)


def stores() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Store.name)))


def test_who_joins_writes_in_the_same_unit_and_may_veto_all_of_it() -> None:
    leave("Ann")
    assert stores() == ["alto Ann"]
    mood["bass"] = "veto"
    with pytest.raises(api.Refused):
        leave("Bea")
    assert stores() == ["alto Ann"]


def test_a_slow_listener_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(host, "SLOW", -1.0)
    api.answers(choir_voices)
    assert "choir_voices took alto" in caplog.text


def test_what_one_worker_switches_off_is_off_in_the_other(choir: Flask, make_app: MakeApp) -> None:
    other = make_app(plugins=(Choir, Alto, Bass, Cello))
    theirs: Host = other.extensions["console"]
    with other.app_context():
        assert theirs.is_active("cello")
    host.states.disable(choir.extensions["console"], "cello")
    with other.app_context():
        assert not theirs.is_active("cello")
        assert theirs.is_active("bass")
