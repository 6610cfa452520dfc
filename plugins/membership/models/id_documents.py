"""The identity documents that the rules on prepaid cards ask a salon to note."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

LICENCE = "licence"
DOCUMENTS = (
    ("id_card", _("Identity card")),
    ("permit", _("Travel permit")),
    ("passport", _("Passport")),
    (LICENCE, _("Business licence")),
)


class IdDocument(api.Model):
    """Who bought prepaid cards: the number lies concealed, only its end can be read.

    It stays when she is erased, until the years that the law names are over since `used_at`.
    """

    __tablename__ = "membership_id_document"
    scope = api.CHAIN
    label_column = "member_id"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('id_card', 'permit', 'passport', 'licence')", name="kind"),
    )
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = api.column(_("Document"), choices=DOCUMENTS)
    concealed: Mapped[str] = api.column(_("Concealed number"), sa.Text)
    tail: Mapped[str] = api.column(_("End of the number"))
    noted_at: Mapped[dt.datetime] = api.column(_("Noted at"))
    noted_by: Mapped[str] = api.column(_("Noted by"))
    used_at: Mapped[dt.datetime] = api.column(_("Last sale that asked for it"))
