"""What a member says about what is taken from her: she signs for it, or objects to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.api import Member

SIGNED = (
    ("drawn", _("Drawn on the screen")),
    ("photo", _("Photo of a signed slip")),
)
OUTCOMES = (
    ("explained", _("It stands as it was taken")),
    ("given_back", _("It was given back")),
    ("made_good", _("Made good otherwise")),
)


class Signature(api.Model):
    """A signature by which a member agreed: drawn on a screen, or on a slip that was photographed.

    `purpose` says for what ("bill:12", "card:3"), `digest` is the SHA-256 of the picture.
    """

    __tablename__ = "cashier_signature"
    __table_args__ = (
        sa.CheckConstraint("way IN ('drawn', 'photo')", name="way"),
        sa.Index("ix_cashier_signature_purpose", "purpose"),
    )
    scope = api.in_store("store_id")
    label_column = "purpose"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    purpose: Mapped[str] = api.column(_("Signed for"))
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    file_id: Mapped[int] = api.column(_("Picture"), sa.ForeignKey("console_file.id"))
    way: Mapped[str] = api.column(_("How it was taken"), choices=SIGNED)
    digest: Mapped[str] = api.column(_("Fingerprint"))
    at: Mapped[dt.datetime] = api.column(_("Signed at"))
    by_user: Mapped[int | None] = api.column(_("Operator"), sa.ForeignKey("console_user.id"))

    file: Mapped[api.StoredFile] = relationship(api.StoredFile)


class Objection(api.Model):
    """What a member says against something that was taken from her; the manager answers it.

    `about` names what was taken ("journal:12", "use:5"); `title` says it in words that are kept,
    `evidence` is what the books said when she objected, `digest` the SHA-256 of it.
    """

    __tablename__ = "cashier_objection"
    __table_args__ = (
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)", name="answered_with_outcome"
        ),
        sa.CheckConstraint("outcome IN ('explained', 'given_back', 'made_good')", name="outcome"),
        sa.UniqueConstraint("about"),
        sa.Index("ix_cashier_objection_store_id_answered_at", "store_id", "answered_at"),
    )
    scope = api.in_store("store_id")
    label_column = "at"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    about: Mapped[str] = api.column(_("What was taken"))
    title: Mapped[dict[str, Any]] = api.column(_("What"), default=dict)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    bill_id: Mapped[int | None] = api.column(
        _("Bill"), sa.ForeignKey("cashier_bill.id"), index=True
    )
    at: Mapped[dt.datetime] = api.column(_("Objected at"))
    text: Mapped[str] = api.column(_("What she says"), default="")
    evidence: Mapped[dict[str, Any]] = api.column(_("Evidence"), default=dict)
    digest: Mapped[str] = api.column(_("Fingerprint"), default="")
    outcome: Mapped[str | None] = api.column(_("Outcome"), choices=OUTCOMES)
    answer: Mapped[str] = api.column(_("Answer"), default="")
    answered_at: Mapped[dt.datetime | None] = api.column(_("Answered at"))
    answered_by: Mapped[str] = api.column(_("Answered by"), default="")

    member: Mapped[Member] = relationship(Member)
