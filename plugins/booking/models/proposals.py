"""Other times that the store offers for a booking."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

ANSWERS = (
    ("accepted", api.lazy_pgettext("proposal", "Accepted")),
    ("declined", api.lazy_pgettext("proposal", "Declined")),
    ("lapsed", _("Not answered")),
)


class Proposal(api.Model):
    """Another time for a booking, which the guest takes or declines until `until`.

    It is open while it has no answer and the visit still awaits review at `starts_at`.
    """

    __tablename__ = "booking_proposal"
    scope = api.CHAIN
    label_column = "note"
    __table_args__ = (
        sa.CheckConstraint("answer IN ('accepted', 'declined', 'lapsed')", name="answer"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    visit_id: Mapped[int] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="CASCADE"), index=True
    )
    was_at: Mapped[dt.datetime] = api.column(_("Asked for"))
    starts_at: Mapped[dt.datetime] = api.column(_("Proposed"))
    note: Mapped[str] = api.column(_("Note"), default="")
    made_at: Mapped[dt.datetime] = api.column(_("Proposed at"))
    made_by: Mapped[int | None] = api.column(_("Proposed by"), sa.ForeignKey("console_user.id"))
    until: Mapped[dt.datetime] = api.column(_("Answer until"))
    answer: Mapped[str | None] = api.column(_("Answer"), choices=ANSWERS)
    answered_at: Mapped[dt.datetime | None] = api.column(_("Answered at"))
