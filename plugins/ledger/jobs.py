"""What the ledger does every night: seal the day, then verify the whole book."""

from __future__ import annotations

import logging

from console import api
from console.api import _, seal_key
from plugins.ledger.permissions import SEE_BOOKS
from plugins.ledger.services.seals import seal
from plugins.ledger.services.verifying import TITLES, verify

log = logging.getLogger(__name__)


def seal_day() -> None:
    """Seal all that was posted since the last night."""
    seal(seal_key())


def verify_books() -> None:
    """Verify the whole book, and tell whoever may see it when anything is wrong."""
    report = verify(seal_key())
    for key, found in report.findings.items():
        log.error("the ledger is not well: %s: %s", key, ", ".join(found[:20]))
        api.notify(
            _("The books do not agree: the ledger needs looking at"),
            TITLES[key],
            permission=SEE_BOOKS,
            todo=True,
            key=f"ledger:verify:{key}",
        )


SCHEDULES = (
    api.Schedule("seal_day", seal_day, daily_at="03:10"),
    api.Schedule("verify_books", verify_books, daily_at="03:40"),
)
