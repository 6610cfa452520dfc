"""Contracts of what is paid ahead: their terms as they were at the sale, frozen and signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.api import Member, Recharge


class FrozenTerms:
    """The columns of a contract; `digest` is the SHA-256 of its facts.

    She signs it on her phone ("phone"), or on the screen or on paper at the counter ("paper").
    """

    made_at: Mapped[dt.datetime] = api.column(_("Made at"))
    facts: Mapped[dict[str, Any]] = api.column(_("Facts"), default=dict)
    digest: Mapped[str] = api.column(_("Hash"))
    signed_at: Mapped[dt.datetime | None] = api.column(_("Signed at"))
    signed_by: Mapped[str | None] = api.column(_("Signed by"))


class TopUpContract(FrozenTerms, api.Model):
    """The terms on which a top-up was sold on a line of a bill."""

    __tablename__ = "cashier_top_up_contract"
    __table_args__ = (
        sa.CheckConstraint("signed_by IN ('phone', 'paper')", name="signed_by"),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_how"),
        sa.UniqueConstraint("recharge_id"),
        sa.Index("ix_cashier_top_up_contract_member_id", "member_id"),
        sa.Index("ix_cashier_top_up_contract_store_id", "store_id"),
        sa.Index("ix_cashier_top_up_contract_line_id", "line_id"),
    )
    scope = api.in_store("store_id")
    label_column = "id"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    recharge_id: Mapped[int] = api.column(_("Top-up"), sa.ForeignKey("membership_recharge.id"))
    line_id: Mapped[int] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"))
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))

    recharge: Mapped[Recharge] = relationship(Recharge)
    member: Mapped[Member] = relationship(Member)
    store: Mapped[api.Store] = relationship(api.Store)
