"""Levels, what they give, and the growth value by which members reach them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.models.tags import COLOURS
from plugins.salon.api import Named

BASES = (
    ("year", _("Spending of the last 12 months")),
    ("total", _("Spending in all")),
    ("top_up", _("A single top-up")),
)
#: Why a member has the level that she has.
CAUSES = (
    ("growth", _("Reached")),
    ("bought", _("Bought by top-up")),
    ("manual", _("Given by staff")),
    ("import", _("From an earlier system")),
)
GROWTH_CAUSES = (
    ("spend", _("Spending")),
    ("top_up", _("Top-up")),
    ("import", _("From an earlier system")),
)
BENEFITS = (
    ("discount", _("Discount")),
    ("birthday_gift", _("Birthday gift")),
    ("points_multiple", _("Points multiple")),
    ("free_item", _("Free item")),
    ("upgrade_gift", _("Gift on reaching the level")),
)
PAYMENTS = (("any", _("However she pays")), ("balance", _("Only when paid from balance")))
SCOPES = (
    ("all", _("Everything")),
    ("services", _("Services")),
    ("products", _("Products")),
)


class Level(Named, api.Model):
    """A step of the ladder; one without a threshold is never reached by growth.

    Levels stand in the order of `place`. The lowest with a threshold of nothing is everybody's.
    """

    __tablename__ = "membership_level"
    scope = api.CHAIN
    remembered = True
    __table_args__ = (
        sa.CheckConstraint("threshold_fen >= 0", name="threshold"),
        sa.CheckConstraint("term_days BETWEEN 1 AND 3650", name="term"),
        sa.CheckConstraint("basis IN ('year', 'total', 'top_up')", name="basis"),
        sa.UniqueConstraint("name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    basis: Mapped[str] = api.column(_("Reached by"), choices=BASES, default="year")
    threshold_fen: Mapped[int | None] = api.column(_("Threshold"))
    term_days: Mapped[int] = api.column(_("Term, days"), default=365)
    colour: Mapped[str] = api.column(_("Colour"), choices=COLOURS, default="blue")
    version: Mapped[int] = api.column(_("Version"), default=1)


class Benefit(Named, api.Model):
    """Something that a level gives; its name says it in words.

    `percent` is what is left of a price (88: twelve percent off), or the points multiple (150:
    half as many again). Of several discounts the best single one counts, unless they add up.
    """

    __tablename__ = "membership_benefit"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("percent > 0", name="percent"),
        sa.CheckConstraint("kind <> 'discount' OR percent < 100", name="discount"),
        sa.CheckConstraint("points >= 0", name="points"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    level_id: Mapped[int] = api.column(_("Level"), sa.ForeignKey("membership_level.id"), index=True)
    kind: Mapped[str] = api.column(_("Kind"), choices=BENEFITS)
    percent: Mapped[int | None] = api.column(_("Percent"))
    points: Mapped[int] = api.column(_("Points"), default=0)
    applies_to: Mapped[str] = api.column(_("Applies to"), choices=SCOPES, default="all")
    paid_by: Mapped[str] = api.column(_("Payment"), choices=PAYMENTS, default="any")
    adds_up: Mapped[bool] = api.column(_("Adds up with others"), default=False)
    version: Mapped[int] = api.column(_("Version"), default=1)

    level: Mapped[Level] = relationship(Level)


class Growth(api.Model):
    """What counts towards a level; rows are only ever added.

    What is wrong or refunded is taken off by a row that names the one it `corrects`, and counts
    on the same day, so that both leave the twelve months together.
    """

    __tablename__ = "membership_growth"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("(corrects_id IS NULL) = (fen > 0)", name="sign"),
        sa.CheckConstraint("fen <> 0", name="something"),
        sa.UniqueConstraint("key"),
        sa.Index("ix_membership_growth_member_id_counted_on", "member_id", "counted_on"),
        sa.Index("ix_membership_growth_corrects_id", "corrects_id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    fen: Mapped[int] = api.column(_("Growth value"))
    cause: Mapped[str] = api.column(_("Cause"), choices=GROWTH_CAUSES)
    key: Mapped[str] = api.column(_("Key"))
    counted_on: Mapped[dt.date] = api.column(_("Counted on"))
    corrects_id: Mapped[int | None] = api.column(_("Takes off"), sa.ForeignKey(id))
    at: Mapped[dt.datetime] = api.column(_("Time"))


class LevelChange(api.Model):
    """That a member got another level, or a new term of it; rows are only ever added."""

    __tablename__ = "membership_level_change"
    scope = api.CHAIN
    __table_args__ = (sa.Index("ix_membership_level_change_member_id_id", "member_id", "id"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    old_level_id: Mapped[int | None] = api.column(
        _("Level before"), sa.ForeignKey("membership_level.id")
    )
    old_state: Mapped[dict[str, Any]] = api.column(_("State before"), default=dict)
    level_id: Mapped[int | None] = api.column(_("Level"), sa.ForeignKey("membership_level.id"))
    until_on: Mapped[dt.date | None] = api.column(_("Until"))
    cause: Mapped[str] = api.column(_("Cause"), choices=CAUSES)
    reason: Mapped[str] = api.column(_("Reason"), default="")
    at: Mapped[dt.datetime] = api.column(_("Time"))
    user_name: Mapped[str] = api.column(_("By"), default="")


def _of_known(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    known = sa.table("membership_store", sa.column("member_id"), sa.column("store_id"))
    here = sa.select(known.c.member_id).where(known.c.store_id.in_(stores))
    condition: sa.ColumnElement[bool] = model.member_id.in_(here)
    return condition


class LevelGift(api.Model):
    """The gift of a level that a member reached: once per level, whatever happens later.

    `gifts` are the gifts in the salon's words and others, as they were on that day.
    """

    __tablename__ = "membership_level_gift"
    scope = api.Scope(_of_known)
    __table_args__ = (
        sa.UniqueConstraint("member_id", "level_id"),
        sa.Index("ix_membership_level_gift_handed_at", "handed_at", "id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    level_id: Mapped[int] = api.column(_("Level"), sa.ForeignKey("membership_level.id"))
    gifts: Mapped[dict[str, Any]] = api.column(_("Gift"), default=dict)
    points: Mapped[int] = api.column(_("Points"), default=0)
    at: Mapped[dt.datetime] = api.column(_("Time"))
    handed_at: Mapped[dt.datetime | None] = api.column(_("Handed over at"))
    handed_by: Mapped[str] = api.column(_("Handed over by"), default="")
