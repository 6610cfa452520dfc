"""The audit trail: written with the deed, never changed, read by few."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from console import audit
from console.audit import AuditEntry
from console.db import db
from console.i18n import _
from console.security import Actor, acting_as
from console.security.models import User
from console.unit import unit
from tests.support.people import SignIn, add_person, add_store, post


@unit
def write(note: str = "", **more: object) -> None:
    audit.record("change", note=note, **more)  # type: ignore[arg-type]


def entries() -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))


def test_a_deed_is_written_with_who_where_and_why(app: Flask) -> None:
    with acting_as(Actor(7, "Lin", 3, "192.0.2.1", "r-1", 5)):
        write("a reason")
    entry = entries()[-1]
    assert (entry.user_id, entry.user_name, entry.store_id) == (7, "Lin", 3)
    assert (entry.ip, entry.request_id, entry.till_id) == ("192.0.2.1", "r-1", 5)
    assert entry.note == "a reason"


def test_a_deed_that_fails_leaves_no_trace(app: Flask) -> None:
    @unit
    def fail() -> None:
        audit.record("edit")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert entries() == []


@pytest.mark.parametrize(
    "change", ["UPDATE console_audit SET note = ''", "DELETE FROM console_audit"]
)
def test_nobody_changes_the_trail(app: Flask, change: str) -> None:
    write()

    @unit
    def tamper() -> None:
        db.session.execute(sa.text(change))

    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        tamper()
    assert len(entries()) == 1


def test_a_request_leaves_its_number_in_the_trail(app: Flask, sign_in: SignIn) -> None:
    person = add_person("front_desk")
    owner = sign_in("owner")
    answer = post(owner, f"/console/system/users/{person}/disable")
    entry = entries()[-1]
    assert entry.act == "disable_user"
    assert entry.request_id and entry.request_id == answer.headers["X-Request-ID"]


def test_the_trail_says_what_changed_in_words(app: Flask, sign_in: SignIn) -> None:
    person = add_person("front_desk", name="Wu")
    with acting_as(Actor(name="Lin")):
        user = db.session.get_one(User, person)
        audit.record(
            "edit", user, before={"active": True}, after={"active": False}, title=_("Left")
        )
    owner = sign_in("owner")
    owner.get("/?language=en")
    page = owner.get("/console/system/audit/")
    assert "Lin" in page.text and "Wu" in page.text
    detail = owner.get(f"/console/system/audit/{entries()[-2].id}/")
    assert detail.status_code == 200


def test_who_sees_one_store_sees_the_deeds_of_that_store(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("A"), add_store("B")
    write("of this store", store_id=here)
    write("of that store", store_id=there)
    page = sign_in("accountant", here).get("/console/system/audit/").text
    assert "of this store" in page and "of that store" not in page
    foreign = entries()[-2].id
    assert sign_in("accountant", here).get(f"/console/system/audit/{foreign}/").status_code == 404


def test_the_trail_can_be_narrowed(app: Flask, sign_in: SignIn) -> None:
    write("the needle")
    write("hay")
    owner = sign_in("owner")
    page = owner.get("/console/system/audit/?q=needle").text
    assert "the needle" in page and "hay" not in page
    assert "hay" in owner.get("/console/system/audit/?f.act.eq=change").text
    assert "hay" not in owner.get("/console/system/audit/?f.act.eq=sign_in").text
