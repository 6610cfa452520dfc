"""Verifying: every invariant, every hash, every seal, every guard; what breaks them is named."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.chart import KINDS
from plugins.ledger.models import Account, Seal
from plugins.ledger.services.following import Chains
from plugins.ledger.services.guards import missing_guards
from plugins.ledger.services.invariants import INVARIANTS, orphans
from plugins.ledger.services.reading import whole_journals
from plugins.ledger.services.seals import Span, digest_of, sign

SEAL: Any = Seal.__table__
ACCOUNT: Any = Account.__table__
#: How many of the things that break an invariant are named.
NAMED = 20
TITLES: dict[str, Any] = {
    **{invariant.key: invariant.title for invariant in INVARIANTS},
    "chart": _("Accounts that the chart does not have so"),
    "orphans": _("Rows whose journal, account, lot or payment is missing"),
    "guards": _("Triggers and constraints that are missing"),
    "chains": _("Accounts whose chain of hashes is broken, with the journal"),
    "seals": _("Seals that do not fit what they sealed"),
}


@dataclass
class Report:
    """What was checked and what was found: by invariant, the numbers of what breaks it."""

    findings: dict[str, list[str]] = field(default_factory=dict)
    journals: int = 0
    sealed_through: int | None = None
    signed: bool = False
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.findings

    def add(self, key: str, what: object) -> None:
        """Note what breaks an invariant."""
        self.findings.setdefault(key, []).append(str(what))


def verify(key: bytes | None = None, connection: sa.Connection | None = None) -> Report:
    """Check the whole book in one snapshot; with the seals' *key*, their signatures as well.

    Without a *connection* (to a restored copy, say) it opens one of its own.
    """
    report, start = Report(signed=key is not None), time.monotonic()
    with _snapshot() if connection is None else nullcontext(connection) as connection:
        for invariant in INVARIANTS:
            for row in connection.execute(invariant.statement()):
                report.add(invariant.key, row[0])
        for account in _strange_accounts(connection):
            report.add("chart", account)
        for lost in orphans(connection):
            report.add("orphans", lost)
        for guard in missing_guards(connection):
            report.add("guards", guard)
        _check_hashes(connection, key, report)
    report.seconds = time.monotonic() - start
    return report


@contextmanager
def _snapshot() -> Iterator[sa.Connection]:
    """Read on a connection of its own, as of one moment, however long it takes."""
    engine = api.db.engine
    if engine.dialect.name != "postgresql":
        with engine.connect() as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        yield connection


def _strange_accounts(connection: sa.Connection) -> Iterator[int]:
    """Yield one account of each kind whose unit, limit or total is not the chart's."""
    terms = (ACCOUNT.c.kind, ACCOUNT.c.unit, ACCOUNT.c.bound, ACCOUNT.c.total)
    one = sa.func.min(ACCOUNT.c.id)
    for number, kind, unit, bound, total in connection.execute(
        sa.select(one, *terms).group_by(*terms)
    ):
        known = KINDS.get(kind)
        if known is None or not known.accepts(unit) or (bound, total) != (known.bound, known.total):
            yield number


def _check_hashes(connection: sa.Connection, key: bytes | None, report: Report) -> None:
    chains = Chains(connection, lambda broken: report.add("chains", broken))
    seals = _Seals(connection, key, report)
    for journal in whole_journals(connection):
        report.journals += 1
        digest = digest_of(journal)
        seals.close_before(journal.head["id"])
        seals.span.add(digest, journal)
        chains.add(journal, digest)
    chains.close()
    seals.close_before(None)


class _Seals:
    """The seals, each compared as soon as all that it covers has passed."""

    def __init__(self, connection: sa.Connection, key: bytes | None, report: Report) -> None:
        rows = connection.execute(sa.select(SEAL).order_by(SEAL.c.id)).mappings()
        self._seals: list[Mapping[Any, Any]] = list(rows)
        self._key, self._report = key, report
        self._before, self._after = "", 0
        self.span = Span()

    def close_before(self, journal_id: int | None) -> None:
        """Compare the seals that end before a journal; None ends the book."""
        while self._seals and (journal_id is None or self._seals[0]["through_id"] < journal_id):
            seal = self._seals.pop(0)
            fits = seal["after_id"] == self._after
            fits = fits and all(seal[name] == fact for name, fact in self.span.facts().items())
            if self._key is not None:
                wanted = sign(self._key, self._before, seal)
                fits = fits and hmac.compare_digest(wanted, seal["digest"])
            if not fits:
                self._report.add("seals", seal["id"])
            self._report.sealed_through = seal["through_id"]
            self._before, self._after = seal["digest"], seal["through_id"]
            self.span = Span()
