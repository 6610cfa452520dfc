"""Imports as they go from step to step: uploaded, read, taken in, rolled back.

Each step is begun by a person, in a unit that names the state it expects, and done by a job
that may die at any point and be run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import audit, clock, words
from console.db import db
from console.errors import Conflict, NotFound, Refused
from console.files import StoredFile, keep_file, path_of
from console.i18n import _
from console.jobs import Job, StoredJob, cancel_job, start_job
from console.security.actors import actor
from console.stores import Store
from console.transfer.delimited import read_text
from console.transfer.dry_run import propose
from console.transfer.field_rights import refuse_barred
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.mapping import Proposal, guess_mapping, require_columns
from console.transfer.models import ImportRun
from console.transfer.rows import forget_rows
from console.transfer.workbook import Workbook, open_workbook
from console.unit import unit


def upload(intake: Intake, path: Path, name: str, store_id: int) -> int:
    """Take a file in and guess its columns; return the import's number.

    Raises BadFile when it cannot be read. Rows that name no store will belong to *store_id*.
    """
    book = open_workbook(path)
    proposal = propose(book, intake.subject, today=today_of(store_id))
    file = keep_file(_bytes_of(book), name, kind="sheet")
    return _store_upload(intake, book, proposal, file, store_id)


def _bytes_of(book: Workbook) -> bytes:
    # Text is kept in one encoding, so that nothing need be guessed a second time.
    if book.kind == "text":
        return read_text(book.path).encode()
    return book.path.read_bytes()


@unit
def _store_upload(
    intake: Intake, book: Workbook, proposal: Proposal, file: StoredFile, store_id: int
) -> int:
    if not intake.needs.held(store_id):
        raise NotFound(_("There is no such store."))
    run = ImportRun(
        subject=intake.subject.name,
        file_id=file.id,
        file_name=file.name,
        store_id=store_id,
        whole_chain=intake.needs.held_everywhere(),
        sheets=[[sheet.index, sheet.title] for sheet in book.visible_sheets()],
        created_at=clock.now(),
        created_by=actor().name,
        **_proposed(proposal),
    )
    db.session.add(run)
    db.session.flush()
    return int(run.id)


def _proposed(proposal: Proposal) -> dict[str, Any]:
    guesses = [
        [guess.column, guess.field, guess.confidence, guess.why, list(guess.samples)]
        for guess in proposal.guesses
    ]
    return {"mapping": proposal.mapping.to_json(), "guesses": guesses}


def today_of(store_id: int) -> Any:
    """Return the day that it is in a store."""
    store = db.session.get(Store, store_id)
    if store is None:
        raise NotFound(_("There is no such store."))
    return clock.today(store.time_zone)


def open_file(run: ImportRun) -> Workbook:
    """Open the spreadsheet of an import again."""
    return open_workbook(path_of(db.session.get_one(StoredFile, run.file_id).sha256))


def choose_sheet(intake: Intake, run: ImportRun, sheet: int) -> None:
    """Guess the columns of another sheet of the file."""
    if sheet not in [index for index, _title in run.sheets]:
        raise NotFound(_("There is no such sheet."))
    rows = open_file(run).first_rows(sheet)
    if not rows:
        raise Refused(_("The sheet holds no rows of data."))
    proposal = guess_mapping(rows, intake.subject, today=today_of(run.store_id))
    _keep_proposal(run.id, proposal)


@unit
def _keep_proposal(import_id: int, proposal: Proposal) -> None:
    run = lock(import_id, "mapping")
    for key, value in _proposed(proposal).items():
        setattr(run, key, value)
    run.version += 1


@unit
def start_reading(
    intake: Intake, import_id: int, columns: Mapping[str, int], job: Job | None
) -> None:
    """Settle what the columns mean, and have the rows read; without *job*, the caller reads.

    Raises BadFile when a column is missing that nothing goes without, and NotAllowed when one
    stands for a field that who acts may not set.
    """
    run = lock(import_id, "mapping")
    mapping = ColumnMapping.from_json(run.mapping).corrected(columns, intake.subject)
    require_columns(mapping, intake.subject)
    refuse_barred(intake, mapping.columns)
    run.mapping = mapping.to_json()
    begin(intake, run, "reading", job)


@unit
def start_again(import_id: int) -> None:
    """Go back to the columns; what was read is read anew, and mended rows are lost."""
    run = lock(import_id, "ready", "mapping")
    forget_rows(import_id)
    run.state, run.totals, run.problem = "mapping", {}, None
    run.version += 1


@unit
def stop_reading(import_id: int) -> None:
    """Stop reading; nothing of the sheet is kept but its columns."""
    run = lock(import_id, "reading")
    if run.job_id is not None and db.session.get(StoredJob, run.job_id) is not None:
        cancel_job(run.job_id)
    leave_reading(run, None)


def leave_reading(run: ImportRun, problem: object) -> None:
    """Put an import back before its columns, in the running unit, and say why."""
    forget_rows(run.id)
    run.state, run.totals, run.job_id = "mapping", {}, None
    run.problem = None if problem is None else words.freeze(problem)
    run.version += 1


@unit
def discard(import_id: int) -> None:
    """Put an import aside before anything of it was taken in; its rows are forgotten."""
    run = lock(import_id, "mapping", "ready")
    forget_rows(import_id)
    run.state, run.totals, run.problem = "discarded", {}, None
    run.version += 1
    audit.record("import.discarded", run, title=_("An import was discarded"))


@unit
def start_applying(
    intake: Intake,
    import_id: int,
    version: int,
    job: Job | None,
    names: Mapping[str, str] | None = None,
) -> None:
    """Have the waiting rows taken in; Conflict when somebody changed them meanwhile.

    What *names* stand for, as for `choose_names`, is kept before.
    """
    run = lock(import_id, "ready", "applied")
    if run.version != version:
        raise Conflict(_("Somebody changed this import in the meantime. Look at it again."))
    refuse_barred(intake, ColumnMapping.from_json(run.mapping).columns)
    _set_names(intake, run, names or {})
    begin(intake, run, "applying", job)


@unit
def resume(intake: Intake, import_id: int, jobs: Mapping[str, Job]) -> None:
    """Begin the work of a step again whose job is dead; Conflict while it is alive."""
    run = lock(import_id, *jobs)
    job = db.session.get(StoredJob, run.job_id) if run.job_id is not None else None
    if job is not None and job.state in ("waiting", "running"):
        raise Conflict(_("This is being done at this moment."))
    begin(intake, run, run.state, jobs[run.state])


@unit
def choose_names(intake: Intake, import_id: int, form: Mapping[str, str]) -> None:
    """Keep which records names stand for; *form* holds them as `<field>/<name>`."""
    run = lock(import_id, "ready", "applied")
    _set_names(intake, run, form)
    run.version += 1


def _set_names(intake: Intake, run: ImportRun, form: Mapping[str, str]) -> None:
    choices = {field: dict(names) for field, names in run.choices.items()}
    for naming in intake.namings:
        known = {"", *(value for value, _label in naming.choices(run))}
        for name in choices.get(naming.field, {}):
            value = form.get(f"{naming.field}/{name}")
            if value is not None and value not in known:
                raise NotFound(_("What you chose is no longer there."))
            if value is not None:
                choices[naming.field][name] = value
    run.choices = choices


@unit
def start_undoing(intake: Intake, import_id: int, job: Job | None) -> None:
    """Have what was taken in rolled back."""
    begin(intake, lock(import_id, "applied"), "undoing", job)


def begin(intake: Intake, run: ImportRun, state: str, job: Job | None) -> None:
    """Put an import into a state that a job leads out of, and start the job."""
    run.state, run.problem = state, None
    run.version += 1
    run.job_id = None
    if job is not None:
        run.job_id = start_job(job, import_id=run.id)
        # It waits while the plugin whose records these are is switched off.
        db.session.get_one(StoredJob, run.job_id).plugin = intake.plugin


def lock(import_id: int, *states: str) -> ImportRun:
    """Return an import, locked until the unit ends; Conflict unless in one of *states*, if any."""
    run = db.session.scalars(
        sa.select(ImportRun)
        .where(ImportRun.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if run is None:
        raise NotFound(_("There is no such import."))
    if states and run.state not in states:
        raise Conflict(_("This import has gone on in the meantime. Look at it again."))
    return run


def belongs(run: ImportRun, state: str, job_id: int | None) -> bool:
    """Tell whether an import still is where the job at hand is to lead it on."""
    return run.state == state and run.job_id == job_id


def past_runs(intake: Intake, limit: sa.ColumnElement[bool] | None) -> Iterable[ImportRun]:
    """Return the latest imports of a kind, the newest first."""
    wanted = sa.select(ImportRun).where(ImportRun.subject == intake.subject.name)
    if limit is not None:
        wanted = wanted.where(limit)
    return db.session.scalars(wanted.order_by(ImportRun.id.desc()).limit(50))
