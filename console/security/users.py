"""Staff users: added, changed, given roles, switched off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import audit, clock
from console.db import db
from console.errors import Conflict, NotFound, Refused
from console.i18n import LOCALES, _
from console.security import passwords, rights, sessions
from console.security.actors import actor, acts_as_console
from console.security.models import DENSITIES, THEMES, Grant, Role, RolePermission, User
from console.security.permissions import EDIT_USERS, PRESETS, all_permissions
from console.stores import Store
from console.unit import unit

LOGIN = re.compile(r"[^\s\x00-\x1f]{2,64}")


@dataclass(frozen=True)
class RoleInStore:
    """A role that somebody has or shall have; without a store it holds in all of them."""

    role_id: int
    store_id: int | None = None


@unit
def preset_role(preset: str) -> Role:
    """Return a preset role; all of them are stored when one is first needed."""
    if preset not in PRESETS:
        raise NotFound(_("There is no such role."))
    known = {role.preset: role for role in db.session.scalars(sa.select(Role))}
    for each in PRESETS:
        if each not in known:
            known[each] = Role(preset=each, name="")
            db.session.add(known[each])
    db.session.flush()
    return known[preset]


@unit
def add_role_like(name: str, presets: Iterable[str]) -> Role:
    """Add an own role that allows whatever one of these preset roles allows at first."""
    wanted = set(presets)
    role = Role(preset=None, name=name)
    db.session.add(role)
    db.session.flush()
    for permissions in all_permissions().values():
        for permission in permissions:
            if wanted.intersection(permission.roles):
                row = RolePermission(role_id=role.id, key=permission.key, decision=rights.ALLOW)
                db.session.add(row)
    audit.record("add_role", role)
    return role


def role_name(preset: str | None, name: str) -> str:
    """Return what a role is called in the reader's language."""
    return str(PRESETS[preset]) if preset in PRESETS else name


@unit
def add_user(
    login: str,
    name: str,
    *,
    password_hash: str = "",
    roles: Iterable[RoleInStore] = (),
    demo: bool = False,
) -> User:
    """Add a person who may sign in; make *password_hash* with `hash_secret` before the unit.

    Without a password nobody can sign in as her until one is set.
    """
    kept = _check_login(login)
    if not name.strip():
        raise Refused(_("Please enter a name."))
    user = User(
        login=kept,
        name=name.strip()[:80],
        password_hash=password_hash,
        active=True,
        preferences={},
        demo=demo,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    audit.record("add_user", user, after={"login": user.login, "name": user.name})
    set_roles(user.id, roles)
    return user


@unit
def change_user(user_id: int, *, login: str, name: str) -> None:
    """Change the names of a person."""
    user = get_user(user_id)
    before = {"login": user.login, "name": user.name}
    user.login = _check_login(login, but=user_id)
    user.name = name.strip()[:80]
    if not user.name:
        raise Refused(_("Please enter a name."))
    after = {"login": user.login, "name": user.name}
    if after != before:
        audit.record("change_user", user, before=before, after=after)


@unit
def change_person(
    user_id: int, *, login: str, name: str, roles: Iterable[RoleInStore] | None = None
) -> None:
    """Change the names and, if given, the roles of a person, both or neither."""
    change_user(user_id, login=login, name=name)
    if roles is not None:
        set_roles(user_id, roles)


@unit
def set_roles(user_id: int, roles: Iterable[RoleInStore]) -> None:
    """Give a person exactly these roles; her open pages stay, her session's token changes."""
    user, wanted = get_user(user_id), set(roles)
    grants = db.session.scalars(sa.select(Grant).where(Grant.user_id == user_id)).all()
    had = {RoleInStore(grant.role_id, grant.store_id) for grant in grants}
    for each in wanted ^ had:
        check_may_grant(each)
    if wanted == had:
        return
    before = describe_roles(had)
    for grant in grants:
        if RoleInStore(grant.role_id, grant.store_id) not in wanted:
            db.session.delete(grant)
    for new in wanted - had:
        db.session.add(Grant(user_id=user_id, role_id=new.role_id, store_id=new.store_id))
    db.session.flush()
    _keep_an_owner()
    sessions.rotate_all(user_id)
    audit.record("change_roles", user, before=before, after=describe_roles(wanted))


@unit
def set_password(user_id: int, password_hash: str, *, keep_session: int | None = None) -> None:
    """Set a password that was checked and hashed before; every other session of hers ends."""
    user = get_user(user_id)
    user.password_hash = password_hash
    sessions.end_all(user_id, but=keep_session)
    sessions.rotate_all(user_id)
    audit.record("change_password", user)


@unit
def set_pin(user_id: int, pin_hash: str | None) -> None:
    """Set the PIN for tills, or take it away."""
    user = get_user(user_id)
    user.pin_hash = pin_hash
    audit.record("change_pin", user)


@unit
def disable_user(user_id: int) -> None:
    """Switch a person off: her sessions end at once, and what she did stays."""
    user = get_user(user_id)
    if not user.active:
        return
    if user_id == actor().user_id:
        raise Refused(_("You cannot disable yourself."))
    user.active = False
    db.session.flush()
    _keep_an_owner()
    rights.forget()
    sessions.end_all(user_id)
    audit.record("disable_user", user)


@unit
def end_access(user_id: int) -> None:
    """Switch off a person who leaves for good: her PIN and all her roles are gone as well."""
    set_roles(user_id, ())
    set_pin(user_id, None)
    disable_user(user_id)


@unit
def enable_user(user_id: int) -> None:
    """Switch a person on again, with the roles and the password she had."""
    user = get_user(user_id)
    if user.active:
        return
    user.active = True
    rights.forget()
    audit.record("enable_user", user)


@unit
def choose(user_id: int, **looks: str) -> None:
    """Keep the locale, theme or density that a person has chosen for herself."""
    choices = {"theme": dict(THEMES), "density": dict(DENSITIES), "locale": LOCALES}
    user = get_user(user_id)
    for name, value in looks.items():
        if value not in choices.get(name, ()):
            raise Refused(_("There is no such choice."))
        setattr(user, name, value)


@unit
def remember(user_id: int, name: str, value: Any) -> None:
    """Keep what a person has set on a screen, under a name; None forgets it.

    Read it from the preferences of the signed-in person.
    """
    user = get_user(user_id)
    kept = {key: other for key, other in user.preferences.items() if key != name}
    user.preferences = kept if value is None else {**kept, name: value}


def works_in(user_id: int, store_id: int) -> bool:
    """Tell whether a person has any role in a store."""
    places = rights.read().places(user_id)
    return places is None or store_id in places


def get_user(user_id: int) -> User:
    """Return a person, or raise `NotFound`."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound(_("There is no such person."))
    return user


def may_manage(user_id: int) -> bool:
    """Tell whether who acts may change a person: all her roles must lie in her own reach."""
    if acts_as_console():
        return True
    book, own = rights.read(), actor().user_id
    if own is None:
        return False
    if book.owns_chain(own):
        return True
    reach = EDIT_USERS.stores()
    grants = db.session.execute(
        sa.select(Grant.role_id, Grant.store_id).where(Grant.user_id == user_id)
    ).all()
    return all(
        book.roles[role_id].preset != "owner"
        and (reach is None or (store_id is not None and store_id in reach))
        for role_id, store_id in grants
    )


def check_may_grant(what: RoleInStore) -> None:
    """Refuse to give or take a role that goes beyond what who acts may decide."""
    role = db.session.get(Role, what.role_id)
    if role is None:
        raise NotFound(_("There is no such role."))
    if what.store_id is not None and db.session.get(Store, what.store_id) is None:
        raise NotFound(_("There is no such store."))
    if acts_as_console():
        return
    own = actor().user_id
    if own is not None and rights.read().owns_chain(own):
        return
    reach = EDIT_USERS.stores()
    inside = reach is None or (what.store_id is not None and what.store_id in reach)
    if not inside or not _is_within_own(role, what.store_id):
        raise Refused(_("You cannot give or take a role that allows more than you may do."))


def _is_within_own(role: Role, store_id: int | None) -> bool:
    """Tell whether all that a role allows is held by who acts, in the same store."""
    from console.security.permissions import all_permissions

    if role.preset == "owner":
        return False
    known = rights.read().roles[role.id]
    for permission in (p for group in all_permissions().values() for p in group):
        if known.decision(permission.key, permission.roles) != rights.ALLOW:
            continue
        if not (permission.held(store_id) if store_id else permission.held_everywhere()):
            return False
    return True


def roles_of(user_id: int) -> list[tuple[str, str | None]]:
    """Return what a person's roles are called and in which store; None stands for all stores."""
    book = rights.read()
    found = []
    for role_id, store_id in book.grants.get(user_id, ()):
        role, store = book.roles[role_id], book.store(store_id)
        found.append((role_name(role.preset, role.name), store.name if store else None))
    return found


def describe_roles(roles: Iterable[RoleInStore]) -> dict[str, list[str]]:
    """Return roles in words, for the audit trail."""
    book = rights.read()
    names = []
    for each in roles:
        role, store = book.roles.get(each.role_id), book.store(each.store_id)
        label = (role.preset or role.name) if role else str(each.role_id)
        names.append(f"{label} @ {store.name if store else '*'}")
    return {"roles": sorted(names)}


def _check_login(login: str, *, but: int | None = None) -> str:
    kept = login.strip().casefold()
    if not LOGIN.fullmatch(kept):
        raise Refused(_("A sign-in name has 2 to 64 characters and no blanks."))
    taken = sa.select(User.id).where(User.login == kept, User.id != (but or 0))
    if db.session.scalar(taken) is not None:
        raise Conflict(_("This sign-in name is taken."))
    return kept


def _keep_an_owner() -> None:
    """Refuse to leave the chain without anybody who may do everything everywhere."""
    if acts_as_console():
        return
    left = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Grant)
        .join(Role, Role.id == Grant.role_id)
        .join(User, User.id == Grant.user_id)
        .where(Role.preset == "owner", Grant.store_id.is_(None), User.active)
    )
    if not left:
        raise Refused(_("There must be an owner of the whole chain."))


def hash_password(password: str, *, personal: tuple[str, ...] = ()) -> str:
    """Check a new password against the rules and return its hash; not in a unit."""
    passwords.check_password(password, personal=personal)
    return passwords.hash_secret(password)
