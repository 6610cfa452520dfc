"""What must always hold, as queries that return what breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console.api import _
from plugins.ledger import models


@dataclass(frozen=True)
class Invariant:
    """Something that must hold; *query* returns the numbers or names of what breaks it."""

    key: str
    title: Any
    query: str

    def statement(self) -> sa.TextClause:
        """Return the query with its common parts put in."""
        return sa.text(self.query.format(sides=SIDES, lot_accounts=LOT_ACCOUNTS))


SIDES = """
    SELECT debit_id AS id, amount AS debit, 0 AS credit, journal_id FROM ledger_leg
    UNION ALL SELECT credit_id, 0, amount, journal_id FROM ledger_leg
"""
LOT_ACCOUNTS = """
    SELECT id AS lot_id, journal_id, paid_account_id AS account_id, paid AS amount FROM ledger_lot
    UNION ALL SELECT id, journal_id, gift_account_id, gift FROM ledger_lot WHERE gift > 0
    UNION ALL SELECT id, journal_id, unearned_account_id, price_fen FROM ledger_lot
        WHERE price_fen > 0
"""
INVARIANTS = (
    Invariant(
        "account_totals",
        _("Accounts whose totals differ from their legs"),
        """SELECT a.id FROM ledger_account a LEFT JOIN (
            SELECT id, SUM(debit) AS debit, SUM(credit) AS credit FROM ({sides}) s GROUP BY id
        ) m ON m.id = a.id
        WHERE a.debits <> COALESCE(m.debit, 0) OR a.credits <> COALESCE(m.credit, 0)""",
    ),
    Invariant(
        "unit_sums",
        _("Units in which debits and credits differ"),
        "SELECT unit FROM ledger_account GROUP BY unit HAVING SUM(debits) <> SUM(credits)",
    ),
    Invariant(
        "limits",
        _("Accounts beyond their limit"),
        """SELECT id FROM ledger_account WHERE debits < 0 OR credits < 0
        OR (bound = 'credit' AND credits < debits) OR (bound = 'debit' AND debits < credits)
        OR (kind = 'coupon' AND credits - debits > 1) OR (closed AND debits <> credits)""",
    ),
    Invariant(
        "leg_units",
        _("Legs between different units, or without their accounts"),
        """SELECT l.id FROM ledger_leg l
        LEFT JOIN ledger_account d ON d.id = l.debit_id
        LEFT JOIN ledger_account c ON c.id = l.credit_id
        WHERE d.id IS NULL OR c.id IS NULL OR d.unit <> l.unit OR c.unit <> l.unit
        OR l.amount <= 0 OR l.debit_id = l.credit_id""",
    ),
    Invariant(
        "empty_journals",
        _("Journals without legs"),
        """SELECT j.id FROM ledger_journal j
        WHERE NOT EXISTS (SELECT 1 FROM ledger_leg l WHERE l.journal_id = j.id)
        AND NOT EXISTS (SELECT 1 FROM ledger_handover h WHERE h.journal_id = j.id)""",
    ),
    Invariant(
        "keys",
        _("Keys that were applied twice"),
        "SELECT idem_key FROM ledger_journal GROUP BY idem_key HAVING COUNT(*) > 1",
    ),
    Invariant(
        "reversals",
        _("Journals reversed twice, or reversals that were reversed"),
        """SELECT reverses_id FROM ledger_journal WHERE reverses_id IS NOT NULL
        GROUP BY reverses_id HAVING COUNT(*) > 1
        UNION SELECT r.id FROM ledger_journal r JOIN ledger_journal j ON j.id = r.reverses_id
        WHERE j.reverses_id IS NOT NULL""",
    ),
    Invariant(
        "mirrors",
        _("Reversals that are no mirror of their journal"),
        """SELECT j FROM (
            SELECT l.journal_id AS j, l.debit_id AS d, l.credit_id AS c, l.amount AS n
            FROM ledger_leg l JOIN ledger_journal r ON r.reverses_id = l.journal_id
            UNION ALL SELECT r.reverses_id, l.credit_id, l.debit_id, -l.amount
            FROM ledger_leg l JOIN ledger_journal r ON r.id = l.journal_id
            WHERE r.reverses_id IS NOT NULL
        ) s GROUP BY j, d, c HAVING SUM(n) <> 0""",
    ),
    Invariant(
        "refund_caps",
        _("Payments of which more was refunded than paid"),
        "SELECT ref FROM ledger_payment WHERE refunded > amount OR refunded < 0",
    ),
    Invariant(
        "refunds",
        _("Payments whose refunds do not add up"),
        """SELECT p.ref FROM ledger_payment p LEFT JOIN ledger_refund r ON r.payment_id = p.id
        GROUP BY p.id, p.ref, p.refunded HAVING p.refunded <> COALESCE(SUM(r.amount), 0)""",
    ),
    Invariant(
        "standings",
        _("Standings that differ from their accounts"),
        """SELECT owner_id FROM (
            SELECT owner, owner_id, kind, unit, credits - debits AS n
            FROM ledger_account WHERE owner = 'member'
            UNION ALL SELECT owner, owner_id, total, '', credits - debits
            FROM ledger_account WHERE owner = 'member' AND total <> ''
            UNION ALL SELECT owner, owner_id, kind, unit, -amount FROM ledger_standing
        ) s GROUP BY owner, owner_id, kind, unit HAVING SUM(n) <> 0""",
    ),
    Invariant(
        "lots",
        _("Lots whose issue differs from their terms"),
        """SELECT l.lot_id FROM ({lot_accounts}) l LEFT JOIN ({sides}) s
        ON s.id = l.account_id AND s.journal_id = l.journal_id
        GROUP BY l.lot_id, l.account_id, l.amount HAVING l.amount <> COALESCE(SUM(s.credit), 0)""",
    ),
    Invariant(
        "uses",
        _("Uses that differ from the legs of their journal"),
        """SELECT journal_id FROM (
            SELECT u.journal_id, l.paid_account_id AS id,
                CASE WHEN u.restores_id IS NULL THEN u.paid ELSE -u.paid END AS n
            FROM ledger_use u JOIN ledger_lot l ON l.id = u.lot_id
            UNION ALL SELECT u.journal_id, l.gift_account_id,
                CASE WHEN u.restores_id IS NULL THEN u.gift ELSE -u.gift END
            FROM ledger_use u JOIN ledger_lot l ON l.id = u.lot_id WHERE u.gift > 0
            UNION ALL SELECT u.journal_id, l.unearned_account_id,
                CASE WHEN u.restores_id IS NULL THEN u.income_fen ELSE -u.income_fen END
            FROM ledger_use u JOIN ledger_lot l ON l.id = u.lot_id WHERE u.income_fen > 0
            UNION ALL SELECT s.journal_id, s.id, s.credit - s.debit FROM ({sides}) s
            WHERE s.journal_id IN (SELECT journal_id FROM ledger_use)
            AND s.id IN (SELECT account_id FROM ({lot_accounts}) a)
        ) t GROUP BY journal_id, id HAVING SUM(n) <> 0""",
    ),
    Invariant(
        "running_totals",
        _("Uses that do not continue the totals of their lot"),
        """SELECT id FROM (
            SELECT u.id, u.number, u.used_after, u.earned_after, l.price_fen,
                CASE WHEN u.restores_id IS NULL THEN 1 ELSE -1 END AS sign,
                u.paid + CASE WHEN l.kind = 'money' THEN u.gift ELSE 0 END AS used, u.income_fen,
                LAG(u.used_after, 1, 0) OVER w AS used_before,
                LAG(u.earned_after, 1, 0) OVER w AS earned_before, ROW_NUMBER() OVER w AS place
            FROM ledger_use u JOIN ledger_lot l ON l.id = u.lot_id
            WINDOW w AS (PARTITION BY u.lot_id ORDER BY u.number)
        ) s WHERE number <> place OR used_after <> used_before + sign * used
        OR earned_after <> earned_before + sign * income_fen OR earned_after > price_fen""",
    ),
    Invariant(
        "given_back",
        _("Uses of which more was given back than taken"),
        """SELECT u.id FROM ledger_use u JOIN ledger_use r ON r.restores_id = u.id
        GROUP BY u.id, u.paid, u.gift, u.income_fen HAVING SUM(r.paid) > u.paid
        OR SUM(r.gift) > u.gift OR SUM(r.income_fen) > u.income_fen""",
    ),
    Invariant(
        "use_payments",
        _("Lines whose uses do not add up to what was paid"),
        """SELECT p.ref FROM ledger_payment p JOIN ledger_use u ON u.payment_id = p.id
        WHERE u.restores_id IS NULL GROUP BY p.id, p.ref, p.amount
        HAVING p.amount <> SUM(u.paid + u.gift)""",
    ),
    Invariant(
        "owners",
        _("Accounts that changed hands without a journal"),
        """SELECT a.id FROM ledger_account a JOIN ledger_link l ON l.account_id = a.id
        WHERE l.number = (SELECT MAX(number) FROM ledger_link WHERE account_id = a.id)
        AND l.owner_id <> a.owner_id""",
    ),
    Invariant(
        "handovers",
        _("Accounts that are not where their last handover put them"),
        """SELECT h.account_id FROM ledger_handover h
        LEFT JOIN ledger_link l ON l.account_id = h.account_id AND l.journal_id = h.journal_id
        WHERE l.owner_id IS NULL OR l.owner_id <> h.to_id
        UNION SELECT a.id FROM ledger_account a JOIN ledger_handover h ON h.account_id = a.id
        WHERE h.id = (SELECT MAX(id) FROM ledger_handover WHERE account_id = a.id)
        AND (h.to_id <> a.owner_id OR h.to_part <> a.part)""",
    ),
    Invariant(
        "heirs",
        _("Merged files that still have accounts"),
        """SELECT h.member_id FROM ledger_heir h JOIN ledger_account a
        ON a.owner = 'member' AND a.owner_id = h.member_id""",
    ),
)
TABLES: tuple[Any, ...] = tuple(getattr(models, name).__table__ for name in models.__all__)


def orphans(connection: sa.Connection) -> Iterator[str]:
    """Yield rows whose parent is missing, table by table: keys may have been switched off."""
    for table in TABLES:
        for key in table.foreign_key_constraints:
            parent = key.referred_table.alias("parent")
            pairs = [(one.parent, parent.c[one.column.name]) for one in key.elements]
            there = sa.exists().where(*(child == other for child, other in pairs))
            lost = sa.select(sa.func.count()).select_from(table)
            lost = lost.where(*(child.is_not(None) for child, _other in pairs), ~there)
            if connection.scalar(lost):
                yield f"{table.name}.{pairs[0][0].name}"
