"""What members ask for about their data: a copy of it, and its erasure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

ASKED, WAITING, AGREED, DONE, WITHDRAWN = "asked", "waiting", "agreed", "done", "withdrawn"
ERASURE_STATES = (
    (ASKED, _("Asked for by the member")),
    (WAITING, _("Waiting for a second person")),
    (AGREED, _("Agreed, will be done")),
    (DONE, _("Done")),
    (WITHDRAWN, _("Withdrawn")),
)


class Erasure(api.Model):
    """A wish to be forgotten, and what became of it; at most one of a member is open."""

    __tablename__ = "membership_erasure"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    state: Mapped[str] = api.column(_("State"), choices=ERASURE_STATES, index=True)
    channel: Mapped[str] = api.column(_("Channel"))
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    asked_name: Mapped[str] = api.column(_("Asked by"), default="")
    approval_id: Mapped[int | None] = api.column(_("Approval"))
    #: What she gave up, in words of numbers, when she waived what she still had.
    waived: Mapped[dict[str, Any] | None] = api.column(_("Waived"))
    due_at: Mapped[dt.datetime | None] = api.column(_("To be done at"))
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))
    ended_by: Mapped[str] = api.column(_("Ended by"), default="")

    @property
    def state_label(self) -> Any:
        """Its state, for people."""
        return dict(ERASURE_STATES)[self.state]


class DataCopy(api.Model):
    """A copy of a member's data that was asked for; its file is removed after some days."""

    __tablename__ = "membership_data_copy"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    channel: Mapped[str] = api.column(_("Channel"))
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    user_name: Mapped[str] = api.column(_("By"), default="")
    job_id: Mapped[int | None] = api.column(_("Job"))
    #: The name of the file below the instance folder, once it is ready.
    path: Mapped[str] = api.column(_("File"), default="")
    ready_at: Mapped[dt.datetime | None] = api.column(_("Ready at"))
