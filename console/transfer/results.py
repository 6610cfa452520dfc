"""What became of each row, as a spreadsheet to download."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from console.i18n import gettext
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.models import STATUSES, ImportRun
from console.transfer.plan import in_chunks
from console.transfer.rows import KeptRow
from console.transfer.showing import heading_of, mask_cell, words_of

CHUNK = 500
_STATUSES = dict(STATUSES)


def heading_row(run: ImportRun) -> list[str]:
    """Return the headings: what became of a row, then the sheet's own columns."""
    mapping = ColumnMapping.from_json(run.mapping)
    own = [heading_of(mapping, column) for column in range(len(mapping.headings))]
    return [gettext("Row"), gettext("Result"), gettext("Reason"), gettext("Record"), *own]


def result_rows(
    intake: Intake, run: ImportRun, rows: Iterable[KeptRow]
) -> Iterator[list[list[Any]]]:
    """Yield chunks of rows as they are written to the file; phone numbers may be masked."""
    mapping = ColumnMapping.from_json(run.mapping)
    fields = {column: intake.subject.field(name) for name, column in mapping.columns.items()}
    kinds = {column: field.kind for column, field in fields.items()}
    for some in in_chunks(rows, CHUNK):
        known = [number for kept in some if (number := record_of(kept))]
        labels = intake.labels(known)
        yield [_cells(intake, kept, labels, kinds) for kept in some]


def record_of(kept: KeptRow) -> int | None:
    """Return the record that was made of a row, or that has its unique value already."""
    older = kept.staged.record
    return kept.added_id or (int(older) if older is not None else None)


def result_of(kept: KeptRow) -> str:
    """Say what became of a row."""
    if kept.added_id is not None:
        return gettext("Taken in")
    return str(_STATUSES[kept.staged.status])


def reason_of(intake: Intake, kept: KeptRow) -> str:
    """Say why a row was not taken in as it stood."""
    staged = kept.staged
    if staged.duplicate_of is not None:
        return gettext("Same as row %(number)s", number=staged.duplicate_of)
    said = [words_of(intake.subject, problem) for problem in (*staged.problems, *staged.notes)]
    return gettext(", ").join(said)


def _cells(
    intake: Intake, kept: KeptRow, labels: Mapping[int, str], kinds: Mapping[int, str]
) -> list[Any]:
    raw = [
        mask_cell(text, kinds.get(column, "text")) for column, text in enumerate(kept.staged.raw)
    ]
    record = record_of(kept)
    label = labels.get(record, "") if record is not None else ""
    return [kept.staged.number, result_of(kept), reason_of(intake, kept), label, *raw]
