"""Who may do what: asked of every address there is, by everybody who might ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.db import db
from console.security.models import Grant, Role, RolePermission, User
from console.unit import unit
from tests.support.crawl import Address, addresses
from tests.support.people import SignIn, add_person, add_store, token_of

CLOSED = {302, 401, 403, 404}
pytestmark = pytest.mark.any_engine


def test_every_address_states_who_may_use_it(app: Flask) -> None:
    unstated = [str(a) for a in addresses(app) if a.audience is None and a.permission is None]
    assert unstated == []


def test_a_stranger_gets_nowhere(app: Flask, client: FlaskClient) -> None:
    assert opened(client, [a for a in addresses(app) if a.audience is None]) == []


def test_a_person_without_a_grant_gets_nowhere(app: Flask, sign_in: SignIn) -> None:
    client = sign_in(None)
    assert opened(client, [a for a in addresses(app) if a.audience is None]) == []


def test_all_grants_but_the_needed_one_open_nothing(app: Flask, sign_in: SignIn) -> None:
    wanting = by_permission(app)
    keys = set(wanting)
    store = add_store()
    passed = []
    for key, needing in wanting.items():
        client = sign_in(user_id=person_with(keys - {key}, store))
        passed += opened(client, needing)
    assert passed == []


def test_the_needed_grant_opens_every_page(app: Flask, sign_in: SignIn) -> None:
    store = add_store()
    shut = []
    for key, needing in by_permission(app).items():
        client = sign_in(user_id=person_with({key}, store))
        for address in needing:
            if address.method != "GET":
                continue
            status = client.get(address.path).status_code
            if status not in (200, 302, 404):
                shut.append((str(address), status))
    assert shut == []


def test_nothing_is_written_without_a_token(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    taken = [
        (str(a), status)
        for a in addresses(app)
        if a.method != "GET" and a.audience != "signed"
        if (status := client.open(a.path, method=a.method).status_code) != 400
    ]
    assert taken == []


def by_permission(app: Flask) -> dict[str, list[Address]]:
    """Every address that needs a permission, under its key."""
    found: dict[str, list[Address]] = defaultdict(list)
    for address in addresses(app):
        if address.permission:
            found[address.permission].append(address)
    return found


def opened(client: FlaskClient, asked: Iterable[Address]) -> list[tuple[str, int]]:
    """Return what did not stay closed, although a good token was sent."""
    return [
        (str(address), status)
        for address in asked
        if (
            status := client.open(
                address.path, method=address.method, headers={"X-CSRFToken": token_of(client)}
            ).status_code
        )
        not in CLOSED
    ]


@unit
def person_with(keys: Iterable[str], store: int) -> int:
    """Add somebody who holds exactly these permissions, in all stores."""
    person = add_person(None)
    name = f"role of {db.session.get_one(User, person).login}"
    role = Role(name=name)
    db.session.add(role)
    db.session.flush()
    for key in keys:
        db.session.add(RolePermission(role_id=role.id, key=key, decision="allow"))
    db.session.add(Grant(user_id=person, role_id=role.id, store_id=None))
    return person
