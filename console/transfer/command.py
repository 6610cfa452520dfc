"""`console import …`: the same way in without pages, in one process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from console import clock
from console.db import db
from console.errors import Refused
from console.i18n import _
from console.plugin import Command
from console.security.reading import CHINA
from console.stores import Store
from console.transfer import runs
from console.transfer.applying import apply_rows
from console.transfer.dry_run import plan_import
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.models import ImportRun
from console.transfer.reading import Nobody, read_sheet
from console.transfer.rows import count_rows, totals_of
from console.transfer.showing import reasons_of
from console.transfer.totals import Totals
from console.transfer.workbook import open_workbook


def import_command(intake: Intake) -> Command:
    """Return `console import <name> FILE [--dry-run] [--json] [--store NAME]`.

    It prints one line of JSON; without --json also, on standard error, words.
    """

    @click.command(intake.subject.name)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Only say what would happen.")
    @click.option("--json", "quiet", is_flag=True, help="Print nothing but the line of JSON.")
    @click.option("--store", help="The store of rows that name none; else the first one.")
    def command(file: Path, dry_run: bool, quiet: bool, store: str | None) -> None:
        """Take records in from a spreadsheet; its columns are guessed."""
        totals, waiting = _plan(intake, file) if dry_run else _take_in(intake, file, store)
        if not quiet:
            _tell(intake, totals, waiting)
        told = totals.summary()
        if waiting:
            told |= {"imported": told["imported"] - waiting, "waiting": waiting}
        click.echo(json.dumps(told))

    group = click.Group("import", help="Take records in from spreadsheets.", commands=[command])
    return Command(group)


def _plan(intake: Intake, file: Path) -> tuple[Totals, int]:
    plan = plan_import(
        open_workbook(file),
        intake.subject,
        today=clock.today(CHINA),
        find_taken=intake.find_taken,
        judge=intake.judge,
    )
    return plan.totals, 0


def _take_in(intake: Intake, file: Path, store: str | None) -> tuple[Totals, int]:
    """Take a file in; say how many rows wait for a decision on a name."""
    number = runs.upload(intake, file, file.name, _find_store(store))
    run = db.session.get_one(ImportRun, number)
    columns = dict(ColumnMapping.from_json(run.mapping).columns)
    runs.start_reading(intake, number, columns, None)
    read_sheet(intake, number, None, Nobody())
    version = db.session.get_one(ImportRun, number).version
    runs.start_applying(intake, number, version, None)
    apply_rows(intake, number, None)
    totals = totals_of(intake.subject, db.session.get_one(ImportRun, number))
    return totals, count_rows(number).get("importable", 0)


def _find_store(name: str | None) -> int:
    wanted = sa.select(Store.id).where(~Store.closed).order_by(Store.id)
    if name is not None:
        wanted = wanted.where(Store.name == name)
    found = db.session.scalar(wanted.limit(1))
    if found is None:
        raise Refused(_("There is no such store.") if name else _("Add a store first."))
    return int(found)


def _tell(intake: Intake, totals: Totals, waiting: int) -> None:
    known = reasons_of(intake.subject)
    lines: list[tuple[Any, int]] = [
        (_("To be taken in"), totals.by_status["importable"] - waiting),
        *([(_("Waiting for a decision on the pages"), waiting)] if waiting else ()),
        (_("There already"), totals.by_status["duplicate"]),
        *((known.get(code, code), count) for code, count in totals.reasons.most_common()),
    ]
    for words, count in lines:
        click.echo(f"{words}: {count:,}", err=True)
