"""The forms about people: the first-run wizard, users, roles, tills, one's own profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import PasswordField, SelectField, StringField
from wtforms.fields import choices as fields
from wtforms.validators import EqualTo, InputRequired, Length, Optional, Regexp

from console.i18n import _ as mark
from console.security.form_token import TokenForm
from console.security.models import DENSITIES, THEMES

#: WTForms calls for str where it takes words that are translated late as well.
_: Any = mark
#: Where shops of ours may be; any other zone is set on the store's page.
ZONES = ("Asia/Shanghai", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Macau", "Asia/Singapore")


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Return values and labels as WTForms wants them."""
    make: Any = vars(fields)["SelectChoice"]  # newer than what is known of its types
    return [make(value, label) for value, label in pairs]


class SetupForm(TokenForm):
    """What must be known before the console can be used."""

    shop = StringField(_("Name of the shop"), [InputRequired(), Length(max=60)])
    store = StringField(_("First store"), [InputRequired(), Length(max=60)])
    time_zone = SelectField(_("Time zone"), choices=choices((zone, zone) for zone in ZONES))
    name = StringField(_("Your name"), [InputRequired(), Length(max=80)])
    login = StringField(_("Sign-in name"), [InputRequired(), Length(min=2, max=64)])
    password = PasswordField(
        _("Password"),
        [InputRequired(), Length(max=128)],
        description=_("At least 8 characters; three words that nobody links with you are good."),
    )
    again = PasswordField(
        _("Password once more"),
        [InputRequired(), EqualTo("password", _("The two passwords differ."))],
    )


class UserForm(TokenForm):
    """Who a person is, and how she signs in for the first time."""

    name = StringField(_("Name"), [InputRequired(), Length(max=80)])
    login = StringField(
        _("Sign-in name"),
        [InputRequired(), Length(min=2, max=64)],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )


class PasswordForm(TokenForm):
    """A new password of one's own."""

    current = PasswordField(
        _("Current password"),
        [InputRequired(), Length(max=128)],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _("New password"),
        [InputRequired(), Length(max=128)],
        description=_("At least 8 characters; three words that nobody links with you are good."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("New password once more"),
        [InputRequired(), EqualTo("password", _("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class PinForm(TokenForm):
    """A new PIN of one's own."""

    current = PasswordField(
        _("Current password"),
        [InputRequired(), Length(max=128)],
        render_kw={"autocomplete": "current-password"},
    )
    pin = PasswordField(
        _("New PIN"),
        [Optional(), Regexp(r"[0-9]{4,6}\Z", message=_("A PIN has four to six digits."))],
        description=_("Four to six digits. Leave it empty to have no PIN."),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"},
    )


class LookForm(TokenForm):
    """How one wants the console to look and speak."""

    locale = SelectField(_("Language"))
    theme = SelectField(_("Appearance"), choices=choices(THEMES))
    density = SelectField(_("Row height"), choices=choices(DENSITIES))


class RoleForm(TokenForm):
    """The name of an own role."""

    name = StringField(_("Role"), [InputRequired(), Length(max=40)])


class TillForm(TokenForm):
    """Which till this browser is."""

    name = StringField(_("Name of the till"), [InputRequired(), Length(max=40)])
    store = SelectField(_("Store"), coerce=int)
