"""Another store's rows: whoever may do everything in one store reaches none of them elsewhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from console.admin import ModelAdmin
from console.admin.attributes import pk_of
from console.db import db
from console.security.models import Grant, Role, RolePermission
from console.unit import unit
from tests.support.crawl import Address, addresses, first_id, view_of
from tests.support.people import SignIn, add_person, add_store, token_of

pytestmark = [pytest.mark.any_engine, pytest.mark.slow, pytest.mark.usefixtures("with_demo")]


@unit
def may_everything_in(store: int, app: Flask) -> int:
    """Add somebody who holds every permission there is, in one store alone."""
    person = add_person(None)
    role = Role(name="Everything")
    db.session.add(role)
    db.session.flush()
    for key in sorted({a.permission for a in addresses(app) if a.permission}):
        db.session.add(RolePermission(role_id=role.id, key=key, decision="allow"))
    db.session.add(Grant(user_id=person, role_id=role.id, store_id=store))
    return person


def is_of_a_row_elsewhere(app: Flask, address: Address, store: int) -> bool:
    """Tell whether a page is about a row that nobody sees who works in *store* alone."""
    view = view_of(app, address.endpoint)
    named = "number" in address.rule.arguments or "?id=" in address.path
    if not (named and isinstance(view, ModelAdmin)) or "/segments/" in address.path:
        return False
    model, where = view.subject, view.subject.scope.where
    if where is None:
        return False
    first = first_id(app, address.rule)
    own = sa.select(pk_of(model)).where(pk_of(model) == first, where(model, frozenset({store})))
    return first is not None and db.session.scalar(own) is None


def test_a_row_of_another_store_is_not_there(app: Flask, sign_in: SignIn) -> None:
    elsewhere = add_store("Elsewhere")
    client = sign_in(user_id=may_everything_in(elsewhere, app))
    rows = [a for a in addresses(app) if is_of_a_row_elsewhere(app, a, elsewhere)]
    reached = []
    for each in rows:
        token = {"X-CSRFToken": token_of(client)}
        status = client.open(each.path, method=each.method, headers=token).status_code
        if status not in (403, 404):
            reached.append(f"{each}: {status}")
    assert not reached, "\n".join(reached)
    assert len(rows) > 100
