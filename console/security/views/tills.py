"""Tills: which browsers stand at a counter, and making this one a till."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for

from console.admin import AdminView, page, render
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _, gettext
from console.security import cookies, people, rights, sessions, tills, users
from console.security.forms import TillForm, choices
from console.security.models import Till
from console.security.permissions import MANAGE_TILLS
from console.unit import unit


class Tills(AdminView):
    """The registered tills."""

    title = _("Tills")
    noun = "tills"
    icon = "cash-register"
    order = 30

    @page("/", needs=MANAGE_TILLS)
    def index(self) -> Any:
        """List the tills, and offer to make this browser one."""
        return self._show(_make_form(empty=True))

    @page("/register", needs=MANAGE_TILLS, methods=("POST",))
    def register(self) -> Any:
        """Make this browser a till of a store; the session goes on as the till's."""
        people.ask_for_password()
        form = _make_form()
        if not form.validate():
            return self._show(form), 422
        if not MANAGE_TILLS.held(form.store.data):
            raise NotFound(_("There is no such store."))
        token, till_token = _register(form.store.data, form.name.data or "")
        people.forget()
        flash(gettext("This browser is a till now. It locks instead of signing out."))
        response = redirect(url_for(".index"))
        cookies.put(response, cookies.TILL, till_token, max_age=cookies.YEAR)
        if token:
            cookies.put(response, cookies.STAFF, token)
        return response

    @page("/<int:number>/revoke", needs=MANAGE_TILLS, methods=("POST",))
    def revoke(self, number: int) -> Any:
        """Take a till out of use."""
        people.ask_for_password()
        till = db.session.get(Till, number) if number < 2**63 else None
        if till is None or not MANAGE_TILLS.held(till.store_id):
            raise NotFound(_("There is no such till."))
        tills.revoke_till(number)
        flash(gettext("The till was revoked, and whoever sat at it was signed out."))
        return redirect(url_for(".index"))

    def _show(self, form: TillForm) -> str:
        reach = MANAGE_TILLS.stores()
        query = sa.select(Till).where(Till.revoked_at.is_(None)).order_by(Till.store_id, Till.name)
        if reach is not None:
            query = query.where(Till.store_id.in_(reach))
        this, book = tills.this_till(), rights.read()
        rows = [
            {
                "till": till,
                "store": store.name if (store := book.store(till.store_id)) else "",
                "by": users.get_user(till.registered_by).name,
                "here": this is not None and this.id == till.id,
            }
            for till in db.session.scalars(query)
        ]
        return render("system/tills.html", view=self, rows=rows, form=form, this=this)


@unit
def _register(store_id: int, name: str) -> tuple[str, str]:
    found, former = people.person(), tills.this_till()
    if found is None:
        raise Refused(_("You were signed out."))
    if former is not None:
        tills.revoke_till(former.id)
    till_id, till_token = tills.register_till(store_id, name)
    if not users.works_in(found.id, store_id):
        return "", till_token
    token = sessions.start(
        found.id,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        till=(till_id, store_id),
        replaces=found.session_id,
    )
    return token, till_token


def _make_form(*, empty: bool = False) -> TillForm:
    form = TillForm(formdata=None) if empty else TillForm()
    reach = MANAGE_TILLS.stores()
    form.store.choices = choices(
        (store.id, store.name)
        for store in rights.read().stores
        if not store.closed and (reach is None or store.id in reach)
    )
    return form
