"""The first-run wizard: the shop, its owner, its first store, and what plugins must know."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse
from wtforms.form import BaseForm

from console import audit
from console.db import db
from console.errors import Refused
from console.i18n import LOCALES, _
from console.security import cookies, people, signin, users
from console.security.actors import Actor, acting_as
from console.security.forms import SetupForm
from console.security.guard import open_to
from console.security.models import User
from console.security.paths import HOME
from console.security.settings import SHOP_NAME
from console.settings import Setting
from console.stores import Store
from console.unit import unit

FORM_BYTES = 16_384
setup = Blueprint("setup", __name__, url_prefix="/console/setup")


def is_needed() -> bool:
    """Tell whether there is nobody yet who could sign in."""
    return db.session.scalar(sa.select(User.id).limit(1)) is None


@setup.get("/")
@open_to("anyone")
def show() -> Any:
    """Show the wizard while there is nobody who could sign in."""
    if not is_needed():
        return redirect(url_for("door.sign_in"))
    chosen = request.args.get("language")
    if chosen in LOCALES:
        response = redirect(url_for("setup.show"))
        cookies.put(response, cookies.LANGUAGE, str(chosen), max_age=cookies.YEAR)
        return response
    return _show(SetupForm(), _asked())


@setup.post("/")
@open_to("anyone", most_bytes=FORM_BYTES)
def finish() -> Any:
    """Make the shop, its owner and its first store, and sign the owner in."""
    if not is_needed():
        return redirect(url_for("door.sign_in"))
    form, asked = SetupForm(), _asked()
    asked.process(request.form, data=asked.data)
    if not all([form.validate(), asked.validate()]):
        return _show(form, asked, 422)
    given = form.data
    try:
        hashed = users.hash_password(
            given["password"], personal=(given["shop"], given["name"], given["login"])
        )
    except Refused as problem:
        form.password.errors = [str(problem)]
        return _show(form, asked, 422)
    try:
        owner_id = set_up(given, hashed, asked)
    except Refused as problem:
        form.login.errors = [str(problem)]
        return _show(form, asked, 422)
    return _let_in(owner_id)


@unit
def set_up(given: dict[str, str], password_hash: str, asked: BaseForm) -> int:
    """Make the shop, its owner, its first store and its settings; return the owner's number."""
    from console.admin.system.settings import save_settings

    if not is_needed():
        raise Refused(_("The console is set up already. Sign in instead."))
    if given["time_zone"] not in available_timezones():
        raise Refused(_("There is no such time zone."))
    SHOP_NAME.put(given["shop"].strip())
    with acting_as(Actor(name=given["name"].strip(), ip=request.remote_addr or "")):
        db.session.add(
            Store(
                name=given["store"].strip(),
                time_zone=given["time_zone"],
                cut_off_minutes=0,
                closed=False,
            )
        )
        role = users.preset_role("owner")
        owner = users.add_user(
            given["login"],
            given["name"],
            password_hash=password_hash,
            roles=[users.RoleInStore(role.id)],
        )
        audit.record("set_up", owner)
        save_settings(_settings(), asked, None)
        return int(owner.id)


def _let_in(owner_id: int) -> AnyResponse:
    browser = signin.Browser(request.remote_addr or "", request.user_agent.string)
    token = signin.open_session(owner_id, browser)
    people.forget()
    session.clear()
    response = redirect(HOME)
    cookies.put(response, cookies.STAFF, token)
    return response


def _settings() -> list[Setting[Any]]:
    plugins = current_app.extensions["console"].active()
    return [setting for each in plugins for setting in each.settings if setting.at_setup]


def _asked() -> BaseForm:
    from console.admin.system.settings import make_form

    return make_form(_settings(), None)


def _show(form: SetupForm, asked: BaseForm, status: int = 200) -> Any:
    from console.admin.system.settings import sections_of
    from console.security.door import frame

    return render_template(
        "door/setup.html",
        form=form,
        asked=asked,
        sections=sections_of(_settings()),
        **frame(url_for("setup.show")),
    ), status
