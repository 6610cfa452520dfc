"""Reading a whole file without touching a record: what the command line's dry run does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from console.i18n import _
from console.transfer.badfile import BadFile
from console.transfer.fields import Import
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.mapping import Proposal, guess_mapping, require_columns
from console.transfer.plan import Judge, StagedRow, Stager, in_chunks, judge_rows, mark_taken
from console.transfer.totals import Totals
from console.transfer.workbook import Workbook

CHUNK = 300
FindTaken = Callable[[str, Sequence[str]], Mapping[str, int | str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, row by row and in sum."""

    mapping: ColumnMapping
    rows: list[StagedRow]
    totals: Totals


def propose(book: Workbook, subject: Import, *, today: date) -> Proposal:
    """Guess the mapping of the sheet, among those that can be seen, that fits best."""
    proposals = []
    for sheet in book.visible_sheets():
        if rows := book.first_rows(sheet.index):
            try:
                proposals.append(guess_mapping(rows, subject, today=today))
            except BadFile as bad:
                if bad.reason_code != "empty":
                    raise
    if not proposals:
        raise BadFile("empty", _("The sheet holds no rows of data."))
    return max(proposals, key=lambda proposal: _fit(proposal, subject))


def stage_chunks(
    book: Workbook,
    stager: Stager,
    find_taken: FindTaken | None = None,
    judge: Judge | None = None,
    *,
    size: int = CHUNK,
) -> Iterator[list[StagedRow]]:
    """Yield the staged rows of a sheet in lists; `book.share_read` tells how far it is."""
    rows = stager.stage_rows(book.rows(stager.mapping.sheet))
    for chunk in in_chunks(rows, size):
        if find_taken:
            mark_taken(chunk, stager.subject, find_taken)
        if judge:
            judge_rows(chunk, stager.subject, judge, {})
        yield chunk


def plan_import(
    book: Workbook,
    subject: Import,
    *,
    today: date,
    mapping: ColumnMapping | None = None,
    find_taken: FindTaken | None = None,
    judge: Judge | None = None,
) -> Plan:
    """Judge every row of a file; raise BadFile when the file cannot be taken in at all."""
    mapping = mapping or propose(book, subject, today=today).mapping
    require_columns(mapping, subject)
    totals, rows = Totals(subject), []
    for chunk in stage_chunks(book, Stager(subject, mapping, today), find_taken, judge):
        for row in chunk:
            totals.add(row)
            rows.append(row)
    return Plan(mapping, rows, totals)


def _fit(proposal: Proposal, subject: Import) -> tuple[int, int, int]:
    mapping = proposal.mapping
    return -len(mapping.missing(subject)), len(mapping.columns), -mapping.sheet
