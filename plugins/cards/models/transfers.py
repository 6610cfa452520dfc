"""Cards that members give to other members: offered, accepted, or come to nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.cards.models.cards import Card
from plugins.cards.models.uses import AGREED
from plugins.membership.api import KnownStore, Member
from plugins.salon.api import Named

TRANSFER_STATES = (
    ("offered", _("Waits for the other member")),
    ("done", _("Transferred")),
    ("declined", _("Declined")),
    ("withdrawn", _("Withdrawn")),
    ("lapsed", _("Not accepted in time")),
)


def _of_known_givers(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    known = sa.select(KnownStore.member_id).where(
        KnownStore.member_id.in_([model.giver_id, model.taker_id]),
        KnownStore.store_id.in_(stores),
    )
    return known.exists()


class Transfer(Named, api.Model):
    """A card, or a stored-value card (`purse`, "" for the plain balance), on its way.

    Without `card_id` it is about stored value. `until_at` ends the time in which the other
    member may accept.
    """

    __tablename__ = "cards_transfer"
    scope = api.Scope(_of_known_givers)
    found_by = None  # type: ignore[assignment] # found by its members, not by its name
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('offered', 'done', 'declined', 'withdrawn', 'lapsed')", name="state"
        ),
        sa.UniqueConstraint("key"),
        sa.Index("ix_cards_transfer_state_until_at", "state", "until_at"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int | None] = api.column(_("Card"), sa.ForeignKey("cards_card.id"), index=True)
    purse: Mapped[str] = api.column(_("Stored-value card"), default="")
    giver_id: Mapped[int] = api.column(
        _("Giver"), sa.ForeignKey("membership_member.id"), index=True
    )
    taker_id: Mapped[int] = api.column(
        _("Given to"), sa.ForeignKey("membership_member.id"), index=True
    )
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    state: Mapped[str] = api.column(_("State"), choices=TRANSFER_STATES, default="offered")
    offered_at: Mapped[dt.datetime] = api.column(_("Offered at"))
    until_at: Mapped[dt.datetime] = api.column(_("Accept until"))
    answered_at: Mapped[dt.datetime | None] = api.column(_("Answered at"))
    giver_agreed: Mapped[str] = api.column(_("How the giver agreed"), choices=AGREED)
    taker_agreed: Mapped[str | None] = api.column(_("How the other agreed"), choices=AGREED)
    reason: Mapped[str] = api.column(_("Reason"), default="")
    by: Mapped[str] = api.column(_("Operator"), default="")
    journal_id: Mapped[int | None] = api.column(_("Journal"))
    key: Mapped[str] = api.column(_("Key"))

    card: Mapped[Card | None] = relationship(Card)
    giver: Mapped[Member] = relationship(Member, foreign_keys=[giver_id])
    taker: Mapped[Member] = relationship(Member, foreign_keys=[taker_id])
