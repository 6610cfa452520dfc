"""Proving one member's part of the book: her chains of hashes, and her totals by the legs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.chart import MEMBER
from plugins.ledger.models import Account, Journal, Leg, Link
from plugins.ledger.services.bulk import chunks
from plugins.ledger.services.following import Chains
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.reading import PARTS, WholeJournal, legs_with_names, name_of_side
from plugins.ledger.services.seals import digest_of

ACCOUNT: Any = Account.__table__
JOURNAL: Any = Journal.__table__
LEG: Any = Leg.__table__
LINK: Any = Link.__table__


@dataclass
class Proof:
    """What was checked of one member's book: the journals, and the numbers of what is broken.

    *digest* stands for all of it: it changes as soon as anything in it does; *digests* are those
    of the journals, by number.
    """

    journals: int = 0
    accounts: int = 0
    broken: list[str] = field(default_factory=list)
    digest: str = ""
    digests: dict[int, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing was changed."""
        return not self.broken


def prove_member(member_id: int) -> Proof:
    """Compute every hash of a member's accounts anew, and their totals from the legs."""
    connection = api.db.session.connection()
    owned = sa.select(ACCOUNT).where(
        ACCOUNT.c.owner == MEMBER, ACCOUNT.c.owner_id == heir_of(member_id)
    )
    accounts = {row["id"]: row for row in connection.execute(owned).mappings()}
    proof = Proof(accounts=len(accounts))
    chains = Chains(connection, proof.broken.append, frozenset(accounts))
    whole = hashlib.sha256()
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for journal in _journals_of(connection, sorted(accounts)):
        proof.journals += 1
        for leg, _debit, _credit in journal.legs:
            sums[leg["debit_id"]][0] += leg["amount"]
            sums[leg["credit_id"]][1] += leg["amount"]
        digest = digest_of(journal)
        whole.update(digest)
        proof.digests[journal.head["id"]] = digest.hex()
        chains.add(journal, digest)
    chains.close()
    proof.digest = whole.hexdigest()
    for number, row in accounts.items():
        if [row["debits"], row["credits"]] != sums[number]:
            proof.broken.append(str(number))
    return proof


def _journals_of(connection: sa.Connection, accounts: Sequence[int]) -> Iterator[WholeJournal]:
    """Yield all journals that moved or handed over these accounts, by number."""
    ids: set[int] = set()
    for some in chunks(accounts):
        for wanted in (
            sa.select(LEG.c.journal_id).where(LEG.c.debit_id.in_(some)),
            sa.select(LEG.c.journal_id).where(LEG.c.credit_id.in_(some)),
            sa.select(LINK.c.journal_id).where(LINK.c.account_id.in_(some)),
        ):
            ids.update(connection.scalars(wanted))
    yield from _read(connection, ids)


def fingerprint_of(journal_id: int) -> str:
    """Return the hash of a journal as it stands now: another one means that it was changed."""
    found = list(_read(api.db.session.connection(), {journal_id}))
    return digest_of(found[0]).hex() if found else ""


def _read(connection: sa.Connection, ids: set[int]) -> Iterator[WholeJournal]:
    """Yield journals with all that belongs to them, by number."""
    for some in chunks(sorted(ids)):
        heads = sa.select(JOURNAL).where(JOURNAL.c.id.in_(some)).order_by(JOURNAL.c.id)
        found = {row["id"]: WholeJournal(row) for row in connection.execute(heads).mappings()}
        legs = legs_with_names().where(LEG.c.journal_id.in_(some)).order_by(LEG.c.id)
        for row in connection.execute(legs).mappings():
            if row["journal_id"] in found:
                found[row["journal_id"]].legs.append(
                    (row, name_of_side(row, "debit"), name_of_side(row, "credit"))
                )
        for key, table in PARTS.items():
            rows = sa.select(table).where(table.c.journal_id.in_(some))
            for row in connection.execute(rows).mappings():
                if row["journal_id"] in found:
                    getattr(found[row["journal_id"]], key).append(row)
        yield from found.values()
