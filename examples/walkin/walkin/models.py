"""The queue."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from console import api
from console.api import _
from sqlalchemy.orm import Mapped


class Ticket(api.Model):
    """A guest's place in the queue of one day; `called_at` is empty while she waits."""

    __tablename__ = "walkin_ticket"
    __table_args__ = (sa.UniqueConstraint("store_id", "day_on", "number"),)
    scope = api.in_store()
    label_column = "number"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    day_on: Mapped[date] = api.column(_("Business day"))
    number: Mapped[int] = api.column(_("Number"))
    member_id: Mapped[int | None] = api.column(_("Member"), index=True)
    taken_at: Mapped[datetime] = api.column(_("Taken at"))
    called_at: Mapped[datetime | None] = api.column(_("Called at"))
