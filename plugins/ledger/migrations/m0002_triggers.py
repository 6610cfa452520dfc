"""Let the database itself keep the totals, the standings and the cap, and forbid every edit."""

from __future__ import annotations

from alembic.operations import Operations

#: Tables whose rows are only ever added, with the columns besides `id` that are unique.
APPEND_ONLY: dict[str, tuple[tuple[str, ...], ...]] = {
    "ledger_journal": (("reverses_id",),),
    "ledger_leg": (),
    "ledger_refund": (),
    "ledger_lot": (("journal_id", "number"), ("paid_account_id",)),
    "ledger_use": (("lot_id", "number"),),
    "ledger_link": (("account_id", "number"),),
    "ledger_seal": (("after_id",), ("through_id",)),
}
#: Tables of which a trigger may raise a total; all else is frozen, and nothing is deleted.
COUNTED = {
    "ledger_account": (
        ("id", "owner", "owner_id", "kind", "unit", "part", "bound", "total", "opened_at"),
        ("debits", "credits"),
    ),
    "ledger_payment": (("id", "journal_id", "ref", "amount"), ("refunded",)),
}
SQLITE_LEG_BUMP = """
CREATE TRIGGER ledger_leg_bump AFTER INSERT ON ledger_leg BEGIN
    UPDATE ledger_account SET debits = debits + NEW.amount WHERE id = NEW.debit_id;
    UPDATE ledger_account SET credits = credits + NEW.amount WHERE id = NEW.credit_id;
    INSERT INTO ledger_standing (owner, owner_id, kind, unit, amount)
    SELECT owner, owner_id, kind, unit,
        CASE id WHEN NEW.credit_id THEN NEW.amount ELSE -NEW.amount END
    FROM ledger_account WHERE id IN (NEW.debit_id, NEW.credit_id) AND owner = 'member'
    ON CONFLICT (owner, owner_id, kind, unit) DO UPDATE SET amount = amount + excluded.amount;
    INSERT INTO ledger_standing (owner, owner_id, kind, unit, amount)
    SELECT owner, owner_id, total, '',
        CASE id WHEN NEW.credit_id THEN NEW.amount ELSE -NEW.amount END
    FROM ledger_account WHERE id IN (NEW.debit_id, NEW.credit_id) AND owner = 'member'
        AND total <> ''
    ON CONFLICT (owner, owner_id, kind, unit) DO UPDATE SET amount = amount + excluded.amount;
END
"""
SQLITE_REFUND_BUMP = """
CREATE TRIGGER ledger_refund_bump AFTER INSERT ON ledger_refund BEGIN
    UPDATE ledger_payment SET refunded = refunded + NEW.amount WHERE id = NEW.payment_id;
END
"""
SQLITE_GUARD = """
CREATE TRIGGER {table}_{name} BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE({what}); END
"""


def upgrade(op: Operations) -> None:
    """Create the triggers of the engine at hand."""
    statements = _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        op.execute(statement)


def _sqlite() -> list[str]:
    return [
        SQLITE_LEG_BUMP,
        SQLITE_REFUND_BUMP,
        *(
            statement
            for table, unique in APPEND_ONLY.items()
            for statement in _sqlite_append_only(table, unique)
        ),
        *(
            statement
            for table, (fixed, growing) in COUNTED.items()
            for statement in _sqlite_counted(table, fixed, growing)
        ),
        # Without this an INSERT OR REPLACE would swap a row for another: DELETE triggers are
        # skipped on a connection that has not switched recursive triggers on.
        _sqlite_guard("ledger_journal", "ignored", "idem_key = NEW.idem_key", "IGNORE"),
        _sqlite_guard(
            "ledger_account",
            "ignored",
            "owner = NEW.owner AND owner_id = NEW.owner_id AND kind = NEW.kind"
            " AND unit = NEW.unit AND part = NEW.part",
            "IGNORE",
        ),
        _sqlite_guard("ledger_payment", "replaced_ref", "ref = NEW.ref", "ABORT", ".ref"),
    ]


def _sqlite_append_only(table: str, unique: tuple[tuple[str, ...], ...]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    statements = [
        f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} {refuse}"
        for act in ("UPDATE", "DELETE")
    ]
    if table != "ledger_link":
        statements.append(_sqlite_guard(table, "replaced", "id = NEW.id", "ABORT"))
    for columns in unique:
        same = " AND ".join(f"{name} = NEW.{name}" for name in columns)
        if table == "ledger_journal":  # a key that comes again is no second reversal
            same += " AND idem_key <> NEW.idem_key"
        name = f"replaced_{columns[0]}"
        statements.append(_sqlite_guard(table, name, same, "ABORT", f".{columns[0]}"))
    return statements


def _sqlite_counted(table: str, fixed: tuple[str, ...], growing: tuple[str, ...]) -> list[str]:
    changed = [f"NEW.{name} IS NOT OLD.{name}" for name in fixed]
    shrunk = [f"NEW.{name} < OLD.{name}" for name in growing]
    return [
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}"
        f" WHEN {' OR '.join(changed + shrunk)}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END",
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        _sqlite_guard(table, "replaced", "id = NEW.id", "ABORT"),
    ]


def _sqlite_guard(table: str, name: str, same: str, act: str, column: str = "") -> str:
    what = "IGNORE" if act == "IGNORE" else f"{act}, '{table}{column} is append-only'"
    return SQLITE_GUARD.format(table=table, name=name, same=same, what=what)


# One statement per batch of legs, not per leg: an account that thousands of legs of one
# transaction touch (opening balances) would otherwise be updated thousands of times, and each
# update would have to pass all dead versions of the row.
LEG_BUMP = """
CREATE FUNCTION ledger_leg_bump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_account a SET debits = a.debits + m.debit, credits = a.credits + m.credit
    FROM (
        SELECT id, sum(debit)::bigint AS debit, sum(credit)::bigint AS credit
        FROM (
            SELECT debit_id AS id, amount AS debit, 0 AS credit FROM new_legs
            UNION ALL SELECT credit_id, 0, amount FROM new_legs
        ) s GROUP BY id
    ) m
    WHERE a.id = m.id;
    INSERT INTO ledger_standing AS s (owner, owner_id, kind, unit, amount)
    SELECT a.owner, a.owner_id, k.kind, k.unit, sum(m.amount)::bigint
    FROM (
        SELECT debit_id AS id, -amount AS amount FROM new_legs
        UNION ALL SELECT credit_id, amount FROM new_legs
    ) m
    JOIN ledger_account a ON a.id = m.id AND a.owner = 'member'
    CROSS JOIN LATERAL (VALUES (a.kind, a.unit), (a.total, '')) k (kind, unit)
    WHERE k.kind <> ''
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (owner, owner_id, kind, unit) DO UPDATE SET amount = s.amount + excluded.amount;
    RETURN NULL;
END $$
"""
REFUND_BUMP = """
CREATE FUNCTION ledger_refund_bump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_payment SET refunded = refunded + NEW.amount WHERE id = NEW.payment_id;
    RETURN NULL;
END $$
"""
REFUSE = """
CREATE FUNCTION ledger_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = TG_TABLE_NAME || ' is {what}';
END $$
"""


def _postgresql() -> list[str]:
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
    return [
        LEG_BUMP,
        "CREATE TRIGGER ledger_leg_bump AFTER INSERT ON ledger_leg"
        " REFERENCING NEW TABLE AS new_legs"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_leg_bump()",
        REFUND_BUMP,
        "CREATE TRIGGER ledger_refund_bump AFTER INSERT ON ledger_refund"
        " FOR EACH ROW EXECUTE FUNCTION ledger_refund_bump()",
        REFUSE.format(name="append_only", what="append-only"),
        REFUSE.format(name="frozen", what="frozen"),
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" {refuse}"
            for table in APPEND_ONLY
        ),
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR TRUNCATE ON {table} {refuse}"
            for table in COUNTED
        ),
        *(_postgresql_frozen(table, *columns) for table, columns in COUNTED.items()),
    ]


def _postgresql_frozen(table: str, fixed: tuple[str, ...], growing: tuple[str, ...]) -> str:
    changed = [f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in fixed]
    shrunk = [f"NEW.{name} < OLD.{name}" for name in growing]
    return (
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN ({' OR '.join(changed + shrunk)}) EXECUTE FUNCTION ledger_frozen()"
    )
