"""The jobs of imports; each finds what it needs by the number of its import."""

from __future__ import annotations

from console.db import db
from console.i18n import _
from console.jobs import JobRun, job
from console.transfer.applying import apply_rows, take_back
from console.transfer.intake import Intake, intake_of
from console.transfer.models import ImportRun
from console.transfer.reading import read_sheet


@job(_("Read a spreadsheet"))
def reading(run: JobRun, import_id: int) -> None:
    """Read the rows of an import."""
    read_sheet(_intake(import_id), import_id, run.id, run)


@job(_("Take a spreadsheet in"))
def applying(run: JobRun, import_id: int) -> None:
    """Take in the rows that wait."""
    apply_rows(_intake(import_id), import_id, run.id)


@job(_("Roll an import back"))
def undoing(run: JobRun, import_id: int) -> None:
    """Take back what an import brought."""
    take_back(_intake(import_id), import_id, run.id)


def _intake(import_id: int) -> Intake:
    return intake_of(db.session.get_one(ImportRun, import_id).subject)
