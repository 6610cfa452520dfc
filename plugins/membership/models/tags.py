"""Tags: what staff want to remember members by."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _
from plugins.salon.api import Named

COLOURS = (
    ("blue", _("Blue")),
    ("azure", _("Light blue")),
    ("purple", _("Purple")),
    ("pink", _("Pink")),
    ("red", _("Red")),
    ("orange", _("Orange")),
    ("yellow", _("Yellow")),
    ("green", _("Green")),
    ("teal", _("Teal")),
)


class Tag(Named, api.Model):
    """A word with a colour that members can carry."""

    __tablename__ = "membership_tag"
    scope = api.CHAIN
    __table_args__ = (sa.UniqueConstraint("name"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    colour: Mapped[str] = api.column(_("Colour"), choices=COLOURS, default="blue")


class MemberTag(api.Model):
    """A tag that a member carries."""

    __tablename__ = "membership_member_tag"
    scope = api.CHAIN
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True
    )
    tag_id: Mapped[int] = api.column(
        _("Tag"), sa.ForeignKey("membership_tag.id"), primary_key=True, index=True
    )
    added_at: Mapped[dt.datetime] = api.column(_("Added at"), default=api.now)
