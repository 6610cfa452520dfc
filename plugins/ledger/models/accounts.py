"""Accounts with their two running totals, and the standings that lists sort by."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _
from plugins.ledger.chart import CHAIN, KINDS, MEMBER, STORE

KIND_NAMES = tuple((kind.name, kind.label) for kind in KINDS.values())
OWNERS = ((MEMBER, _("Member")), (STORE, _("Store")), (CHAIN, _("Chain")))
BOUNDS = (
    ("credit", _("never below zero")),
    ("debit", _("never above zero")),
    ("none", _("none")),
)


def in_sight(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    """Accounts seen from some stores: their own, and those of members, who know no store."""
    own = sa.and_(model.owner == "store", model.owner_id.in_(stores))
    return sa.or_(model.owner == "member", own)


class Account(api.Model):
    """An account: whose, of what kind, in which unit, and its two totals, which only grow.

    A trigger raises the totals when a leg is inserted; nothing else may. `bound` is the side
    that the other may not pass, `total` the standing that it counts into besides its own.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        sa.UniqueConstraint("owner", "owner_id", "kind", "unit", "part"),
        sa.UniqueConstraint("id", "unit"),
        sa.CheckConstraint("bound IN ('credit', 'debit', 'none')", name="bound_known"),
        sa.CheckConstraint("debits >= 0 AND credits >= 0", name="monotone"),
        sa.CheckConstraint("bound <> 'credit' OR credits >= debits", name="no_overdraft"),
        sa.CheckConstraint("bound <> 'debit' OR debits >= credits", name="no_overcredit"),
        sa.CheckConstraint("kind <> 'coupon' OR credits - debits <= 1", name="coupon_once"),
        sa.CheckConstraint("NOT closed OR debits = credits", name="closed_is_empty"),
        sa.CheckConstraint("kind <> '' AND unit <> '' AND owner <> ''", name="named"),
    )
    scope = api.Scope(in_sight)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    owner: Mapped[str] = api.column(_("Belongs to"), choices=OWNERS)
    owner_id: Mapped[int] = api.column(_("Number of whom it belongs to"))
    kind: Mapped[str] = api.column(_("Kind"), choices=KIND_NAMES)
    unit: Mapped[str] = api.column(_("Unit"))
    part: Mapped[str] = api.column(_("Part"), default="")
    bound: Mapped[str] = api.column(_("Limit"), choices=BOUNDS)
    total: Mapped[str] = api.column(_("Counts into"), default="")
    debits: Mapped[int] = api.column(_("Debits"), default=0)
    credits: Mapped[int] = api.column(_("Credits"), default=0)
    closed: Mapped[bool] = api.column(_("Closed account"), default=False)
    opened_at: Mapped[dt.datetime] = api.column(_("Opened at"))


class Standing(api.Model):
    """What a member has of one kind and unit (credits less debits), kept by the leg trigger.

    It serves lists, sorting and filters; no code writes it. Sums over several kinds, such as
    "balance", have the unit "".
    """

    __tablename__ = "ledger_standing"
    __table_args__ = (sa.Index("ix_ledger_standing_amount", "kind", "unit", "amount", "owner_id"),)
    scope = api.CHAIN
    owner: Mapped[str] = api.column(_("Belongs to"), primary_key=True)
    owner_id: Mapped[int] = api.column(
        _("Number of whom it belongs to"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = api.column(_("Kind"), primary_key=True)
    unit: Mapped[str] = api.column(_("Unit"), primary_key=True)
    amount: Mapped[int] = api.column(_("Amount"))
