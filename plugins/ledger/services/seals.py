"""Seals: every night all that is new is hashed and signed with a key outside the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.ledger.models import Journal, Link, Seal
from plugins.ledger.services.chain import journal_digest, side_of
from plugins.ledger.services.entries import canonical
from plugins.ledger.services.reading import WholeJournal, whole_journals

JOURNAL: Any = Journal.__table__
LINK: Any = Link.__table__
SEAL: Any = Seal.__table__
SIGNED = (
    "sealed_at",
    "after_id",
    "through_id",
    "journals",
    "journals_digest",
    "heads",
    "heads_digest",
)


@dataclass(frozen=True)
class SealMark:
    """A seal as it is written down elsewhere: its number, when it was made, and its hash."""

    number: int
    sealed_at: dt.datetime
    digest: str


def short_seal(digest: str) -> str:
    """Return the first twelve letters in groups of four, as a person compares them."""
    return " ".join(digest[at : at + 4] for at in range(0, 12, 4))


def last_seal() -> SealMark | None:
    """Return the latest seal; None before the first night."""
    return _mark(SEAL.c.id == sa.select(sa.func.max(SEAL.c.id)).scalar_subquery())


def find_seal(number: int) -> SealMark | None:
    """Return a seal as the books have it now."""
    return _mark(SEAL.c.id == number)


def _mark(wanted: sa.ColumnElement[bool]) -> SealMark | None:
    found = sa.select(SEAL.c.id, SEAL.c.sealed_at, SEAL.c.digest).where(wanted)
    row = api.db.session.execute(found).one_or_none()
    return SealMark(row.id, row.sealed_at, row.digest) if row else None


class Span:
    """The digests of the journals between two seals, grown journal by journal."""

    def __init__(self) -> None:
        self.journals = self.heads = 0
        self._journals, self._heads = hashlib.sha256(), hashlib.sha256()

    def add(self, digest: bytes, journal: WholeJournal) -> None:
        """Add a journal and the heads that it moved on."""
        self.journals += 1
        self._journals.update(digest)
        for link in journal.links:
            self.heads += 1
            head = [link["account_id"], link["number"], link["owner_id"], bytes(link["head"]).hex()]
            self._heads.update(canonical(head))

    def facts(self) -> dict[str, Any]:
        """Return what a seal says of it."""
        return {
            "journals": self.journals,
            "journals_digest": self._journals.hexdigest(),
            "heads": self.heads,
            "heads_digest": self._heads.hexdigest(),
        }


def digest_of(journal: WholeJournal) -> bytes:
    """Return the hash of a journal as it stands in the tables."""
    legs = [
        (
            side_of(debit, leg["debit_id"]),
            side_of(credit, leg["credit_id"]),
            leg["unit"],
            leg["amount"],
        )
        for leg, debit, credit in journal.legs
    ]
    return journal_digest(
        journal.head,
        legs,
        payments=journal.payments,
        refunds=journal.refunds,
        lots=journal.lots,
        uses=journal.uses,
        handovers=journal.handovers,
    )


def sign(key: bytes, before: str, seal: Mapping[str, Any]) -> str:
    """Return the signature of a seal that follows the one signed *before*."""
    told = canonical([before, *(seal[field] for field in SIGNED)])
    return hmac.new(key, told, hashlib.sha256).hexdigest()


def seal(key: bytes) -> int | None:
    """Seal all that was posted since the last seal; return the last number, None if there is none.

    Opens units of its own: the first one only waits until every journal up to a number is
    written or given up, so that nobody has to wait while hashes are reckoned.
    """
    through = _last_settled()
    return _seal(key, through) if through else None


@api.unit
def _last_settled() -> int:
    api.wait_for_writers("ledger_journal")
    return api.db.session.scalar(sa.select(sa.func.max(JOURNAL.c.id))) or 0


@api.unit
def _seal(key: bytes, through: int) -> int | None:
    last = api.db.session.execute(sa.select(SEAL).order_by(SEAL.c.id.desc()).limit(1)).one_or_none()
    after, before = (last.through_id, last.digest) if last else (0, "")
    if through <= after:
        return None
    span = Span()
    for journal in whole_journals(api.db.session.connection(), after, through):
        span.add(digest_of(journal), journal)
    row = {"sealed_at": api.now(), "after_id": after, "through_id": through, **span.facts()}
    api.db.session.execute(sa.insert(SEAL), [{**row, "digest": sign(key, before, row)}])
    return through
