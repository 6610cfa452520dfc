"""Phone numbers: masked for most, revealed one by one, and every look is written down."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.audit import AuditEntry
from console.db import db
from console.security import rights
from console.security.masking import mask, seen_in_full, sees_all
from console.security.models import Grant, Role, RolePermission
from console.security.permissions import SEE_PHONES
from console.security.settings import REVEALS_A_DAY
from console.security.users import preset_role
from console.unit import unit
from tests.support import teahouse
from tests.support.app import MakeApp
from tests.support.people import add_person, add_store, enter, login_of, post

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

PHONE = "13800138000"
today: set[tuple[int, int]] = set()


class Booked:
    """A plugin's listener: guest and store pairs that are booked today."""

    @staticmethod
    @api.hookimpl
    def console_reveal_freely(model: Any, record_id: int, store_id: int) -> bool | None:
        return True if (record_id, store_id) in today else None


class BookedTea(teahouse.Tea):
    listeners = (Booked,)
    name, version = "tea", "1.0"
    title, summary = "Tea house", "For tests"


@pytest.fixture
def tea(make_app: MakeApp) -> Any:
    app = make_app(plugins=(BookedTea,))
    with app.app_context():
        teahouse.make_tables(app)
        today.clear()
        yield app


def signed_in(app: Flask, role: str, store: int | None = None) -> FlaskClient:
    client = app.test_client()
    assert enter(client, login_of(add_person(role, store))).status_code == 302
    return client


def ask(client: FlaskClient, guest: int, reason: str = "", **other: str) -> Any:
    sent = {"table": "tea_guest", "id": str(guest), "column": "phone", "reason": reason, **other}
    return post(client, "/console/reveal", sent)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("0912345678", "09****5678"),
        ("85291234", "85****34"),
        ("12345", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_masked_number_keeps_its_ends(number: str | None, shown: str) -> None:
    assert mask(number) == shown


def test_the_technician_sees_no_digit_and_no_button(tea: Flask) -> None:
    store = add_store()
    guest = teahouse.add_guest("Chen", store, phone=PHONE)
    manager = signed_in(tea, "manager", store)
    assert PHONE in manager.get("/console/tea/guests/").text
    technician = signed_in(tea, "technician", store)
    assert ask(technician, guest, "curious").status_code in (403, 404, 422)


def test_the_front_desk_sees_masked_numbers_with_a_button(tea: Flask) -> None:
    store = add_store()
    teahouse.add_guest("Chen", store, phone=PHONE)
    page = signed_in(tea, "front_desk", store).get("/console/tea/guests/").text
    assert "138****8000" in page and PHONE not in page
    assert 'data-reveal="tea_guest"' in page


def test_who_manages_one_store_and_serves_in_another_sees_the_numbers_of_the_first(
    tea: Flask,
) -> None:
    here, there = add_store("A"), add_store("B")
    teahouse.add_guest("Chen", here, phone=PHONE)
    other = teahouse.add_guest("Zhou", there, phone="13900139001")
    user_id = add_person("manager", here)

    @unit
    def serve_in_the_other_store() -> None:
        role_id = preset_role("technician").id
        db.session.add(Grant(user_id=user_id, role_id=role_id, store_id=there))
        for permission in (teahouse.SEE, teahouse.TAKE):
            decision = RolePermission(role_id=role_id, key=permission.key, decision=rights.ALLOW)
            db.session.add(decision)
        rights.forget()

    serve_in_the_other_store()
    both = tea.test_client()
    enter(both, login_of(user_id))
    for path in ("", f"{other}/", "?sort=phone", "?q=9001", "export/csv/"):
        page = both.get(f"/console/tea/guests/{path}").text
        assert "13900139001" not in page, path
    page = both.get("/console/tea/guests/").text
    assert PHONE in page and "139****9001" in page and "data-reveal" not in page
    assert ask(both, other, "curious").status_code == 422
    with api.acting_as(api.Actor(user_id=user_id)):
        assert seen_in_full(teahouse.Guest, [other]) == frozenset()
        assert not sees_all()


def test_a_denial_in_one_store_hides_the_numbers_of_that_store_alone(tea: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    mine = teahouse.add_guest("Chen", here, phone=PHONE)
    other = teahouse.add_guest("Zhou", there, phone="13900139001")
    user_id = add_person("manager")

    @unit
    def hide_there() -> None:
        role = Role(name="No numbers")
        db.session.add(role)
        db.session.flush()
        key = SEE_PHONES.key
        db.session.add(RolePermission(role_id=role.id, key=key, decision=rights.DENY))
        db.session.add(Grant(user_id=user_id, role_id=role.id, store_id=there))
        rights.forget()

    hide_there()
    with api.acting_as(api.Actor(user_id=user_id)):
        assert set(seen_in_full(teahouse.Guest, [mine, other])) == {mine}
        assert not sees_all()


def test_a_guest_of_today_is_revealed_by_one_click_that_is_written_down(tea: Flask) -> None:
    store = add_store()
    guest = teahouse.add_guest("Chen", store, phone=PHONE)
    today.add((guest, store))
    answer = ask(signed_in(tea, "front_desk", store), guest)
    assert answer.json["value"] == PHONE
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "reveal_guest")).one()
    assert (entry.subject_table, entry.subject_id) == ("tea_guest", guest)
    assert PHONE not in str(entry.after)


def test_other_numbers_take_a_reason(tea: Flask) -> None:
    store = add_store()
    guest = teahouse.add_guest("Chen", store, phone=PHONE)
    desk = signed_in(tea, "front_desk", store)
    answer = ask(desk, guest)
    assert answer.status_code == 422 and answer.json["needs_reason"]
    assert ask(desk, guest, "she left her scarf").json["value"] == PHONE
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "reveal")).one()
    assert entry.note == "she left her scarf"


def test_a_guest_of_another_stores_today_takes_a_reason(tea: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    guest = teahouse.add_guest("Chen", here, phone=PHONE)
    today.add((guest, there))
    assert ask(signed_in(tea, "front_desk", here), guest).json["needs_reason"]


def test_a_day_has_only_so_many_numbers(tea: Flask) -> None:
    store = add_store()
    guest = teahouse.add_guest("Chen", store, phone=PHONE)

    @unit
    def allow_two() -> None:
        REVEALS_A_DAY.put(2)

    allow_two()
    desk = signed_in(tea, "front_desk", store)
    assert [ask(desk, guest, "lost").status_code for _each in range(3)] == [200, 200, 422]
    today.add((guest, store))
    assert ask(desk, guest).status_code == 200


def test_the_number_of_another_stores_guest_cannot_be_asked_for(tea: Flask) -> None:
    here, there = add_store("A"), add_store("B")
    guest = teahouse.add_guest("Chen", there, phone=PHONE)
    assert ask(signed_in(tea, "front_desk", here), guest, "curious").status_code == 404


@pytest.mark.parametrize(
    "other",
    [
        {"column": "name"},
        {"column": "balance_fen"},
        {"table": "console_user", "column": "password_hash"},
        {"table": "tea_nothing"},
        {"table": ""},
        {"id": "abc"},
        {"id": "99999999999999999999"},
        {"column": "__class__"},
    ],
)
def test_nothing_but_a_masked_number_can_be_asked_for(tea: Flask, other: dict[str, str]) -> None:
    store = add_store()
    guest = teahouse.add_guest("Chen", store, phone=PHONE)
    desk = signed_in(tea, "front_desk", store)
    assert ask(desk, guest, "curious", **other).status_code == 404


def test_the_audit_trail_masks_numbers_for_who_may_not_see_them(tea: Flask) -> None:
    store = add_store()
    teahouse.add_guest("Chen", store, phone=PHONE)
    guest = db.session.scalars(sa.select(teahouse.Guest)).one()
    api.record_audit("edit", guest, before={"phone": PHONE}, after={"phone": None})
    number = db.session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()
    accountant = signed_in(tea, "accountant").get(f"/console/system/audit/{number}/")
    assert accountant.status_code == 200
    assert PHONE not in accountant.text and "138****8000" in accountant.text
    assert PHONE in signed_in(tea, "owner").get(f"/console/system/audit/{number}/").text
