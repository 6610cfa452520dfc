"""Permissions: what there is to allow, and whether the person who acts is allowed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console.db import db
from console.i18n import _
from console.security.actors import acts_as_console
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
    """Something a role can be granted: `<plugin>.<verb>_<noun>`, and the presets that have it."""

    key: str
    label: Any
    roles: tuple[str, ...] = ()

    def held(self, store_id: int | None = None) -> bool:
        """Tell whether who acts holds this in a store, or, without one, in any store."""
        return acts_as_console()

    def stores(self) -> frozenset[int] | None:
        """Return the stores where who acts holds this; None stands for all."""
        return None if acts_as_console() else frozenset()


def host_permission(key: str, label: Any, roles: tuple[str, ...] = ()) -> Permission:
    """Declare a permission of the host itself; its key starts with `console.`."""
    return _host.setdefault(key, Permission(key, label, roles))


def host_permissions() -> tuple[Permission, ...]:
    """Return the host's own permissions."""
    return tuple(_host.values())


#: Held by every role: without it a person who can sign in sees nothing.
USE_CONSOLE = host_permission("console.use_console", _("Use the console"), EVERY_ROLE)
SEE_PHONES = host_permission("console.see_phones", _("See phone numbers"), ("manager",))


def visible_stores() -> list[Store]:
    """Return the stores where who acts has any role, by name."""
    return list(db.session.scalars(sa.select(Store).order_by(Store.name)))


def current_store() -> Store | None:
    """Return the store that a staff session is in; None stands for all stores."""
    return None
