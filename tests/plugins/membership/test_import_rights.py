"""Columns of a sheet that take a permission of their own: who lacks it takes nothing in by them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api, epoch
from console.i18n import LOCALES
from console.security import users
from console.security.models import RolePermission
from console.testing.standards import access
from plugins.ledger import api as ledger
from plugins.membership.admin.members import MemberAdmin
from plugins.membership.api import Member
from plugins.membership.permissions import ADJUST_VALUE, SEE_MEMBERS
from tests.support.importing import HOME, act, page, plain, read, run_of, sheet, upload
from tests.support.ledger import balance
from tests.support.live import choose
from tests.support.people import SignIn, add_person, add_store, post

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

ANNA = ("Anna Chen", "13900000001", "", "100.50", "", 30)


@pytest.fixture
def manager(app: Flask, sign_in: SignIn) -> FlaskClient:
    """A store manager who reads English."""
    person = add_person("manager", add_store())
    choose(person, locale=LOCALES[2])
    return sign_in(user_id=person)


@api.unit
def deny(permission: api.Permission) -> None:
    """Take a permission from store managers."""
    role = users.preset_role("manager")
    api.db.session.add(RolePermission(role_id=role.id, key=permission.key, decision="deny"))
    epoch.bump()


def test_a_column_that_she_may_not_set_is_left_out_and_said(manager: FlaskClient) -> None:
    deny(ADJUST_VALUE)
    number = upload(manager, sheet(ANNA))
    html = manager.get(f"{HOME}{number}/").text
    assert 'value="principal_fen"' not in html
    assert 'value="points"' in html
    said = plain(html)
    assert "Principal, Bonus, Sessions left: you lack the permission." in said
    assert "100.50" not in said
    act(manager, number, "columns", **{"column-0": "name", "column-1": "phone"})
    act(manager, number, "apply", version=run_of(number).version)
    anna = api.db.session.query(Member).one()
    assert anna.name == "Anna Chen"
    assert balance(ledger.salon("opening")) == 0


def test_a_column_that_she_may_not_set_is_refused_with_words(manager: FlaskClient) -> None:
    deny(ADJUST_VALUE)
    number = upload(manager, sheet(ANNA))
    sent = {"column-1": "phone", "column-3": "principal_fen"}
    refused = post(manager, f"{HOME}{number}/columns", sent)
    assert refused.status_code == 403
    assert "You lack the permission to set: Principal" in plain(refused.text)
    assert run_of(number).state == "mapping"


def test_a_sheet_read_with_what_she_may_not_set_is_closed_to_her(manager: FlaskClient) -> None:
    number = read(manager, sheet(ANNA))
    assert "100.50" in page(manager, number)
    version = run_of(number).version
    deny(ADJUST_VALUE)
    for rest in ("", "rows/?status=importable", "results.csv"):
        closed = manager.get(f"{HOME}{number}/{rest}")
        assert closed.status_code == 403
        assert "100.50" not in closed.text
    assert "You lack the permission to set: Principal" in plain(closed.text)
    sent = {"version": str(version)}
    assert post(manager, f"{HOME}{number}/apply", sent).status_code == 403
    assert run_of(number).state == "ready"


def test_a_field_that_a_form_guards_and_an_import_does_not_is_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemberAdmin, "field_needs", {"notes": SEE_MEMBERS})
    with pytest.raises(AssertionError, match="members: notes needs"):
        access.test_an_import_sets_no_field_that_a_form_guards(app, frozenset({"membership"}))
