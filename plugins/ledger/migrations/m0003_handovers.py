"""Let accounts change hands: by a row that a trigger follows, and in no other way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: What never changes of an account; its owner and part change with a handover only.
FIXED = ("id", "owner", "kind", "unit", "bound", "total", "opened_at")
TOTALS = ("debits", "credits")
#: The last handover of the account says just this.
SAID = """
    SELECT 1 FROM ledger_handover h WHERE h.account_id = OLD.id
    AND h.from_id = OLD.owner_id AND h.from_part = OLD.part
    AND h.to_id = NEW.owner_id AND h.to_part = NEW.part
    AND h.id = (SELECT MAX(id) FROM ledger_handover WHERE account_id = OLD.id)
"""
SQLITE_STANDING = """
    INSERT INTO ledger_standing (owner, owner_id, kind, unit, amount)
    SELECT owner, {member}, {kind}, {unit}, {sign}(credits - debits)
    FROM ledger_account WHERE id = NEW.account_id AND {kind} <> ''
    ON CONFLICT (owner, owner_id, kind, unit) DO UPDATE SET amount = amount + excluded.amount;
"""
SQLITE_BUMP = """
CREATE TRIGGER ledger_handover_bump AFTER INSERT ON ledger_handover BEGIN
    UPDATE ledger_account SET owner_id = NEW.to_id, part = NEW.to_part WHERE id = NEW.account_id;
    {standings}
END
"""
SQLITE_GUARD = """
CREATE TRIGGER ledger_handover_{name} BEFORE INSERT ON ledger_handover
WHEN EXISTS (SELECT 1 FROM ledger_handover WHERE {same})
BEGIN SELECT RAISE(ABORT, 'ledger_handover is append-only'); END
"""
HANDOVER_BUMP = """
CREATE FUNCTION ledger_handover_bump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_account SET owner_id = NEW.to_id, part = NEW.to_part WHERE id = NEW.account_id;
    INSERT INTO ledger_standing AS s (owner, owner_id, kind, unit, amount)
    SELECT a.owner, m.id, k.kind, k.unit, m.sign * (a.credits - a.debits)
    FROM ledger_account a
    CROSS JOIN LATERAL (VALUES (NEW.from_id, -1), (NEW.to_id, 1)) m (id, sign)
    CROSS JOIN LATERAL (VALUES (a.kind, a.unit), (a.total, '')) k (kind, unit)
    WHERE a.id = NEW.account_id AND k.kind <> ''
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (owner, owner_id, kind, unit) DO UPDATE SET amount = s.amount + excluded.amount;
    RETURN NULL;
END $$
"""
MOVED = f"""
CREATE FUNCTION ledger_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS ({SAID}) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'ledger_account is frozen';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade(op: Operations) -> None:
    """Create the tables of handovers, and the triggers of the engine at hand."""
    _create_tables(op)
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        op.execute(statement)


def _create_tables(op: Operations) -> None:
    op.create_table(
        "ledger_handover",
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("from_id", BIG, nullable=False),
        sa.Column("from_part", sa.String(), nullable=False),
        sa.Column("to_id", BIG, nullable=False),
        sa.Column("to_part", sa.String(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_ledger_handover_distinct")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_handover_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_handover_journal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_handover")),
        sa.UniqueConstraint(
            "journal_id", "account_id", name=op.f("uq_ledger_handover_journal_id_account_id")
        ),
    )
    op.create_index("ix_ledger_handover_account_id", "ledger_handover", ["account_id", "id"])
    op.create_table(
        "ledger_heir",
        sa.Column("member_id", BIG, autoincrement=False, nullable=False),
        sa.Column("heir_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_ledger_heir")),
    )


def _sqlite() -> list[str]:
    changed = [f"NEW.{name} IS NOT OLD.{name}" for name in FIXED]
    shrunk = [f"NEW.{name} < OLD.{name}" for name in TOTALS]
    standings = "".join(
        SQLITE_STANDING.format(member=member, sign=sign, kind=kind, unit=unit)
        for member, sign in (("NEW.from_id", "-"), ("NEW.to_id", ""))
        for kind, unit in (("kind", "unit"), ("total", "''"))
    )
    return [
        "DROP TRIGGER ledger_account_frozen",
        "CREATE TRIGGER ledger_account_frozen BEFORE UPDATE ON ledger_account"
        f" WHEN {' OR '.join(changed + shrunk)}"
        " BEGIN SELECT RAISE(ABORT, 'ledger_account is frozen'); END",
        "CREATE TRIGGER ledger_account_moved BEFORE UPDATE OF owner_id, part ON ledger_account"
        " WHEN (NEW.owner_id IS NOT OLD.owner_id OR NEW.part IS NOT OLD.part)"
        f" AND NOT EXISTS ({SAID})"
        " BEGIN SELECT RAISE(ABORT, 'ledger_account is frozen'); END",
        SQLITE_BUMP.format(standings=standings),
        *(
            f"CREATE TRIGGER ledger_handover_{act.lower()} BEFORE {act} ON ledger_handover"
            " BEGIN SELECT RAISE(ABORT, 'ledger_handover is append-only'); END"
            for act in ("UPDATE", "DELETE")
        ),
        # An INSERT OR REPLACE would walk round the DELETE trigger.
        *(
            SQLITE_GUARD.format(name=name, same=same)
            for name, same in (
                ("replaced", "id = NEW.id"),
                (
                    "replaced_journal_id",
                    "journal_id = NEW.journal_id AND account_id = NEW.account_id",
                ),
            )
        ),
    ]


def _postgresql() -> list[str]:
    changed = [f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED]
    shrunk = [f"NEW.{name} < OLD.{name}" for name in TOTALS]
    return [
        "DROP TRIGGER ledger_account_frozen ON ledger_account",
        "CREATE TRIGGER ledger_account_frozen BEFORE UPDATE ON ledger_account FOR EACH ROW"
        f" WHEN ({' OR '.join(changed + shrunk)}) EXECUTE FUNCTION ledger_frozen()",
        MOVED,
        "CREATE TRIGGER ledger_account_moved BEFORE UPDATE OF owner_id, part ON ledger_account"
        " FOR EACH ROW WHEN (NEW.owner_id IS DISTINCT FROM OLD.owner_id"
        " OR NEW.part IS DISTINCT FROM OLD.part) EXECUTE FUNCTION ledger_moved()",
        HANDOVER_BUMP,
        "CREATE TRIGGER ledger_handover_bump AFTER INSERT ON ledger_handover"
        " FOR EACH ROW EXECUTE FUNCTION ledger_handover_bump()",
        "CREATE TRIGGER ledger_handover_append_only BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON ledger_handover FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
    ]
