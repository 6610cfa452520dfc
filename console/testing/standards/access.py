"""Who may do what: asked of every address there is, by everybody who might ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

from flask import Flask
from flask.testing import FlaskClient

from console.admin import ModelAdmin
from console.db import db
from console.security.models import Grant, Role, RolePermission, User
from console.testing.crawl import Address, addresses, view_of
from console.testing.people import SignIn, add_person, add_store, token_of
from console.transfer.view import ImportView
from console.unit import unit

V = TypeVar("V", ModelAdmin, ImportView)
CLOSED = {302, 401, 403, 404}


def test_every_address_states_who_may_use_it(app: Flask, tested_plugins: frozenset[str]) -> None:
    """A staff page says `needs=`, a public route `audience=`."""
    found = addresses(app, tested_plugins)
    assert [str(a) for a in found if a.audience is None and a.permission is None] == []


def test_a_stranger_gets_nowhere(
    app: Flask, client: FlaskClient, tested_plugins: frozenset[str]
) -> None:
    """Whoever is not signed in is sent away from every staff page."""
    assert opened(client, closed_addresses(app, tested_plugins)) == []


def test_a_person_without_a_grant_gets_nowhere(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str]
) -> None:
    """Whoever is signed in but has no role gets no further than a stranger."""
    assert opened(sign_in(None), closed_addresses(app, tested_plugins)) == []


def test_all_grants_but_the_needed_one_open_nothing(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str]
) -> None:
    """Each page asks for the permission that it names, and for no other instead."""
    wanting = by_permission(app, tested_plugins)
    keys = {a.permission for a in addresses(app) if a.permission}
    store = add_store()
    passed = []
    for key, needing in wanting.items():
        client = sign_in(user_id=person_with(keys - {key}, store))
        passed += opened(client, needing)
    assert passed == []


def test_the_needed_grant_opens_every_page(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str], records: None
) -> None:
    """No page needs a second permission that it does not name, and none breaks."""
    store, owner = add_store(), sign_in("owner")
    shut = []
    for key, needing in by_permission(app, tested_plugins).items():
        client = sign_in(user_id=person_with({key}, store))
        for address in needing:
            if address.method != "GET":
                continue
            status = client.get(address.path).status_code
            if status == 404 and owner.get(address.path).status_code == 404:
                continue  # there is nothing at this address, for nobody
            if status not in (200, 302):
                shut.append((str(address), status))
    assert not shut, "\n".join(map(str, shut))


def test_everybody_reads_the_pages_for_anyone(
    app: Flask, client: FlaskClient, tested_plugins: frozenset[str], records: None
) -> None:
    """A page whose audience is anyone does not break when anyone opens it."""
    pages = [a for a in addresses(app, tested_plugins) if a.audience == "anyone"]
    found = [(str(a), client.get(a.path).status_code) for a in pages if a.method == "GET"]
    assert [each for each in found if each[1] == 500] == []


def test_nothing_is_written_without_a_token(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str]
) -> None:
    """Every form carries `csrf_token`; a request without one is refused."""
    client = sign_in("owner")
    taken = [
        (str(a), status)
        for a in addresses(app, tested_plugins)
        if a.method != "GET" and a.audience != "signed"
        if (status := client.open(a.path, method=a.method).status_code) != 400
    ]
    assert taken == []


def test_an_import_sets_no_field_that_a_form_guards(
    app: Flask, tested_plugins: frozenset[str]
) -> None:
    """A field that takes a permission in a view takes it in an import of the plugin as well."""
    open_fields = [
        f"{view.intake.subject.name}: {one.name} needs {guarded.field_needs[one.name].key}"
        for view in views_of(app, tested_plugins, ImportView)
        for guarded in views_of(app, {view.plugin}, ModelAdmin)
        for one in view.intake.subject.fields
        if one.name in guarded.field_needs and one.needs != guarded.field_needs[one.name]
    ]
    assert open_fields == []


def views_of(app: Flask, of: Collection[str], kind: type[V]) -> set[V]:
    """Return the views of one kind that the plugins have."""
    found = {view_of(app, address.endpoint) for address in addresses(app, of)}
    return {view for view in found if isinstance(view, kind)}


def closed_addresses(app: Flask, of: Collection[str]) -> list[Address]:
    """Return the addresses that need a permission, or forgot to say so."""
    return [a for a in addresses(app, of) if a.audience is None]


def by_permission(app: Flask, of: Collection[str]) -> dict[str, list[Address]]:
    """Return every address that needs a permission, under its key."""
    found: dict[str, list[Address]] = defaultdict(list)
    for address in addresses(app, of):
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
def person_with(keys: Iterable[str], store: int, role: str | None = None) -> int:
    """Add somebody who holds these permissions in all stores, besides a preset *role*."""
    person = add_person(role)
    name = f"role of {db.session.get_one(User, person).login}"
    made = Role(name=name)
    db.session.add(made)
    db.session.flush()
    for key in keys:
        db.session.add(RolePermission(role_id=made.id, key=key, decision="allow"))
    db.session.add(Grant(user_id=person, role_id=made.id, store_id=None))
    return person
