"""Letters on their way through a channel, and what the sandbox keeps of them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.messages.models.messages import Message

STATES = (
    ("waiting", _("Waiting")),
    ("sending", _("Being sent")),
    ("sent", _("Sent")),
    ("failed", _("Failed")),
    ("dropped", _("Not sent")),
)


class Delivery(api.Model):
    """One message or code on its way through one channel."""

    __tablename__ = "messages_delivery"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')", name="state"
        ),
        sa.CheckConstraint("(message_id IS NULL) <> (code_id IS NULL)", name="content"),
        sa.Index("ix_messages_delivery_state_due_at", "state", "due_at"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    message_id: Mapped[int | None] = api.column(
        _("Message"), sa.ForeignKey("messages_message.id", ondelete="CASCADE"), index=True
    )
    code_id: Mapped[int | None] = api.column(
        _("Code"), sa.ForeignKey("messages_code.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[str] = api.column(_("Channel"))
    state: Mapped[str] = api.column(_("State"), choices=STATES, default="waiting")
    tries: Mapped[int] = api.column(_("Tries"), default=0)
    due_at: Mapped[dt.datetime] = api.column(_("Due at"))
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))
    problem: Mapped[str] = api.column(_("Problem"), default="")

    message: Mapped[Message | None] = relationship(Message)


class SandboxLetter(api.Model):
    """An SMS that the sandbox took instead of sending it."""

    __tablename__ = "messages_sms_outbox"
    scope = api.CHAIN
    label_column = "text"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    #: The same letter, tried again, is kept once.
    key: Mapped[str] = api.column(_("Key"), unique=True)
    member_id: Mapped[int | None] = api.column(_("Member number in the console"), index=True)
    phone: Mapped[str] = api.column(_("Phone"), sensitive="phone")
    text: Mapped[str] = api.column(_("Text"), sa.Text)
    parts: Mapped[int] = api.column(_("SMS parts"))
    sent_at: Mapped[dt.datetime] = api.column(_("Sent at"), index=True)
