"""What shows tampering: a chain of hashes per member's account, and nightly seals."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Link(api.Model):
    """One link of an account's chain: a hash over the link before and the whole journal.

    `owner_id` is the account's owner when it was written.
    """

    __tablename__ = "ledger_link"
    __table_args__ = (sa.Index("ix_ledger_link_journal_id", "journal_id"),)
    scope = api.CHAIN
    account_id: Mapped[int] = api.column(
        _("Account"), sa.ForeignKey("ledger_account.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = api.column(_("Number"), primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    owner_id: Mapped[int] = api.column(_("Number of whom it belongs to"))
    head: Mapped[bytes] = api.column(_("Hash"))


class Seal(api.Model):
    """A night's seal over all that was posted since the seal before, signed with a key.

    The key lies outside the database, so who can write every table still cannot make a seal.
    """

    __tablename__ = "ledger_seal"
    __table_args__ = (sa.UniqueConstraint("after_id"), sa.UniqueConstraint("through_id"))
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    sealed_at: Mapped[dt.datetime] = api.column(_("Sealed at"))
    after_id: Mapped[int] = api.column(_("After journal"))
    through_id: Mapped[int] = api.column(_("Through journal"))
    journals: Mapped[int] = api.column(_("Journals"))
    journals_digest: Mapped[str] = api.column(_("Digest of the journals"))
    heads: Mapped[int] = api.column(_("Heads"))
    heads_digest: Mapped[str] = api.column(_("Digest of the heads"))
    digest: Mapped[str] = api.column(_("Seal"))
