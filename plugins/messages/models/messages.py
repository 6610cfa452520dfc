"""Messages to members, as they read them in their inbox."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

PURPOSES = (("service", _("Service message")), ("marketing", _("Marketing message")))


class Message(api.Model):
    """One message to one member; its words are kept so that each reader has her language.

    The member is a number without a foreign key: messages knows no members' table. Name and
    phone are those of the day it was sent. Both, and the words, are empty once she is erased.
    """

    __tablename__ = "messages_message"
    scope = api.in_store()
    label_column = "name"
    __table_args__ = (
        sa.CheckConstraint("purpose IN ('service', 'marketing')", name="purpose"),
        sa.UniqueConstraint("key"),
        sa.Index("ix_messages_message_member_id_id", "member_id", "id"),
        sa.Index("ix_messages_message_sent_at_id", "sent_at", "id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member number in the console"))
    store_id: Mapped[int | None] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), index=True
    )
    name: Mapped[str] = api.column(_("Member"), default="")
    phone: Mapped[str | None] = api.column(_("Phone"), sensitive="phone")
    locale: Mapped[str] = api.column(_("Language"), default="")
    kind: Mapped[str] = api.column(_("Kind"), index=True)
    purpose: Mapped[str] = api.column(_("Purpose"), choices=PURPOSES, default="service")
    title: Mapped[dict[str, Any]] = api.column(_("Title"))
    body: Mapped[dict[str, Any]] = api.column(_("Text"))
    url: Mapped[str] = api.column(_("Link"), default="")
    #: What was told: a second message of the same key is not sent.
    key: Mapped[str | None] = api.column(_("Key"))
    sent_at: Mapped[dt.datetime] = api.column(_("Sent at"))
    read_at: Mapped[dt.datetime | None] = api.column(_("Read at"))


class MovedMessage(api.Model):
    """That a message went from one member's file to another's when the two were merged."""

    __tablename__ = "messages_moved"
    scope = api.CHAIN
    __table_args__ = (sa.Index("ix_messages_moved_kept_id_gone_id", "kept_id", "gone_id"),)
    message_id: Mapped[int] = api.column(
        _("Message"), sa.ForeignKey("messages_message.id", ondelete="CASCADE"), primary_key=True
    )
    gone_id: Mapped[int] = api.column(
        _("Merged file"), api.BigInt, primary_key=True, autoincrement=False
    )
    kept_id: Mapped[int] = api.column(_("Kept file"))
