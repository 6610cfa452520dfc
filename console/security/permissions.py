"""Permissions: what there is to allow, and where the person who acts is allowed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from console.i18n import _
from console.security import rights
from console.security.actors import actor, acts_as_console, who_acts
from console.stores import Store

#: The preset roles and their names.
PRESETS: dict[str, Any] = {
    "owner": _("Owner"),
    "manager": _("Store manager"),
    "front_desk": _("Front desk"),
    "technician": _("Technician"),
    "accountant": _("Accountant"),
}
EVERY_ROLE = tuple(PRESETS)
_host: dict[str, Permission] = {}


@dataclass(frozen=True)
class Permission:
    """Something a role can be granted: `<plugin>.<verb>_<noun>`, and the presets that have it.

    The owner has every permission, always.
    """

    key: str
    label: Any
    roles: tuple[str, ...] = ()

    def held(self, store_id: int | None = None) -> bool:
        """Tell whether who acts holds this in a store or, without one, in any store.

        The console itself (worker, command line, demo) holds everything.
        """
        stores = self.stores()
        if stores is None:
            return True
        return store_id in stores if store_id is not None else bool(stores)

    def held_everywhere(self) -> bool:
        """Tell whether who acts holds this in all stores, those to come included."""
        return self.stores() is None

    def stores(self) -> frozenset[int] | None:
        """Return the stores where who acts holds this; None stands for all."""
        user_id, is_console = who_acts()
        if is_console:
            return None
        if user_id is None:
            return frozenset()
        return rights.read().reach(user_id, self.key, self.roles)

    def held_by(self, user_id: int, store_id: int | None = None) -> bool:
        """Tell whether another person holds this in a store or, without one, in any store."""
        stores = rights.read().reach(user_id, self.key, self.roles)
        if stores is None:
            return True
        return store_id in stores if store_id is not None else bool(stores)


def host_permission(key: str, label: Any, roles: tuple[str, ...] = ()) -> Permission:
    """Declare a permission of the host itself; its key starts with `console.`."""
    return _host.setdefault(key, Permission(key, label, roles))


def host_permissions() -> tuple[Permission, ...]:
    """Return the host's own permissions."""
    return tuple(_host.values())


def all_permissions() -> dict[str, tuple[Permission, ...]]:
    """Return every permission there is, by the plugin that declares it; the host's come first."""
    groups = {"console": host_permissions()}
    for mounted in current_app.extensions["console"].mounted.values():
        if mounted.permissions:
            groups[mounted.name] = mounted.permissions
    return groups


#: Held by every role: without it a person who can sign in sees nothing.
USE_CONSOLE = host_permission("console.use_console", _("Use the console"), EVERY_ROLE)
SEE_PHONES = host_permission("console.see_phones", _("See phone numbers in full"), ("manager",))
REVEAL_PHONES = host_permission(
    "console.reveal_phones", _("Reveal single phone numbers"), ("front_desk",)
)
VIEW_USERS = host_permission("console.view_users", _("See staff users"), ("manager",))
EDIT_USERS = host_permission("console.edit_users", _("Add and change staff users"), ("manager",))
VIEW_ROLES = host_permission("console.view_roles", _("See roles"))
EDIT_ROLES = host_permission("console.edit_roles", _("Change roles"))
MANAGE_TILLS = host_permission("console.manage_tills", _("Register tills"), ("manager",))
VIEW_AUDIT = host_permission("console.view_audit", _("See the audit trail"), ("accountant",))
HEAR_OF_EXPORTS = host_permission("console.hear_of_exports", _("Hear of large exports"))
CLEAR_DEMO = host_permission("console.clear_demo", _("Clear the demo data"))
VIEW_APPROVALS = host_permission(
    "console.view_approvals", _("See approvals"), ("manager", "accountant")
)


def visible_stores() -> list[Store]:
    """Return the stores where who acts has any role, by name.

    The rows belong to no session: read them, do not link them to others.
    """
    book = rights.read()
    if acts_as_console():
        wanted = None
    else:
        user_id = actor().user_id
        wanted = book.places(user_id) if user_id is not None else frozenset[int]()
    return [store.row() for store in book.stores if wanted is None or store.id in wanted]


def current_store() -> Store | None:
    """Return the store that a staff session is in; None stands for all that she may see."""
    chosen = actor().store_id
    return next((store for store in visible_stores() if store.id == chosen), None)


def known_store(store_id: int) -> Store | None:
    """Return a store as workers remember it, without a query; the row belongs to no session."""
    found = rights.read().store(store_id)
    return found.row() if found is not None else None
