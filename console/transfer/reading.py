"""Reading a sheet into staged rows, piece by piece, so that nothing is held for long."""

from __future__ import annotations

from typing import Protocol

from console.db import db
from console.failpoints import fail_point
from console.i18n import gettext
from console.transfer.badfile import BadFile
from console.transfer.dry_run import stage_chunks
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping
from console.transfer.models import ImportRun
from console.transfer.plan import StagedRow, Stager
from console.transfer.rows import forget_rows, keep_rows, settle
from console.transfer.runs import belongs, leave_reading, lock, open_file, today_of
from console.transfer.totals import Totals
from console.unit import unit

STEPS = 1000


class Watch(Protocol):
    """Who looks on while a sheet is read: a `JobRun`, or nobody."""

    @property
    def cancelled(self) -> bool: ...

    def progress(self, done: int, total: int, text: str = "") -> None: ...


class Nobody:
    """A watch for commands, which are stopped by Ctrl+C."""

    cancelled = False

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Show nothing."""


def read_sheet(intake: Intake, import_id: int, job_id: int | None, watch: Watch) -> None:
    """Read and judge all rows of an import, from the beginning; it is ready afterwards.

    Repeatable: whatever an earlier try left is forgotten first. A file that turns out to be
    bad leaves the import at its columns, with the reason.
    """
    try:
        _read(intake, import_id, job_id, watch)
    except BadFile as bad:
        _give_up(import_id, job_id, bad)
        if job_id is None:
            raise


def _read(intake: Intake, import_id: int, job_id: int | None, watch: Watch) -> None:
    run = db.session.get_one(ImportRun, import_id)
    book, today = open_file(run), today_of(run.store_id)
    stager = Stager(intake.subject, Mapping.from_json(run.mapping), today)
    totals = Totals(intake.subject)
    if not _forget_earlier(import_id, job_id):
        return
    for chunk in stage_chunks(book, stager, intake.find_taken, intake.judge):
        for row in chunk:
            totals.add(row)
        if watch.cancelled or not _keep(import_id, job_id, chunk):
            return
        fail_point("import_chunk_kept")
        said = gettext("%(count)s rows read", count=f"{totals.rows:,}")
        watch.progress(int(book.share_read * (STEPS - 1)), STEPS, said)
    _finish(intake, import_id, job_id, totals)
    watch.progress(STEPS, STEPS)


@unit
def _forget_earlier(import_id: int, job_id: int | None) -> bool:
    run = lock(import_id)
    if not belongs(run, "reading", job_id):
        return False
    forget_rows(import_id)
    return True


@unit
def _keep(import_id: int, job_id: int | None, chunk: list[StagedRow]) -> bool:
    run = lock(import_id)
    if not belongs(run, "reading", job_id):
        return False
    keep_rows(import_id, chunk)
    return True


@unit
def _finish(intake: Intake, import_id: int, job_id: int | None, totals: Totals) -> None:
    run = lock(import_id)
    if not belongs(run, "reading", job_id):
        return
    settle(intake, run, totals)
    run.state = "ready"
    run.version += 1


@unit
def _give_up(import_id: int, job_id: int | None, bad: BadFile) -> None:
    run = lock(import_id)
    if belongs(run, "reading", job_id):
        leave_reading(run, bad.message)
