"""Who may do what where: roles, grants and stores, read once per epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask.globals import _cv_app

from console import epoch
from console.db import db
from console.security.models import Grant, Role, RolePermission, User
from console.stores import Store

ALLOW, DENY, NEITHER = "allow", "deny", "none"


@dataclass(frozen=True)
class KnownStore:
    """A store as plain values, which outlive the transaction that read them."""

    id: int
    name: str
    time_zone: str
    cut_off_minutes: int
    closed: bool

    def row(self) -> Store:
        """Return the store as a row that belongs to no session."""
        return Store(
            id=self.id,
            name=self.name,
            time_zone=self.time_zone,
            cut_off_minutes=self.cut_off_minutes,
            closed=self.closed,
        )


@dataclass(frozen=True)
class KnownRole:
    """A role and what it decides, by permission key."""

    id: int
    preset: str | None
    name: str
    decisions: Mapping[str, str]

    def decision(self, key: str, presets: Sequence[str]) -> str:
        """Return what the role says on a permission that *presets* have by default."""
        return self.decisions.get(key, ALLOW if self.preset in presets else NEITHER)


@dataclass(frozen=True)
class Rights:
    """All roles, all grants of active people, and all stores."""

    roles: Mapping[int, KnownRole]
    #: Role and store by person; without a store the role holds in all of them.
    grants: Mapping[int, Sequence[tuple[int, int | None]]]
    stores: Sequence[KnownStore]
    _reached: dict[tuple[int, str, Sequence[str]], frozenset[int] | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    def reach(self, user_id: int, key: str, presets: tuple[str, ...]) -> frozenset[int] | None:
        """Return the stores where a person holds a permission; None stands for all.

        Rights of several roles add up, a denial takes away; an owner is denied nothing.
        """
        asked = (user_id, key, presets)
        try:  # a page asks the same a hundred times
            return self._reached[asked]
        except KeyError:
            found = self._reached[asked] = self._reach(user_id, key, presets)
        return found

    def _reach(self, user_id: int, key: str, presets: Sequence[str]) -> frozenset[int] | None:
        owned, allowed, denied = set[int | None](), set[int | None](), set[int | None]()
        for role_id, store_id in self.grants.get(user_id, ()):
            role = self.roles[role_id]
            if role.preset == "owner":
                owned.add(store_id)
                continue
            decision = role.decision(key, presets)
            if decision == ALLOW:
                allowed.add(store_id)
            elif decision == DENY:
                denied.add(store_id)
        if None in owned or (None in allowed and not denied):
            return None
        if None in denied:
            allowed = set()
        elif None in allowed:
            allowed = {store.id for store in self.stores}
        return frozenset(s for s in (allowed - denied) | owned if s is not None)

    def places(self, user_id: int) -> frozenset[int] | None:
        """Return the stores where a person has any role; None stands for all."""
        places = {store_id for _role, store_id in self.grants.get(user_id, ())}
        if None in places:
            return None
        return frozenset(store_id for store_id in places if store_id is not None)

    def owns_chain(self, user_id: int) -> bool:
        """Tell whether a person is an owner in all stores."""
        return any(
            store_id is None and self.roles[role_id].preset == "owner"
            for role_id, store_id in self.grants.get(user_id, ())
        )

    def store(self, store_id: int | None) -> KnownStore | None:
        """Return a store by its number."""
        return next((store for store in self.stores if store.id == store_id), None)


def read() -> Rights:
    """Return the rights as they are; only a raised epoch costs queries."""
    book: Rights = _cv_app.get().app.extensions["console"].remember("rights", _read)
    return book


def forget() -> None:
    """Let every worker read the rights again; call it in the unit that changes them."""
    epoch.bump()


def _read() -> Rights:
    decisions: dict[int, dict[str, str]] = {}
    for role_id, key, decision in db.session.execute(
        sa.select(RolePermission.role_id, RolePermission.key, RolePermission.decision)
    ):
        decisions.setdefault(role_id, {})[key] = decision
    roles = {
        role_id: KnownRole(role_id, preset, name, decisions.get(role_id, {}))
        for role_id, preset, name in db.session.execute(sa.select(Role.id, Role.preset, Role.name))
    }
    grants: dict[int, list[tuple[int, int | None]]] = {}
    for user_id, role_id, store_id in db.session.execute(
        sa.select(Grant.user_id, Grant.role_id, Grant.store_id)
        .join(User, User.id == Grant.user_id)
        .where(User.active)
    ):
        grants.setdefault(user_id, []).append((role_id, store_id))
    stores = db.session.execute(
        sa.select(
            Store.id, Store.name, Store.time_zone, Store.cut_off_minutes, Store.closed
        ).order_by(Store.name)
    )
    return Rights(roles, grants, tuple(KnownStore(*row) for row in stores))
