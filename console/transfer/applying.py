"""Taking staged rows in, and taking them back: each in one short unit, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from console import audit, clock, words
from console.errors import Refused
from console.failpoints import fail_point
from console.i18n import _
from console.security.actors import actor
from console.transfer.intake import Intake
from console.transfer.models import ImportRun
from console.transfer.plan import StagedRow, judge_rows, mark_taken
from console.transfer.rows import (
    ROW,
    KeptRow,
    added_ids,
    mark_added,
    mark_taken_back,
    read_rows,
    recount,
    rewrite_row,
    totals_of,
)
from console.transfer.runs import belongs, lock
from console.unit import unit


def apply_rows(intake: Intake, import_id: int, job_id: int | None) -> None:
    """Take in the rows that wait; a repeated call finds it done.

    A refusal leaves everything as it was and is kept with the import.
    """
    _or_say_why(import_id, job_id, "applying", lambda: _apply(intake, import_id, job_id))


def take_back(intake: Intake, import_id: int, job_id: int | None) -> None:
    """Take back all that an import brought; a repeated call finds it done."""
    _or_say_why(import_id, job_id, "undoing", lambda: _take_back(intake, import_id, job_id))


def _or_say_why(import_id: int, job_id: int | None, state: str, act: Callable[[], None]) -> None:
    try:
        act()
    except Refused as refused:
        _put_back(import_id, job_id, state, refused)
        if job_id is None:
            raise


@unit
def _put_back(import_id: int, job_id: int | None, state: str, refused: Refused) -> None:
    run = lock(import_id)
    if belongs(run, state, job_id):
        run.state = "applied" if run.applied_at else "ready"
        run.problem = words.freeze(refused.message)
        run.version += 1


@unit
def _apply(intake: Intake, import_id: int, job_id: int | None) -> None:
    run = lock(import_id)
    if not belongs(run, "applying", job_id):
        return
    rows = _still_free(intake, run)
    added = intake.add(run, rows) if rows else {}
    fail_point("import_before_mark")
    mark_added(import_id, added)
    run.state, run.applied_at, run.applied_by = "applied", clock.now(), actor().name
    run.version += 1
    audit.record(
        "import.applied",
        run,
        after={**totals_of(intake.subject, run).summary(), "rows": len(added)},
        title=_("A spreadsheet was taken in"),
    )


def _still_free(intake: Intake, run: ImportRun) -> list[StagedRow]:
    """Return the rows that wait and still hold; whatever changed since is listed anew."""
    waiting: Mapping[int, KeptRow] = {
        kept.staged.number: kept
        for kept in read_rows(run.id, ROW.c.status == "importable", ROW.c.added_id.is_(None))
    }
    rows = [kept.staged for kept in waiting.values()]
    mark_taken(rows, intake.subject, intake.find_taken)
    if intake.judge:
        waived = {number: kept.waived for number, kept in waiting.items()}
        judge_rows(rows, intake.subject, intake.judge, waived)
    for row in rows:
        if row.status != "importable":
            rewrite_row(run.id, waiting[row.number])
    free = [row for row in rows if row.status == "importable"]
    if len(free) < len(rows):
        recount(intake, run)
    return free


@unit
def _take_back(intake: Intake, import_id: int, job_id: int | None) -> None:
    run = lock(import_id)
    if not belongs(run, "undoing", job_id):
        return
    ids = added_ids(import_id)
    staying = intake.take_back(run, ids)
    fail_point("import_before_unmark")
    mark_taken_back(import_id, sorted(staying))
    run.state, run.undone_at, run.undone_by = "undone", clock.now(), actor().name
    run.version += 1
    audit.record(
        "import.undone",
        run,
        after={"removed": len(ids) - len(staying), "staying": len(staying)},
        title=_("An import was rolled back"),
    )
