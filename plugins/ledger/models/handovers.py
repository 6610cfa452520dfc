"""Accounts that change hands when two files of one person become one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Handover(api.Model):
    """A member's account that went to another member; rows are only ever added.

    A trigger then changes whose the account is, and the standings of both; nothing else may.
    """

    __tablename__ = "ledger_handover"
    __table_args__ = (
        sa.UniqueConstraint("journal_id", "account_id"),
        sa.CheckConstraint("from_id <> to_id", name="distinct"),
        sa.Index("ix_ledger_handover_account_id", "account_id", "id"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    account_id: Mapped[int] = api.column(_("Account"), sa.ForeignKey("ledger_account.id"))
    from_id: Mapped[int] = api.column(_("From member"))
    from_part: Mapped[str] = api.column(_("Part before"))
    to_id: Mapped[int] = api.column(_("To member"))
    to_part: Mapped[str] = api.column(_("Part after"))


class Heir(api.Model):
    """To whom a member's accounts went; nothing is opened for her any more."""

    __tablename__ = "ledger_heir"
    scope = api.CHAIN
    label_column = "member_id"
    member_id: Mapped[int] = api.column(_("Member"), primary_key=True, autoincrement=False)
    heir_id: Mapped[int] = api.column(_("Kept file"))
