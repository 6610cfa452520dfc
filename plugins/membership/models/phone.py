"""Members on their phones: who is signed in where, and what their codes were used for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

REQUEST_REASONS = (
    ("unknown", _("No card with this phone")),
    ("several", _("Several cards may be hers")),
    ("number", _("The phone of this card is another one")),
    ("taken", _("The new phone is on another file")),
)


class MemberCard(api.Model):
    """A member's card on the phone: she has one from the day on which she first bound it.

    A raised *series* makes worthless every member code that was shown before.
    """

    __tablename__ = "membership_card"
    scope = api.CHAIN
    label_column = "member_id"
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True, autoincrement=False
    )
    bound_at: Mapped[dt.datetime] = api.column(_("Bound at"))
    locale: Mapped[str | None] = api.column(_("Language"))
    series: Mapped[int] = api.column(_("Series"), default=0)


class VisitorSession(api.Model):
    """A member's sign-in on one phone; only a hash of its token is kept."""

    __tablename__ = "membership_visitor"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    token_hash: Mapped[str] = api.column(_("Token"), unique=True)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    ip: Mapped[str] = api.column(_("IP address"), default="")
    user_agent: Mapped[str] = api.column(_("Browser"), default="")
    created_at: Mapped[dt.datetime] = api.column(_("Signed in at"))
    seen_at: Mapped[dt.datetime] = api.column(_("Last seen"), index=True)
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))


class Identity(api.Model):
    """A name by which another system knows a member: its *kind*, and who she is there."""

    __tablename__ = "membership_identity"
    scope = api.CHAIN
    label_column = "subject"
    __table_args__ = (sa.UniqueConstraint("kind", "subject"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    kind: Mapped[str] = api.column(_("Kind"))
    subject: Mapped[str] = api.column(_("Known as"))
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    bound_at: Mapped[dt.datetime] = api.column(_("Bound at"))


class CodeUse(api.Model):
    """A member code that was used: each serves once."""

    __tablename__ = "membership_code_use"
    scope = api.CHAIN
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True
    )
    step: Mapped[int] = api.column(_("Minute"), primary_key=True, autoincrement=False)
    purpose: Mapped[str] = api.column(_("Purpose"))
    used_at: Mapped[dt.datetime] = api.column(_("Used at"), index=True)
    used_by: Mapped[int | None] = api.column(_("Used by"), sa.ForeignKey("console_user.id"))


class JoinCode(api.Model):
    """A QR code to join by: whoever scans it comes through this store, person and channel."""

    __tablename__ = "membership_join_code"
    scope = api.in_store("store_id")
    label_column = "token"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    token: Mapped[str] = api.column(_("Link"), unique=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"), index=True)
    staff_id: Mapped[int | None] = api.column(_("Staff"), sa.ForeignKey("salon_staff.id"))
    channel: Mapped[str] = api.column(_("Channel"), default="")
    active: Mapped[bool] = api.column(_("Active"), default=True)
    scans: Mapped[int] = api.column(_("Scans"), default=0)
    joins: Mapped[int] = api.column(_("Joined"), default=0)
    created_at: Mapped[dt.datetime] = api.column(_("Added at"))
    created_by: Mapped[int | None] = api.column(_("Added by"), sa.ForeignKey("console_user.id"))


def _seen_from(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    return sa.or_(model.store_id.is_(None), model.store_id.in_(stores))


class CardRequest(api.Model):
    """A phone that was proven by a code and could not be bound: staff look into it."""

    __tablename__ = "membership_request"
    scope = api.Scope(_seen_from)
    label_column = "reason"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    phone: Mapped[str] = api.column(_("Phone"), sensitive="phone", index=True)
    number: Mapped[str] = api.column(_("Member number"), default="")
    reason: Mapped[str] = api.column(_("Reason"), choices=REQUEST_REASONS)
    store_id: Mapped[int | None] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    done_at: Mapped[dt.datetime | None] = api.column(_("Done at"), index=True)
    done_by: Mapped[int | None] = api.column(_("Done by"), sa.ForeignKey("console_user.id"))
    member_id: Mapped[int | None] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
