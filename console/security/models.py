"""Staff users, their roles, their sessions, and the tills of the stores."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, Scope, column, in_store
from console.i18n import _
from console.search.declared import FoundBy

THEMES = (("auto", _("Like the device")), ("light", _("Light")), ("dark", _("Dark")))
DENSITIES = (("cozy", _("Cozy rows")), ("compact", _("Compact rows")))


def _works_in(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    """Whoever may see the people of some stores sees those with a role in one of them."""
    here = sa.or_(Grant.store_id.is_(None), Grant.store_id.in_(stores))
    found: sa.ColumnElement[bool] = model.id.in_(sa.select(Grant.user_id).where(here))
    return found


class User(Model):
    """A person of the staff who may sign in."""

    __tablename__ = "console_user"
    scope = Scope(_works_in)
    label_column = "name"
    found_by = FoundBy(names=("name", "login"))
    id: Mapped[int] = column(_("Number"), primary_key=True)
    #: Lower case; people may type it in any case.
    login: Mapped[str] = column(_("Sign-in name"), unique=True)
    name: Mapped[str] = column(_("Name"))
    password_hash: Mapped[str] = column(_("Password"))
    pin_hash: Mapped[str | None] = column(_("PIN"))
    active: Mapped[bool] = column(_("Active"), default=True)
    locale: Mapped[str | None] = column(_("Language"))
    theme: Mapped[str] = column(_("Appearance"), default="auto", choices=THEMES)
    density: Mapped[str] = column(_("Row height"), default="cozy", choices=DENSITIES)
    #: What she set on a screen, such as the columns of a list, by name.
    preferences: Mapped[dict[str, Any]] = column(_("Preferences"), default=dict)
    #: Made by the demo: one click signs in while the demo flag is on.
    demo: Mapped[bool] = column(_("Demo"), default=False)
    created_at: Mapped[dt.datetime] = column(_("Added at"))


class Role(Model):
    """A set of permissions under one name: a preset one, or the chain's own."""

    __tablename__ = "console_role"
    scope = CHAIN
    remembered = True
    label_column = "name"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    preset: Mapped[str | None] = column(_("Preset"), unique=True)
    name: Mapped[str] = column(_("Role"), default="")


class RolePermission(Model):
    """What a role decides on one permission; for a preset role it overrides the default."""

    __tablename__ = "console_role_permission"
    scope = CHAIN
    remembered = True
    role_id: Mapped[int] = column(
        _("Role"), sa.ForeignKey("console_role.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = column(_("Permission"), primary_key=True)
    #: "allow", "deny" (wins over every other role) or "none" (says nothing).
    decision: Mapped[str] = column(_("Decision"))
    __table_args__ = (sa.CheckConstraint("decision in ('allow', 'deny', 'none')", name="decision"),)


class Grant(Model):
    """A role that a person has in one store, or in all of them."""

    __tablename__ = "console_grant"
    scope = CHAIN
    remembered = True
    id: Mapped[int] = column(_("Number"), primary_key=True)
    user_id: Mapped[int] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="CASCADE"), index=True
    )
    role_id: Mapped[int] = column(_("Role"), sa.ForeignKey("console_role.id"), index=True)
    store_id: Mapped[int | None] = column(_("Store"), sa.ForeignKey("console_store.id"), index=True)


class Till(Model):
    """A browser that stands at the counter of a store."""

    __tablename__ = "console_till"
    scope = in_store()
    label_column = "name"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    store_id: Mapped[int] = column(_("Store"), sa.ForeignKey("console_store.id"), index=True)
    name: Mapped[str] = column(_("Till"))
    token_hash: Mapped[str] = column(_("Token"), unique=True)
    registered_at: Mapped[dt.datetime] = column(_("Registered at"))
    registered_by: Mapped[int] = column(_("Registered by"), sa.ForeignKey("console_user.id"))
    seen_at: Mapped[dt.datetime] = column(_("Last seen"))
    revoked_at: Mapped[dt.datetime | None] = column(_("Revoked at"))


class StaffSession(Model):
    """One sign-in of one person on one browser; only a hash of its token is kept."""

    __tablename__ = "console_session"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    token_hash: Mapped[str] = column(_("Token"), unique=True)
    #: The token before the last rotation, good for requests that were under way.
    spare_hash: Mapped[str | None] = column(_("Former token"), index=True)
    spare_until: Mapped[dt.datetime | None] = column(_("Former token until"))
    rotate: Mapped[bool] = column(_("New token due"), default=False)
    user_id: Mapped[int] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="CASCADE"), index=True
    )
    till_id: Mapped[int | None] = column(_("Till"), sa.ForeignKey("console_till.id"), index=True)
    #: The store she works in at the moment; none stands for all of hers.
    store_id: Mapped[int | None] = column(_("Store"), sa.ForeignKey("console_store.id"))
    #: She came by her PIN on a till, not by her password.
    by_pin: Mapped[bool] = column(_("By PIN"), default=False)
    locked: Mapped[bool] = column(_("Locked"), default=False)
    ip: Mapped[str] = column(_("IP address"))
    user_agent: Mapped[str] = column(_("Browser"))
    created_at: Mapped[dt.datetime] = column(_("Signed in at"))
    seen_at: Mapped[dt.datetime] = column(_("Last seen"))
    ended_at: Mapped[dt.datetime | None] = column(_("Ended at"), index=True)


class SigninTry(Model):
    """Failed tries against one account from one address, or from one address at all."""

    __tablename__ = "console_signin_try"
    scope = CHAIN
    #: A hash, because people type their password into the wrong field.
    key: Mapped[str] = column(_("Try"), primary_key=True)
    fails: Mapped[int] = column(_("Fails"))
    #: The hour in which the fails are counted began here.
    since_at: Mapped[dt.datetime] = column(_("Since"), index=True)
    #: No try is looked at before.
    open_at: Mapped[dt.datetime] = column(_("Open at"))
