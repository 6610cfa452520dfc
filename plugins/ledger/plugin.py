"""The manifest of the ledger."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger import admin, commands, jobs, listeners, permissions
from plugins.ledger.hookspecs import HOOKS
from plugins.ledger.sealed import SEALED
from plugins.ledger.services.verifying import verify

#: What triggers forbid, and a database role of its own as well.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "ledger_account": ("owner_id", "part", "debits", "credits", "closed"),
    "ledger_handover": (),
    "ledger_journal": (),
    "ledger_leg": (),
    "ledger_link": (),
    "ledger_lot": (),
    "ledger_payment": ("refunded",),
    "ledger_refund": (),
    "ledger_seal": (),
    "ledger_use": (),
}


class Ledger(api.Plugin):
    """Every balance in the house: money, sessions, points and coupons, in one append-only book."""

    name, version = "ledger", "1.0"
    title = _("Ledger")
    summary = _("Every balance in the house, in one book that is only ever added to.")
    hooks = HOOKS
    append_only = APPEND_ONLY
    sealed = SEALED
    listeners = (listeners,)
    permissions = (permissions.SEE_BOOKS, permissions.EXPORT_BOOKS)
    admin_views = admin.VIEWS
    jobs = jobs.SCHEDULES
    demo = ("plugins.ledger.demo",)
    commands = (api.Command(commands.ledger),)

    @classmethod
    def check_migrated(cls, connection: sa.Connection) -> Iterable[str]:
        """Verify the whole book: every invariant, hash, chain and guard."""
        return commands.lines_of_findings(verify(connection=connection))
