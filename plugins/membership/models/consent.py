"""What members agreed to: texts in dated versions, and every word given or taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

PURPOSES = (
    ("service", _("Service and membership")),
    ("marketing", _("Offers and news")),
    ("photos", _("Photos before and after")),
    ("health", _("Health and allergies")),
)
CHANNELS = (
    ("counter", _("at the counter")),
    ("paper", _("on paper, signed")),
    ("phone", _("on her phone")),
    ("sms", _("by SMS reply")),
    ("import", _("from the earlier system")),
)


class ConsentText(api.Model):
    """A version of what members are asked to agree to, added by the salon to the built-in ones."""

    __tablename__ = "membership_consent_text"
    scope = api.CHAIN
    __table_args__ = (sa.UniqueConstraint("purpose", "version"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    purpose: Mapped[str] = api.column(_("Purpose"), choices=PURPOSES)
    version: Mapped[int] = api.column(_("Version"))
    since_on: Mapped[dt.date] = api.column(_("In force since"))
    #: By locale: zh_Hans_CN, zh_Hant_TW, en.
    texts: Mapped[dict[str, Any]] = api.column(_("Text"))
    added_at: Mapped[dt.datetime] = api.column(_("Added at"))
    user_name: Mapped[str] = api.column(_("By"), default="")


class Consent(api.Model):
    """A consent given or withdrawn; rows are only ever added, the latest of a purpose counts.

    A trigger refuses every change but that of `member_id`, which a merge makes.
    """

    __tablename__ = "membership_consent"
    scope = api.CHAIN
    __table_args__ = (
        sa.Index("ix_membership_consent_member_id", "member_id", "purpose", "at", "id"),
        sa.CheckConstraint(
            "purpose IN ('service', 'marketing', 'photos', 'health')", name="purpose"
        ),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    purpose: Mapped[str] = api.column(_("Purpose"), choices=PURPOSES)
    given: Mapped[bool] = api.column(_("Given"))
    version: Mapped[int] = api.column(_("Version of the text"))
    at: Mapped[dt.datetime] = api.column(_("Time"))
    channel: Mapped[str] = api.column(_("Channel"), choices=CHANNELS)
    user_id: Mapped[int | None] = api.column(_("Staff"))
    user_name: Mapped[str] = api.column(_("By"), default="")
