"""One's own page: password, PIN, language, looks, and where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from console.admin import AdminView, page, render
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import LOCALES, _, gettext
from console.security import passwords, people, reading, sessions, signin, users
from console.security.forms import LookForm, PasswordForm, PinForm, choices
from console.security.models import StaffSession
from console.security.permissions import USE_CONSOLE
from console.unit import unit


class Profile(AdminView):
    """My profile."""

    title = _("My profile")
    noun = "profile"
    icon = "user-circle"
    group = None

    @page("/", needs=USE_CONSOLE)
    def index(self) -> Any:
        """Show one's own page."""
        return self._show()

    @page("/look", needs=USE_CONSOLE, methods=("POST",))
    def look(self) -> Any:
        """Keep language, theme and density."""
        form = _look_form()
        if not form.validate():
            return self._show(look=form, status=422)
        users.choose(
            current_user.id,
            locale=form.locale.data,
            theme=form.theme.data,
            density=form.density.data,
        )
        people.forget()
        flash(gettext("Saved"))
        return redirect(url_for(".index"))

    @page("/password", needs=USE_CONSOLE, methods=("POST",))
    def password(self) -> Any:
        """Change one's own password; every other session ends."""
        form = PasswordForm(prefix="password")
        if not form.validate():
            return self._show(password=form, status=422)
        try:
            _check_own(form.current.data)
        except Refused as problem:
            form.current.errors = [str(problem)]
            return self._show(password=form, status=problem.status)
        try:
            person = people.person()
            known = (person.login, person.name) if person else ()
            hashed = users.hash_password(form.password.data or "", personal=known)
        except Refused as problem:
            form.password.errors = [str(problem)]
            return self._show(password=form, status=problem.status)
        users.set_password(current_user.id, hashed, keep_session=current_user.session_id)
        flash(gettext("Your password was changed. You were signed out everywhere else."))
        return redirect(url_for(".index"))

    @page("/pin", needs=USE_CONSOLE, methods=("POST",))
    def pin(self) -> Any:
        """Change one's own PIN."""
        form = PinForm(prefix="pin")
        if not form.validate():
            return self._show(pin=form, status=422)
        field = form.current
        try:
            _check_own(form.current.data)
            field = form.pin
            hashed = _hash_pin(form.pin.data)
        except Refused as problem:
            field.errors = [str(problem)]
            return self._show(pin=form, status=problem.status)
        users.set_pin(current_user.id, hashed)
        flash(gettext("Your PIN was changed.") if hashed else gettext("You have no PIN any more."))
        return redirect(url_for(".index"))

    @page("/sessions/<int:number>/end", needs=USE_CONSOLE, methods=("POST",))
    def end_session(self, number: int) -> Any:
        """End one of one's own sessions."""
        end_session_of(current_user.id, number)
        flash(gettext("That session was ended."))
        return redirect(url_for(".index"))

    def _show(
        self,
        *,
        look: FlaskForm | None = None,
        password: FlaskForm | None = None,
        pin: FlaskForm | None = None,
        status: int = 200,
    ) -> Any:
        mine = sessions.living(current_user.id)
        page = render(
            "system/profile.html",
            view=self,
            look=look or _look_form(),
            password=password or PasswordForm(formdata=None, prefix="password"),
            pin=pin or PinForm(formdata=None, prefix="pin"),
            has_pin=users.get_user(current_user.id).pin_hash is not None,
            sessions=mine,
            end_urls={each.id: url_for(".end_session", number=each.id) for each in mine},
            here=current_user.session_id,
        )
        return page, status


@unit
def end_session_of(user_id: int, number: int) -> None:
    """End a session if it belongs to this person."""
    session = db.session.get(StaffSession, number)
    if session is None or session.user_id != user_id:
        raise NotFound(_("There is no such session."))
    sessions.end(number)


def _check_own(password: str | None) -> None:
    signin.check_own_password(current_user.id, password or "", request.remote_addr or "")


def _hash_pin(pin: str | None) -> str | None:
    if not pin:
        return None
    passwords.check_pin(pin)
    return passwords.hash_secret(pin)


def _look_form() -> LookForm:
    person = people.person()
    form = LookForm(prefix="look", obj=person)
    form.locale.choices = choices((locale, reading.own_name(locale)) for locale in LOCALES)
    if not form.is_submitted():
        form.locale.data = reading.reader_locale()
    return form
