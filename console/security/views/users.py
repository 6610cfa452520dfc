"""Staff users: who may sign in, with which roles where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask_login import current_user

from console.admin import Column, Filter, ModelAdmin, page, render
from console.admin import scope as reach
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _, gettext
from console.security import people, rights, sessions, users
from console.security.forms import UserForm
from console.security.models import Grant, Role, StaffSession, User
from console.security.passwords import hash_secret, make_password
from console.security.permissions import EDIT_USERS, VIEW_USERS, visible_stores
from console.security.users import RoleInStore
from console.security.views.profile import end_session_of


def write_roles(ids: Sequence[int]) -> Mapping[int, str]:
    """Return the roles of many people in words."""
    book = rights.read()
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        sa.select(Grant.user_id, Grant.role_id, Grant.store_id).where(Grant.user_id.in_(list(ids)))
    )
    for user_id, role_id, store_id in rows:
        role, store = book.roles.get(role_id), book.store(store_id)
        name = users.role_name(role.preset, role.name) if role else ""
        found.setdefault(user_id, []).append(f"{name} ({store.name})" if store else name)
    return {user_id: gettext(", ").join(sorted(names)) for user_id, names in found.items()}


def read_last_seen(ids: Sequence[int]) -> Mapping[int, dt.datetime]:
    """Return when many people last used the console."""
    rows = db.session.execute(
        sa.select(StaffSession.user_id, sa.func.max(StaffSession.seen_at))
        .where(StaffSession.user_id.in_(list(ids)))
        .group_by(StaffSession.user_id)
    )
    return {row[0]: row[1] for row in rows}


def works_in(_operation: str, store_id: str) -> sa.ColumnElement[bool]:
    """Return the condition that a person has a role in this store."""
    here = sa.or_(Grant.store_id.is_(None), Grant.store_id == int(store_id))
    return User.id.in_(sa.select(Grant.user_id).where(here))


class Users(ModelAdmin):
    """The people who may sign in."""

    title = _("Staff users")
    noun = "users"
    icon = "users"
    order = 10
    subject = User
    needs = {"view": VIEW_USERS}
    list_columns = (
        "name",
        "login",
        Column("roles", _("Roles"), load=write_roles, sortable=False),
        "active",
        Column("seen_at", _("Last seen"), load=read_last_seen, kind="moment", sortable=False),
        "created_at",
    )
    default_sort = "name"
    search = ("name", "login")
    filters = (
        "active",
        Filter(
            "store",
            _("Store"),
            kind="choice",
            where=works_in,
            choices=lambda: [(str(store.id), store.name) for store in visible_stores()],
        ),
    )
    details = ("name", "login", "active", "created_at")
    page_actions = (
        {"label": _("New staff user"), "icon": "user-plus", "url": "add/", "needs": EDIT_USERS},
    )

    @page("/add/", needs=EDIT_USERS, methods=("GET", "POST"))
    def add(self) -> Any:
        """Add a person."""
        form = UserForm()
        if request.method == "POST" and form.validate():
            people.ask_for_password()
            password = make_password()
            hashed = hash_secret(password)
            try:
                person = users.add_user(
                    form.login.data or "",
                    form.name.data or "",
                    password_hash=hashed,
                    roles=_read_roles(),
                )
            except Refused as problem:
                form.login.errors = [str(problem)]
            else:
                return self._show_password(int(person.id), password)
        return self._show_form(form, person=None, chosen=_read_roles())

    @page("/<id>/", needs=VIEW_USERS)
    def details_view(self, id: str) -> Any:
        """Show a person: names, roles, sessions."""
        person = reach.find(User, id, VIEW_USERS)
        if person is None:
            abort(404)
        form = UserForm(formdata=None, obj=person)
        return self._show_form(form, person=person, chosen=_roles_of(person.id))

    @page("/<int:number>/save", needs=EDIT_USERS, methods=("POST",))
    def save(self, number: int) -> Any:
        """Change the names and the roles of a person."""
        person, form = _get_mine(number), UserForm()
        if form.validate():
            try:
                users.change_person(
                    number,
                    login=form.login.data or "",
                    name=form.name.data or "",
                    roles=_read_roles(),
                )
            except Refused as problem:
                form.login.errors = [str(problem)]
            else:
                flash(gettext("Saved"))
                return redirect(url_for(".details_view", id=number))
        return self._show_form(form, person=person, chosen=_read_roles())

    @page("/<int:number>/disable", needs=EDIT_USERS, methods=("POST",))
    def disable(self, number: int) -> Any:
        """Switch a person off."""
        _get_mine(number)
        users.disable_user(number)
        flash(gettext("She was disabled and signed out everywhere."))
        return redirect(url_for(".details_view", id=number))

    @page("/<int:number>/enable", needs=EDIT_USERS, methods=("POST",))
    def enable(self, number: int) -> Any:
        """Switch a person on again."""
        _get_mine(number)
        users.enable_user(number)
        flash(gettext("She was enabled."))
        return redirect(url_for(".details_view", id=number))

    @page("/<int:number>/password", needs=EDIT_USERS, methods=("POST",))
    def reset_password(self, number: int) -> Any:
        """Give a person a new password, which is shown once."""
        _get_mine(number)
        password = make_password()
        users.set_password(number, hash_secret(password))
        return self._show_password(number, password)

    @page("/<int:number>/sessions/<int:session>/end", needs=EDIT_USERS, methods=("POST",))
    def end_session(self, number: int, session: int) -> Any:
        """End one session of a person."""
        _get_mine(number)
        end_session_of(number, session)
        flash(gettext("That session was ended."))
        return redirect(url_for(".details_view", id=number))

    def _show_password(self, number: int, password: str) -> Any:
        return render(
            "system/new_password.html",
            view=self,
            person=users.get_user(number),
            password=password,
            back=url_for(".details_view", id=number),
        )

    def _show_form(self, form: UserForm, *, person: User | None, chosen: list[RoleInStore]) -> Any:
        may_change = EDIT_USERS.held() and (person is None or users.may_manage(person.id))
        open_sessions = sessions.living(person.id) if person else []
        page = render(
            "system/person.html",
            view=self,
            form=form,
            person=person,
            may_change=may_change,
            roles=_grid(chosen),
            stores=visible_stores(),
            all_stores=EDIT_USERS.held_everywhere(),
            sessions=open_sessions,
            end_urls={
                each.id: url_for(".end_session", number=each.user_id, session=each.id)
                for each in open_sessions
                if may_change
            },
            here=current_user.session_id,
        )
        return page, 422 if form.errors else 200


def _get_mine(number: int) -> User:
    """Return a person whom who acts may change; to others she cannot be changed."""
    people.ask_for_password()
    person = reach.find(User, number, VIEW_USERS)
    if person is None:
        abort(404)
    if not users.may_manage(number):
        raise Refused(_("She has roles that you may not decide on."))
    found: User = person
    return found


def _roles_of(number: int) -> list[RoleInStore]:
    rows = db.session.execute(
        sa.select(Grant.role_id, Grant.store_id).where(Grant.user_id == number)
    )
    return [RoleInStore(role_id, store_id) for role_id, store_id in rows]


def _read_roles() -> list[RoleInStore]:
    """Read what was ticked: `<role>:<store>`, or `<role>:` for all stores."""
    found = []
    for ticked in request.form.getlist("grant")[:500]:
        role, _colon, store = ticked.partition(":")
        if not (role.isdigit() and len(role) < 10 and len(store) < 10 and (store or "0").isdigit()):
            raise NotFound(_("There is no such role."))
        found.append(RoleInStore(int(role), int(store) if store else None))
    return found


def _grid(chosen: list[RoleInStore]) -> list[dict[str, Any]]:
    """Return the roles with the places where they hold, presets first."""
    kept = set(chosen)
    roles = db.session.scalars(sa.select(Role).order_by(Role.preset.is_(None), Role.id))
    return [
        {
            "id": role.id,
            "name": users.role_name(role.preset, role.name),
            "places": {each.store_id for each in kept if each.role_id == role.id},
        }
        for role in roles
    ]
