"""The staff file, and leaving in one act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

import pytest
from flask import Flask

from console import api
from console.audit import AuditEntry
from console.security.models import Grant, User
from console.security.users import RoleInStore, add_user, preset_role
from plugins.salon.services import staffing
from tests.support.app import MakeApp
from tests.support.salon import add_staff, add_store

pytestmark = pytest.mark.either_engine

TODAY = dt.date.today()


@api.unit
def add_person(store: api.Store, login: str = "amy") -> User:
    role = preset_role("technician")
    return add_user(login, login.title(), roles=[RoleInStore(role.id, store.id)])


def test_leaving_cuts_the_sign_in_and_takes_all_roles(app: Flask) -> None:
    store = add_store()
    user = add_person(store)
    amy = add_staff("Amy 林", store, user_id=user.id, shown=True)
    staffing.end_employment(amy.id, last_on=amy.joined_on)
    assert not user.active
    assert api.db.session.query(Grant).filter_by(user_id=user.id).count() == 0
    assert (amy.left_on, amy.shown) == (amy.joined_on, False)


def test_leaving_is_in_the_audit_trail_with_all_it_did(app: Flask) -> None:
    store = add_store()
    amy = add_staff("Amy 林", store, user_id=add_person(store).id)
    staffing.end_employment(amy.id, last_on=amy.joined_on)
    entry = api.db.session.query(AuditEntry).filter_by(act="salon.staff_left").one()
    assert entry.subject_label == "Amy 林"
    assert len(entry.note.splitlines()) == 2


def test_who_left_does_not_leave_again(app: Flask) -> None:
    amy = add_staff("Amy 林", add_store())
    staffing.end_employment(amy.id, last_on=amy.joined_on)
    with pytest.raises(api.Refused):
        staffing.end_employment(amy.id, last_on=amy.joined_on)


@pytest.mark.parametrize("last_on", [dt.date(2024, 5, 5), TODAY + dt.timedelta(days=2)])
def test_the_last_day_lies_between_joining_and_today(app: Flask, last_on: dt.date) -> None:
    amy = add_staff("Amy 林", add_store())
    with pytest.raises(api.Refused):
        staffing.end_employment(amy.id, last_on=last_on)
    assert amy.left_on is None


def test_nobody_succeeds_herself_or_somebody_who_left(app: Flask) -> None:
    store = add_store()
    amy, gone = add_staff("Amy 林", store), add_staff("Coco 周", store)
    staffing.end_employment(gone.id, last_on=gone.joined_on)
    for successor in (amy, gone):
        with pytest.raises(api.Refused):
            staffing.end_employment(amy.id, last_on=amy.joined_on, successor_id=successor.id)


def test_who_left_is_not_among_the_staff_until_she_is_taken_back(app: Flask) -> None:
    store = add_store()
    amy = add_staff("Amy 林", store)
    staffing.end_employment(amy.id, last_on=amy.joined_on)
    assert staffing.working_staff(store.id) == []
    staffing.take_back(amy.id)
    assert staffing.working_staff(store.id) == [amy]


def test_a_person_may_work_in_two_stores(app: Flask) -> None:
    here, there = add_store(), add_store("南山店")
    leo = add_staff("Leo 王", here)

    @api.unit
    def move() -> None:
        leo.main_store_id = there.id
        staffing.settle_staff(leo)

    move()
    assert staffing.working_staff(here.id) == staffing.working_staff(there.id) == [leo]


class Duties(api.Plugin):
    """A plugin in which people have duties."""

    name, version, title, summary = "duties", "1.0", "Duties", "Duties"
    requires = {"salon": ">=1"}
    told: ClassVar[list[tuple[int, int | None]]] = []

    @api.hookimpl
    def salon_leaving_consequences(self, staff_id: int) -> list[str]:
        return ["Two visits lie ahead."]

    @api.hookimpl
    def salon_staff_leaving(self, staff_id: int, successor_id: int | None) -> None:
        self.told.append((staff_id, successor_id))
        if successor_id is None:
            raise api.Refused("Somebody must take over the visits.")


@pytest.fixture
def with_duties(make_app: MakeApp) -> Iterator[None]:
    app = make_app(plugins=(Duties,))
    Duties.told.clear()
    with app.app_context():
        yield


@pytest.mark.usefixtures("with_duties")
def test_other_plugins_say_what_leaving_means_for_them() -> None:
    amy = add_staff("Amy 林", add_store())
    assert staffing.leaving_consequences(amy) == ["Two visits lie ahead."]


@pytest.mark.usefixtures("with_duties")
def test_nothing_is_half_done_when_another_plugin_keeps_her() -> None:
    store = add_store()
    user = add_person(store)
    amy = add_staff("Amy 林", store, user_id=user.id)
    with pytest.raises(api.Refused, match="take over"):
        staffing.end_employment(amy.id, last_on=amy.joined_on)
    assert user.active
    assert amy.left_on is None


@pytest.mark.usefixtures("with_duties")
def test_other_plugins_hand_her_duties_over_in_the_same_act() -> None:
    store = add_store()
    amy, coco = add_staff("Amy 林", store), add_staff("Coco 周", store)
    staffing.end_employment(amy.id, last_on=amy.joined_on, successor_id=coco.id)
    assert Duties.told == [(amy.id, coco.id)]
