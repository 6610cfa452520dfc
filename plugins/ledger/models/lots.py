"""Lots: what was bought at one price at one time, and every use of it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Lot(api.Model):
    """One top-up, or one item of a session card: what was paid, what came with it as a gift.

    `paid` and `gift` are fen of face value (kind "money") or counts (kind "sessions");
    `price_fen` is what the member gave for them. Terms are frozen at the sale: lots of a lower
    `rank` are spent first, then those whose gift ends first, then older ones; `split` says how a
    use falls on paid and gift, and `gift_bars` what the gift does not pay for. `gift_until_on` is
    the last day of the gift, where it has one: what was paid never ends. Whose it is says the
    owner of its accounts.
    """

    __tablename__ = "ledger_lot"
    __table_args__ = (
        sa.UniqueConstraint("journal_id", "number"),
        sa.UniqueConstraint("paid_account_id"),
        sa.CheckConstraint("kind IN ('money', 'sessions')", name="kind_known"),
        sa.CheckConstraint("split IN ('pro_rata', 'paid_first', 'gift_first')", name="split_known"),
        sa.CheckConstraint(
            "gift_bars IN ('', 'products', 'cards', 'products,cards')", name="gift_bars_known"
        ),
        sa.CheckConstraint("gift_until_on IS NULL OR kind = 'money'", name="gift_ends"),
        sa.CheckConstraint("price_fen >= 0 AND paid >= 0 AND gift >= 0", name="positive"),
        sa.CheckConstraint("paid + gift > 0", name="not_empty"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    number: Mapped[int] = api.column(_("Number in the journal"))
    kind: Mapped[str] = api.column(_("Kind"))
    unit: Mapped[str] = api.column(_("Unit"))
    product: Mapped[str] = api.column(_("Product"), default="")
    purse: Mapped[str] = api.column(_("Card"), default="")
    rank: Mapped[int] = api.column(_("Rank"), default=0)
    split: Mapped[str] = api.column(_("Spending order"))
    gift_bars: Mapped[str] = api.column(_("The gift does not pay for"), server_default="")
    gift_until_on: Mapped[dt.date | None] = api.column(_("Last day of the gift"))
    price_fen: Mapped[int] = api.column(_("Price paid"))
    paid: Mapped[int] = api.column(_("Paid"))
    gift: Mapped[int] = api.column(_("Gift"))
    sold_on: Mapped[dt.date] = api.column(_("Sold on"))
    paid_account_id: Mapped[int] = api.column(_("Paid account"), sa.ForeignKey("ledger_account.id"))
    gift_account_id: Mapped[int | None] = api.column(
        _("Gift account"), sa.ForeignKey("ledger_account.id")
    )
    unearned_account_id: Mapped[int | None] = api.column(
        _("Unearned revenue"), sa.ForeignKey("ledger_account.id")
    )


class Use(api.Model):
    """One use of a lot, or its give-back, with everything a refund needs later, frozen.

    `used_after` and `earned_after` run along the lot: what had been used up of what earns
    income, and the income in fen. A row with `restores_id` gives back (a part of) that use.
    """

    __tablename__ = "ledger_use"
    __table_args__ = (
        sa.UniqueConstraint("lot_id", "number"),
        sa.CheckConstraint("paid >= 0 AND gift >= 0 AND income_fen >= 0", name="positive"),
        sa.CheckConstraint("paid + gift > 0", name="not_empty"),
        sa.CheckConstraint("used_after >= 0 AND earned_after >= 0", name="running"),
        sa.Index("ix_ledger_use_journal_id", "journal_id"),
        sa.Index("ix_ledger_use_payment_id", "payment_id"),
        sa.Index("ix_ledger_use_restores_id", "restores_id"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    lot_id: Mapped[int] = api.column(_("Lot"), sa.ForeignKey("ledger_lot.id"))
    number: Mapped[int] = api.column(_("Number in the lot"))
    payment_id: Mapped[int] = api.column(_("Payment"), sa.ForeignKey("ledger_payment.id"))
    restores_id: Mapped[int | None] = api.column(_("Gives back"), sa.ForeignKey("ledger_use.id"))
    paid: Mapped[int] = api.column(_("Of the paid part"))
    gift: Mapped[int] = api.column(_("Of the gift"))
    income_fen: Mapped[int] = api.column(_("Income"))
    list_fen: Mapped[int | None] = api.column(_("List price"))
    deal_fen: Mapped[int | None] = api.column(_("Deal price"))
    staff_id: Mapped[int | None] = api.column(_("Technician"))
    used_after: Mapped[int] = api.column(_("Used so far"))
    earned_after: Mapped[int] = api.column(_("Earned so far"))
