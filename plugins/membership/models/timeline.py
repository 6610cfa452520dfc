"""The timeline of a member: what happened to her file, in the order in which it happened."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class HistoryLine(api.Model):
    """One thing that happened to a member's file; lines are only ever added."""

    __tablename__ = "membership_history"
    scope = api.CHAIN
    __table_args__ = (sa.Index("ix_membership_history_member_id_id", "member_id", "id"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    at: Mapped[dt.datetime] = api.column(_("Time"))
    kind: Mapped[str] = api.column(_("What happened"))
    facts: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)
    user_name: Mapped[str] = api.column(_("By"), default="")
