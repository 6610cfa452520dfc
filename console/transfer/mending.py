"""Mending rows that were rejected, and deciding on those that are there already."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _
from console.transfer.cells import Cell, Row
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.models import ImportRun
from console.transfer.plan import StagedRow, Stager, judge_rows, mark_taken, reason
from console.transfer.rows import ROW, KeptRow, find_row, read_rows, recount, rewrite_row
from console.transfer.runs import lock, today_of
from console.unit import unit


@unit
def mend_row(
    intake: Intake, import_id: int, number: int, texts: Mapping[str, str], waive: str = ""
) -> KeptRow:
    """Judge a row again with cells written anew (by field) and a reason set aside.

    It may stay rejected, for what is still wrong with it. Refused when the reason cannot be
    set aside; Conflict once the import has gone on.
    """
    run = lock(import_id, "ready", "applied")
    kept = _open_row(import_id, number)
    if waive:
        _check_waiver(intake, kept.staged, waive)
    waived = kept.waived | ({waive} if waive else set())
    mended = _judge(intake, run, kept, {**kept.edits, **texts}, waived)
    _close(intake, run)
    return mended


@unit
def waive_all(intake: Intake, import_id: int, code: str) -> int:
    """Set a reason aside for all rows that it rejects; return for how many."""
    run = lock(import_id, "ready", "applied")
    rows = list(read_rows(import_id, ROW.c.status == "rejected", ROW.c.reason == code))
    for kept in rows:
        _check_waiver(intake, kept.staged, code)
        _judge(intake, run, kept, kept.edits, kept.waived | {code})
    _close(intake, run)
    return len(rows)


@unit
def decide(intake: Intake, import_id: int, decision: str, number: int | None = None) -> int:
    """Decide on a row that is there already, or on all that wait for it; return on how many.

    "skip" leaves it out, "alone" takes it in without the value that is taken, "reopen" undoes
    whatever was decided or mended on it.
    """
    run = lock(import_id, "ready", "applied")
    if number is not None:
        rows = [_open_row(import_id, number)]
    else:
        rows = list(read_rows(import_id, ROW.c.status == "duplicate"))
    for kept in rows:
        _decide(intake, run, kept, decision)
    _close(intake, run)
    return len(rows)


def _decide(intake: Intake, run: ImportRun, kept: KeptRow, decision: str) -> None:
    if decision == "reopen":
        _judge(intake, run, kept, {}, frozenset())
        return
    if kept.staged.status != "duplicate":
        raise Refused(_("This row waits for no decision."))
    if decision == "skip":
        kept.staged.status = "skipped"
        rewrite_row(run.id, kept)
    elif decision == "alone":
        unique = [one for one in intake.subject.fields if one.unique]
        codes = {reason(intake.subject, one.name, "missing").code for one in unique}
        texts = {one.name: "" for one in unique}
        _judge(intake, run, kept, {**kept.edits, **texts}, kept.waived | codes)
    else:
        raise NotFound(_("There is no such decision."))


def _open_row(import_id: int, number: int) -> KeptRow:
    kept = find_row(import_id, number)
    if kept is None or kept.staged.status == "total_line":
        raise NotFound(_("There is no such row."))
    if kept.added_id is not None:
        raise Refused(_("This row was taken in already; change the record itself."))
    return kept


def _check_waiver(intake: Intake, staged: StagedRow, code: str) -> None:
    for problem in staged.problems:
        known = reason(intake.subject, problem.field, problem.what)
        if known.code == code and known.waiver:
            return
    raise Refused(_("This cannot be set aside; correct the value."))


def _judge(
    intake: Intake,
    run: ImportRun,
    kept: KeptRow,
    edits: Mapping[str, str],
    waived: frozenset[str] | set[str],
) -> KeptRow:
    mapping = ColumnMapping.from_json(run.mapping)
    cells: list[Cell] = list(kept.staged.raw)
    cells += [None] * (len(mapping.headings) - len(cells))
    edits = {name: text for name, text in edits.items() if name in mapping.columns}
    for name, text in edits.items():
        cells[mapping.columns[name]] = text
    stager = Stager(intake.subject, mapping, today_of(run.store_id))
    staged = stager.stage(Row(kept.staged.number, tuple(cells)), frozenset(waived))
    staged.raw = kept.staged.raw
    _mark_repeated(intake, run, staged)
    mark_taken([staged], intake.subject, intake.find_taken)
    if intake.judge:
        judge_rows([staged], intake.subject, intake.judge, {staged.number: frozenset(waived)})
    mended = KeptRow(staged, edits, frozenset(waived), None)
    rewrite_row(run.id, mended)
    return mended


def _mark_repeated(intake: Intake, run: ImportRun, staged: StagedRow) -> None:
    """Mark a row whose unique value another row brings in."""
    for one in intake.subject.fields:
        value = staged.values.get(one.name)
        if not one.unique or not isinstance(value, str) or staged.status != "importable":
            continue
        other = db.session.scalar(
            sa.select(ROW.c.number)
            .where(ROW.c.import_id == run.id, ROW.c.number != staged.number)
            .where(ROW.c.status == "importable", ROW.c["values"][one.name].as_string() == value)
            .order_by(ROW.c.number)
            .limit(1)
        )
        if other is not None:
            staged.status, staged.duplicate_of = "duplicate", other


def _close(intake: Intake, run: ImportRun) -> None:
    recount(intake, run)
    run.version += 1
