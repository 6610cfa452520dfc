"""Find the journals of an account in their order, without a look at the legs themselves."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Let the indexes of both sides hold the journals as well."""
    for side in ("debit_id", "credit_id"):
        op.drop_index(f"ix_ledger_leg_{side}", "ledger_leg")
        op.create_index(f"ix_ledger_leg_{side}", "ledger_leg", [side, "journal_id"])
