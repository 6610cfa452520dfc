"""What members like to drink."""

from __future__ import annotations

import sqlalchemy as sa
from console import api
from console.api import _
from sqlalchemy.orm import Mapped

DRINKS = (
    ("tea", _("Tea")),
    ("coffee", _("Coffee")),
    ("water", _("Water")),
    ("juice", _("Juice")),
)


class Drink(api.Model):
    """The favourite drink of a member; who has none has no row."""

    __tablename__ = "drink_favourite"
    scope = api.CHAIN
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True
    )
    drink: Mapped[str] = api.column(_("Favourite drink"), choices=DRINKS, index=True)
    note: Mapped[str] = api.column(_("How she likes it"), default="")
