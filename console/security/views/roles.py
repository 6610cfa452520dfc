"""Roles: the preset ones and the chain's own, and what each allows or denies."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import current_app, flash, redirect, request, url_for

from console import audit
from console.admin import AdminView, page, render
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _, gettext
from console.security import people, rights, users
from console.security.forms import RoleForm
from console.security.models import Grant, Role, RolePermission
from console.security.permissions import (
    EDIT_ROLES,
    PRESETS,
    VIEW_ROLES,
    Permission,
    all_permissions,
)
from console.unit import unit


class Roles(AdminView):
    """The roles of the chain."""

    title = _("Roles")
    noun = "roles"
    icon = "shield-check"
    order = 20

    @page("/", needs=VIEW_ROLES)
    def index(self) -> Any:
        """List the roles with the number of people who have them."""
        return self._show_list(RoleForm(formdata=None))

    @page("/add", needs=EDIT_ROLES, methods=("POST",))
    def add(self) -> Any:
        """Add an own role, which allows nothing yet."""
        people.ask_for_password()
        form = RoleForm()
        if not form.validate():
            return self._show_list(form), 422
        return redirect(url_for(".role", number=add_role(form.name.data or "")))

    @page("/<int:number>/", needs=VIEW_ROLES)
    def role(self, number: int) -> Any:
        """Show what a role allows and denies."""
        return self._show_role(get_role(number))

    @page("/<int:number>/save", needs=EDIT_ROLES, methods=("POST",))
    def save(self, number: int) -> Any:
        """Change what a role allows and denies."""
        people.ask_for_password()
        decisions = {
            key: request.form.get(f"p.{key}", "")
            for key in (p.key for group in all_permissions().values() for p in group)
        }
        decide(number, {key: value for key, value in decisions.items() if value})
        name = request.form.get("name")
        if name is not None:
            rename_role(number, name)
        flash(gettext("Saved"))
        return redirect(url_for(".role", number=number))

    @page("/<int:number>/delete", needs=EDIT_ROLES, methods=("POST",))
    def delete(self, number: int) -> Any:
        """Remove an own role that nobody has."""
        people.ask_for_password()
        delete_role(number)
        flash(gettext("The role was deleted."))
        return redirect(url_for(".index"))

    def _show_list(self, form: RoleForm) -> str:
        having = sa.select(Grant.role_id, sa.func.count(Grant.user_id.distinct()))
        counts = {row[0]: row[1] for row in db.session.execute(having.group_by(Grant.role_id))}
        roles = db.session.scalars(sa.select(Role).order_by(Role.preset.is_(None), Role.id))
        rows = [
            {
                "name": users.role_name(role.preset, role.name),
                "preset": role.preset is not None,
                "people": counts.get(role.id, 0),
                "url": url_for(".role", number=role.id),
            }
            for role in roles
        ]
        return render(
            "system/roles.html", view=self, rows=rows, form=form, may_change=EDIT_ROLES.held()
        )

    def _show_role(self, role: Role) -> str:
        known = rights.read().roles[role.id]
        host = current_app.extensions["console"]
        groups = [
            {
                "title": _title_of(host, plugin),
                "permissions": [
                    {
                        "key": permission.key,
                        "label": permission.label,
                        "decision": known.decision(permission.key, permission.roles),
                    }
                    for permission in permissions
                ],
            }
            for plugin, permissions in all_permissions().items()
        ]
        return render(
            "system/role.html",
            view=self,
            role=role,
            name=users.role_name(role.preset, role.name),
            groups=groups,
            may_change=EDIT_ROLES.held() and role.preset != "owner",
        )


def _title_of(host: Any, plugin: str) -> object:
    return _("Console") if plugin == "console" else host.mounted[plugin].plugin.title


def get_role(number: int) -> Role:
    """Return a role, or raise `NotFound`."""
    role = db.session.get(Role, number) if number < 2**63 else None
    if role is None:
        raise NotFound(_("There is no such role."))
    return role


@unit
def add_role(name: str) -> int:
    """Add an own role and return its number."""
    role = Role(preset=None, name=_free_name(name))
    db.session.add(role)
    db.session.flush()
    audit.record("add_role", role)
    return int(role.id)


@unit
def rename_role(number: int, name: str) -> None:
    """Give an own role another name; the names of the preset ones are fixed."""
    role = get_role(number)
    if role.preset is not None or role.name == name.strip():
        return
    before, role.name = role.name, _free_name(name, but=number)
    audit.record("rename_role", role, before={"name": before}, after={"name": role.name})


@unit
def decide(number: int, decisions: dict[str, str]) -> None:
    """Set what a role says on the permissions given; nobody allows more than she may do."""
    role = get_role(number)
    if role.preset == "owner":
        raise Refused(_("The owner may do everything, always."))
    known = {p.key: p for group in all_permissions().values() for p in group}
    current = rights.read().roles[role.id]
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for key, decision in decisions.items():
        permission = known.get(key)
        if permission is None or decision not in (rights.ALLOW, rights.DENY, rights.NEITHER):
            raise NotFound(_("There is no such permission."))
        had = current.decision(key, permission.roles)
        if had == decision:
            continue
        if decision == rights.ALLOW and not permission.held_everywhere():
            raise Refused(_("You cannot allow what you may not do yourself."))
        before[key], after[key] = had, decision
        _put(role, permission, decision)
    if after:
        audit.record("change_role", role, before=before, after=after)


def _put(role: Role, permission: Permission, decision: str) -> None:
    row = db.session.get(RolePermission, (role.id, permission.key))
    if row is None:
        row = RolePermission(role_id=role.id, key=permission.key, decision=decision)
        db.session.add(row)
    else:
        row.decision = decision


@unit
def delete_role(number: int) -> None:
    """Remove an own role that nobody has."""
    role = get_role(number)
    if role.preset is not None:
        raise Refused(_("A preset role stays."))
    if db.session.scalar(sa.select(Grant.id).where(Grant.role_id == number).limit(1)) is not None:
        raise Refused(_("Somebody has this role. Take it from her first."))
    audit.record("delete_role", role, before={"name": role.name})
    db.session.execute(sa.delete(RolePermission).where(RolePermission.role_id == number))
    db.session.delete(role)


def _free_name(name: str, *, but: int = 0) -> str:
    wanted = name.strip()[:40]
    presets = {str(label) for label in PRESETS.values()}
    taken = db.session.scalar(sa.select(Role.id).where(Role.name == wanted, Role.id != but))
    if not wanted:
        raise Refused(_("Please enter a name."))
    if taken is not None or wanted in presets:
        raise Refused(_("There is a role of this name already."))
    return wanted
