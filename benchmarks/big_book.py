"""A book with a great many journals, written by the database itself."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

#: Of all journals so many in ten are members' uses; the others are sales for cash.
USES = 4
MEMBER_LOTS = """
INSERT INTO ledger_account
    (owner, owner_id, kind, unit, part, bound, total, debits, credits, closed, opened_at)
SELECT 'member', id, 'principal', 'PRINCIPAL', 'bench', 'credit', 'balance', 0, 0, {false}, {now}
FROM membership_member
"""
SALON = """
INSERT INTO ledger_account
    (owner, owner_id, kind, unit, part, bound, total, debits, credits, closed, opened_at)
SELECT 'store', 1, kind, unit, 'bench', 'none', '', 0, 0, {false}, {now}
FROM (SELECT 'cash' AS kind, 'CNY' AS unit UNION ALL SELECT 'revenue', 'CNY'
      UNION ALL SELECT 'issued', 'PRINCIPAL') AS kinds
"""
NUMBERS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count})"
JOURNALS = """
INSERT INTO ledger_journal
    (id, idem_key, request_hash, code, ref, store_id, business_on, posted_at, note)
{numbers}
SELECT {first} + x, 'bench:' || x, 'bench', CASE WHEN x % 10 < {uses} THEN 'spend' ELSE 'sale' END,
    'bench:' || x, 1, {day}, {moment}, ''
FROM n
"""
LEGS = """
INSERT INTO ledger_leg (journal_id, debit_id, credit_id, unit, amount)
{numbers}
SELECT {first} + x,
    CASE WHEN x % 10 < {uses} THEN {member} ELSE {cash} END,
    CASE WHEN x % 10 < {uses} THEN {issued} ELSE {revenue} END,
    CASE WHEN x % 10 < {uses} THEN 'PRINCIPAL' ELSE 'CNY' END,
    100
FROM n
"""
FILLING = """
INSERT INTO ledger_leg (journal_id, debit_id, credit_id, unit, amount)
SELECT {first} + 1, {issued}, id, 'PRINCIPAL', 100000000
FROM ledger_account WHERE part = 'bench' AND owner = 'member'
"""
PAYMENTS = """
INSERT INTO ledger_payment (journal_id, ref, amount, refunded)
{numbers}
SELECT {first} + x, 'bench:' || x, 100, 0 FROM n WHERE x % 10 >= {uses}
"""
DAYS = {
    "sqlite": "date('2026-01-01', '-' || (x % 1000) || ' days')",
    "postgresql": "DATE '2026-01-01' - CAST(x % 1000 AS integer)",
}
#: Each journal was posted a second after the one before it.
MOMENTS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', (x - {count}) || ' seconds')",
    "postgresql": "TIMESTAMPTZ '2026-01-01' + make_interval(secs => x - {count})",
}
NOW = {"sqlite": "'2026-01-01 00:00:00.000000'", "postgresql": "TIMESTAMPTZ '2026-01-01'"}


def write_journals(url: str, count: int) -> None:
    """Add *count* journals with their legs, totals and payments to a book with members."""
    engine = sa.create_engine(url, poolclass=NullPool)
    name = engine.dialect.name
    with engine.begin() as connection:

        def number(query: str) -> int:
            return int(connection.execute(sa.text(query)).scalar() or 0)

        words = {
            "false": "0" if name == "sqlite" else "false",
            "now": NOW[name],
            "day": DAYS[name],
            "moment": MOMENTS[name].format(count=count),
            "uses": USES,
            "numbers": NUMBERS.format(count=count),
            "first": number("SELECT max(id) FROM ledger_journal"),
        }
        for text in (MEMBER_LOTS, SALON):
            connection.execute(sa.text(text.format(**words)))
        for kind in ("cash", "revenue", "issued"):
            query = f"SELECT id FROM ledger_account WHERE part = 'bench' AND kind = '{kind}'"
            words[kind] = number(query)
        members = "FROM ledger_account WHERE part = 'bench' AND owner = 'member'"
        lowest, held = number(f"SELECT min(id) {members}"), number(f"SELECT count(*) {members}")
        words["member"] = f"{lowest} + x % {held}"
        for text in (JOURNALS, FILLING, LEGS, PAYMENTS):
            connection.execute(sa.text(text.format(**words)))
        if name == "postgresql":
            last = "(SELECT max(id) FROM ledger_journal)"
            serial = "pg_get_serial_sequence('ledger_journal', 'id')"
            connection.execute(sa.text(f"SELECT setval({serial}, {last})"))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
    engine.dispose()
