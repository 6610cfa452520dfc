"""`console user`."""

from __future__ import annotations

import click
from flask import Flask

from console.cli.application import with_app


@click.group
def user() -> None:
    """Add, list and disable staff users."""


@user.command
@click.argument("login")
@click.option("--name", help="What colleagues call her; the sign-in name if left out.")
@click.option("--role", default="owner", show_default=True, help="One of the preset roles.")
@click.option("--store", help="The name of the one store it holds in; all stores if left out.")
@click.password_option(help="Asked for if left out.")
@with_app
def add(
    app: Flask, login: str, name: str | None, role: str, store: str | None, password: str
) -> None:
    """Add a staff user who signs in as LOGIN."""
    from console.security import passwords, users
    from console.unit import unit

    passwords.check_password(password, personal=(login, name or ""))
    hashed = passwords.hash_secret(password)

    @unit
    def add_person() -> None:
        place = users.RoleInStore(users.preset_role(role).id, _store_id(store))
        users.add_user(login, name or login, password_hash=hashed, roles=[place])

    add_person()


@user.command
@click.argument("login")
@click.password_option(help="Asked for if left out.")
@with_app
def password(app: Flask, login: str, password: str) -> None:
    """Set a new password; every session of hers ends."""
    from console.security import passwords, users

    passwords.check_password(password, personal=(login,))
    users.set_password(_user_id(login), passwords.hash_secret(password))


@user.command("list")
@with_app
def list_users(app: Flask) -> None:
    """List the staff users."""
    import sqlalchemy as sa

    from console.db import db
    from console.security.models import User

    for each in db.session.scalars(sa.select(User).order_by(User.login)):
        click.echo(f"{each.login:<20} {'active' if each.active else 'disabled':<9} {each.name}")


@user.command
@click.argument("login")
@with_app
def disable(app: Flask, login: str) -> None:
    """Switch a staff user off: her sessions end at once, and what she did stays."""
    from console.security import users

    users.disable_user(_user_id(login))


def _user_id(login: str) -> int:
    import sqlalchemy as sa

    from console.db import db
    from console.errors import NotFound
    from console.i18n import _
    from console.security.models import User

    found = db.session.scalar(sa.select(User.id).where(User.login == login.strip().lower()))
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


def _store_id(name: str | None) -> int | None:
    import sqlalchemy as sa

    from console.db import db
    from console.errors import NotFound
    from console.i18n import _
    from console.stores import Store

    if name is None:
        return None
    found = db.session.scalar(sa.select(Store.id).where(Store.name == name))
    if found is None:
        raise NotFound(_("There is no such store."))
    return found
