"""The forms about people: the first-run wizard, users, roles, tills, one's own profile."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from console.i18n import _ as mark

#: WTForms calls for str where it takes words that are translated late as well.
_: Any = mark
#: Where shops of ours may be; any other zone is set on the store's page.
ZONES = ("Asia/Shanghai", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Macau", "Asia/Singapore")


class SetupForm(FlaskForm):  # type: ignore[misc]
    """What must be known before the console can be used."""

    shop = StringField(_("Name of the shop"), [InputRequired(), Length(max=60)])
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
    store = StringField(_("First store"), [InputRequired(), Length(max=60)])
    time_zone = SelectField(_("Time zone"), choices=[(zone, zone) for zone in ZONES])
