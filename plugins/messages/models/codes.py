"""Codes that prove who holds a phone."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Code(api.Model):
    """A code that was asked for; the worker draws it when it is sent, and only its hash is kept.

    `phone_key` is a keyed hash of the phone. The phone itself is there until the code is sent.
    """

    __tablename__ = "messages_code"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("tries >= 0 AND tries <= 5", name="tries"),
        sa.Index("ix_messages_code_phone_key_asked_at", "phone_key", "asked_at"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    phone_key: Mapped[str] = api.column(_("Keyed hash of the phone"))
    purpose: Mapped[str] = api.column(_("Purpose"))
    phone: Mapped[str] = api.column(_("Phone"), sensitive="phone")
    locale: Mapped[str] = api.column(_("Language"))
    code_hash: Mapped[str] = api.column(_("Keyed hash of the code"), default="")
    tries: Mapped[int] = api.column(_("Tries"), default=0)
    asked_at: Mapped[dt.datetime] = api.column(_("Asked for at"))
    good_until: Mapped[dt.datetime] = api.column(_("Good until"))
    #: Set when it was used, or when another code took its place.
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))


class AskingPhone(api.Model):
    """How often codes were asked for one phone; its row is the lock of all that ask at once."""

    __tablename__ = "messages_asking"
    scope = api.CHAIN
    phone_key: Mapped[str] = api.column(_("Keyed hash of the phone"), primary_key=True)
    #: Codes since `since_at`, where a day of this phone began.
    asked: Mapped[int] = api.column(_("Codes asked for"), default=0)
    since_at: Mapped[dt.datetime] = api.column(_("Since"))
    last_at: Mapped[dt.datetime] = api.column(_("Last asked at"))
