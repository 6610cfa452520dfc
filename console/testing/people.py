"""People of the staff as tests need them: with a role, signed in through the front door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from console.db import db
from console.security import passwords, users
from console.security.models import User
from console.stores import Store
from console.unit import unit

PASSWORD = "paper boats on the river"  # noqa: S105
#: Tests sign in thousands of times, and have no secrets.
passwords.hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
_numbers = count(1)
SignIn = Callable[..., FlaskClient]


@unit
def add_store(name: str = "Nanshan") -> int:
    """Add a store and return its number; a name that is taken gets a number behind it."""
    taken = db.session.scalar(sa.select(sa.func.count()).where(Store.name.startswith(name)))
    name = f"{name} {taken + 1}" if taken else name
    store = Store(name=name, time_zone="Asia/Shanghai", cut_off_minutes=0, closed=False)
    db.session.add(store)
    db.session.flush()
    return int(store.id)


@unit
def add_person(
    role: str | None = "owner",
    store: int | None = None,
    *,
    login: str | None = None,
    name: str | None = None,
    pin: str | None = None,
    password_hash: str | None = None,
    demo: bool = False,
) -> int:
    """Add a person with a preset role (or none), in one store or all; return her number."""
    number = next(_numbers)
    roles = [users.RoleInStore(users.preset_role(role).id, store)] if role else []
    person = users.add_user(
        login or f"{role or 'nobody'}{number}",
        name or f"{role or 'nobody'} {number}",
        password_hash=passwords.hash_secret(PASSWORD) if password_hash is None else password_hash,
        roles=roles,
        demo=demo,
    )
    person.pin_hash = passwords.hash_secret(pin) if pin else None
    return int(person.id)


def login_of(user_id: int) -> str:
    """Return somebody's sign-in name."""
    return db.session.get_one(User, user_id).login


def token_of(client: FlaskClient) -> str:
    """Return a CSRF token that is good in this browser."""
    with client.session_transaction() as session:
        token = session.setdefault("csrf_token", "c5f0" * 10)
    signer = URLSafeTimedSerializer(str(client.application.secret_key), salt="wtf-csrf-token")
    return str(signer.dumps(token))


def post(client: FlaskClient, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
    """Post a form, with a good CSRF token."""
    return client.post(path, data={"csrf_token": token_of(client), **(data or {})}, **more)


def enter(client: FlaskClient, login: str, password: str = PASSWORD, **fields: str) -> Any:
    """Send the sign-in form."""
    return post(client, "/", {"login": login, "password": password, **fields})


def signing_in(app: Flask) -> SignIn:
    """Return a function that signs in as a new person with a role."""

    def signed_in(
        role: str | None = "owner", store: int | None = None, *, user_id: int | None = None
    ) -> FlaskClient:
        person = user_id or add_person(role, store)
        client = app.test_client()
        answer = enter(client, login_of(person))
        assert answer.status_code == 302, answer.text
        return client

    return signed_in
