"""The lines of an import in the database, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from console.db import db
from console.transfer.fields import Import
from console.transfer.intake import Intake
from console.transfer.models import ImportRow, ImportRun
from console.transfer.plan import Problem, StagedRow
from console.transfer.totals import Totals

ROW: Any = ImportRow.__table__
#: Rows that are sent to the database in one statement.
MANY = 500


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A staged row, and what was done with it since."""

    staged: StagedRow
    edits: Mapping[str, str]
    waived: frozenset[str]
    added_id: int | None

    @property
    def is_mended(self) -> bool:
        """Whether somebody changed or set aside something."""
        return bool(self.edits or self.waived)

    @property
    def is_waiting(self) -> bool:
        """Whether it will be taken in with the next step."""
        return self.staged.status == "importable" and self.added_id is None


def keep_rows(import_id: int, rows: Sequence[StagedRow]) -> None:
    """Store freshly staged rows, in the running unit."""
    fresh: dict[str, Any] = {"edits": {}, "waived": [], "added_id": None}
    values = [{"import_id": import_id, **_columns(row), **fresh} for row in rows]
    if values:
        db.session.execute(sa.insert(ROW), values)


def rewrite_row(import_id: int, kept: KeptRow) -> None:
    """Store a row again that was mended or decided on."""
    own = {"edits": dict(kept.edits), "waived": sorted(kept.waived)}
    values = {**_columns(kept.staged), **own}
    here = (ROW.c.import_id == import_id, ROW.c.number == kept.staged.number)
    db.session.execute(sa.update(ROW).where(*here).values(**values))


def read_rows(import_id: int, *conditions: sa.ColumnElement[bool]) -> Iterator[KeptRow]:
    """Yield rows of an import in the order of the sheet."""
    wanted = sa.select(ROW).where(ROW.c.import_id == import_id, *conditions).order_by(ROW.c.number)
    for row in db.session.execute(wanted).mappings():
        yield _kept(row)


def find_row(import_id: int, number: int) -> KeptRow | None:
    """Return one row of an import."""
    return next(read_rows(import_id, ROW.c.number == number), None)


def forget_rows(import_id: int) -> None:
    """Remove all rows of an import, in the running unit."""
    db.session.execute(sa.delete(ROW).where(ROW.c.import_id == import_id))


def mark_added(import_id: int, added: Mapping[int, int]) -> None:
    """Note which record was made of which row."""
    change = (
        sa.update(ROW)
        .where(ROW.c.import_id == import_id, ROW.c.number == sa.bindparam("row_number"))
        .values(added_id=sa.bindparam("record"))
    )
    pairs = [{"row_number": number, "record": record} for number, record in added.items()]
    if pairs:
        db.session.execute(change, pairs)


def mark_taken_back(import_id: int, staying: Sequence[int]) -> None:
    """Note that the records of an import are gone, but for those that stay."""
    gone = sa.update(ROW).where(ROW.c.import_id == import_id, ROW.c.added_id.is_not(None))
    if staying:
        gone = gone.where(ROW.c.added_id.not_in(staying))
    db.session.execute(gone.values(added_id=None))


def added_ids(import_id: int) -> list[int]:
    """Return the records that an import made and that were not taken back."""
    wanted = sa.select(ROW.c.added_id).where(ROW.c.import_id == import_id)
    return list(
        db.session.scalars(wanted.where(ROW.c.added_id.is_not(None)).order_by(ROW.c.number))
    )


def count_rows(import_id: int) -> dict[str, int]:
    """Count rows by status; those that were taken in stand under "added"."""
    status = sa.case((ROW.c.added_id.is_not(None), "added"), else_=ROW.c.status).label("status")
    rows = db.session.execute(
        sa.select(status, sa.func.count()).where(ROW.c.import_id == import_id).group_by(status)
    )
    return {each: int(count) for each, count in rows}


def recount(intake: Intake, run: ImportRun) -> Totals:
    """Add up all rows of an import again, and keep the sums with it."""
    totals = Totals(intake.subject)
    for kept in read_rows(run.id):
        totals.add(kept.staged)
    settle(intake, run, totals)
    return totals


def settle(intake: Intake, run: ImportRun, totals: Totals) -> None:
    """Keep totals with their import, and find the records that its names mean."""
    run.totals = totals.to_json()
    choices: dict[str, Any] = {}
    for naming in intake.namings:
        chosen = run.choices.get(naming.field, {})
        names = sorted(totals.listed.get(naming.field, {}))
        matched = naming.match(run, [name for name in names if name not in chosen])
        choices[naming.field] = {**chosen, **matched}
    run.choices = choices


def totals_of(subject: Import, run: ImportRun) -> Totals:
    """Return the sums that were kept with an import."""
    return Totals.from_json(subject, run.totals)


def _columns(row: StagedRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "status": row.status,
        "reason": row.reason_code or "",
        "values": row.values,
        "raw": row.raw,
        "problems": [asdict(problem) for problem in row.problems],
        "notes": [asdict(note) for note in row.notes],
        "duplicate_of": row.duplicate_of,
        "record_id": row.record,
    }


def _kept(row: Mapping[Any, Any]) -> KeptRow:
    staged = StagedRow(
        number=row["number"],
        status=row["status"],
        values=row["values"],
        raw=row["raw"],
        problems=[Problem(**problem) for problem in row["problems"]],
        notes=[Problem(**note) for note in row["notes"]],
        duplicate_of=row["duplicate_of"],
        record=row["record_id"],
    )
    return KeptRow(staged, row["edits"], frozenset(row["waived"]), row["added_id"])
