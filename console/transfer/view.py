"""The pages of an import: columns, dry run, result, rollback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from flask import flash, jsonify, redirect, request, url_for
from flask_admin.base import expose

from console import words
from console.admin.scope import find
from console.admin.shell import render
from console.admin.views import AdminView
from console.db import db
from console.errors import Conflict, NotFound, Refused
from console.i18n import _, gettext
from console.jobs import StoredJob
from console.security import people
from console.transfer import jobs, runs
from console.transfer.field_rights import NotAllowed, barred, refuse_barred
from console.transfer.intake import Intake, register
from console.transfer.mapping import GUESSES
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.models import STATES, ImportRun
from console.transfer.row_pages import RowPages
from console.transfer.rows import added_ids, count_rows, totals_of
from console.transfer.showing import (
    mask_cell,
    reason_lines,
    reasons_of,
    remarks_of,
    sum_lines,
)
from console.transfer.upload_pages import UploadPages

if TYPE_CHECKING:
    from console.security import Permission

WORKING = {"reading": jobs.reading, "applying": jobs.applying, "undoing": jobs.undoing}
#: How sure a guess is, for people.
SURE, LIKELY = 0.85, 0.5


class ImportView(UploadPages, RowPages, AdminView):
    """Taking records in from spreadsheets; a plugin says of which kind by its `intake`."""

    intake: ClassVar[Intake]
    icon = "file-import"

    def __init__(self, plugin: str) -> None:
        super().__init__(plugin)
        register(type(self).intake)

    def needed(self, endpoint: str) -> Permission | None:
        known = {name for _rule, name, _methods in self._urls}
        return type(self).intake.needs if endpoint in known else None

    @expose("/<int:number>/")
    def show(self, number: int) -> Any:
        """Show an import at the step where it is."""
        run = self.find_run(number)
        if run.state == "mapping":
            return self._show_columns(run)
        if run.state in WORKING:
            return self._render("working", run, **_progress(run))
        totals = totals_of(self.intake.subject, run)
        known, remarks = reasons_of(self.intake.subject), remarks_of(self.intake.subject)
        notes = [
            (known.get(code, code), n, code in remarks) for code, n in totals.notes.most_common()
        ]
        return self._render(
            "outcome",
            run,
            totals=totals,
            counts=count_rows(run.id),
            sums=sum_lines(self.intake, totals),
            reasons=reason_lines(self.intake, totals),
            notes=[(words, count) for words, count, remark in notes if not remark],
            remarks=[(words, count) for words, count, remark in notes if remark],
            namings=self._namings(run, totals.listed),
        )

    @expose("/<int:number>/sheet", methods=("POST",))
    def choose_sheet(self, number: int) -> Any:
        """Look at another sheet of the file."""
        run, sheet = self.find_run(number), request.form.get("sheet", "")
        if not sheet.isdecimal() or len(sheet) > 4:
            raise NotFound(_("There is no such sheet."))
        return self._go_on(number, lambda: runs.choose_sheet(self.intake, run, int(sheet)))

    @expose("/<int:number>/columns", methods=("POST",))
    def read(self, number: int) -> Any:
        """Settle the columns and have the rows read."""
        run = self.find_run(number)
        try:
            columns = self._chosen_columns(run)
            runs.start_reading(self.intake, number, columns, jobs.reading)
        except Conflict:
            raise
        except Refused as refused:
            return self._show_columns(self.find_run(number), refused), refused.status
        return redirect(url_for(".show", number=number))

    @expose("/<int:number>/progress")
    def progress(self, number: int) -> Any:
        """Say how far the work is, for the page that waits for it."""
        run = self.find_run(number)
        if run.state not in WORKING:
            return jsonify(running=False)
        state = _progress(run)
        return jsonify(running=state["alive"], **state)

    @expose("/<int:number>/retry", methods=("POST",))
    def retry(self, number: int) -> Any:
        """Begin work again that was cut off."""
        self.find_run(number)
        return self._go_on(number, lambda: runs.resume(self.intake, number, WORKING))

    @expose("/<int:number>/stop", methods=("POST",))
    def stop(self, number: int) -> Any:
        """Stop reading; nothing was taken in yet."""
        self.find_run(number)
        return self._go_on(number, lambda: runs.stop_reading(number))

    @expose("/<int:number>/back", methods=("POST",))
    def back(self, number: int) -> Any:
        """Go back to the columns."""
        self.find_run(number)
        return self._go_on(number, lambda: runs.start_again(number))

    @expose("/<int:number>/discard", methods=("POST",))
    def discard(self, number: int) -> Any:
        """Put an import aside of which nothing was taken in."""
        self.find_run(number)
        self._go_on(number, lambda: runs.discard(number))
        return redirect(url_for(".index"))

    @expose("/<int:number>/names", methods=("POST",))
    def choose_names(self, number: int) -> Any:
        """Keep which records the names in the sheet stand for."""
        self.find_run(number)
        return self._go_on(
            number, lambda: runs.choose_names(self.intake, number, request.form.to_dict())
        )

    @expose("/<int:number>/apply", methods=("POST",))
    def apply(self, number: int) -> Any:
        """Have the waiting rows taken in."""
        self.find_run(number)
        people.ask_for_password()
        version = request.form.get("version", "")
        seen = int(version) if version.isdecimal() and len(version) < 10 else -1
        names = request.form.to_dict()
        return self._go_on(
            number, lambda: runs.start_applying(self.intake, number, seen, jobs.applying, names)
        )

    @expose("/<int:number>/undo", methods=("GET", "POST"))
    def undo(self, number: int) -> Any:
        """Say what a rollback would meet, and have it done."""
        run = self.find_run(number)
        if request.method == "POST":
            people.ask_for_password()
            return self._go_on(
                number, lambda: runs.start_undoing(self.intake, number, jobs.undoing)
            )
        if run.state != "applied":
            return redirect(url_for(".show", number=number))
        ids = added_ids(number)
        outlook = self.intake.look_back(run, ids)
        staying = self.intake.labels(sorted(outlook.staying)[:20])
        totals = totals_of(self.intake.subject, run)
        return self._render(
            "undo",
            run,
            added=len(ids),
            outlook=outlook,
            staying=list(staying.values()),
            sums=sum_lines(self.intake, totals),
        )

    def find_run(self, number: int) -> ImportRun:
        """Return an import of this kind within the person's reach; all others are not there.

        NotAllowed once it holds rows with a field that she may not set.
        """
        run: ImportRun | None = find(ImportRun, number, self.intake.needs)
        if run is None or run.subject != self.intake.subject.name:
            raise NotFound(_("There is no such import."))
        if run.state not in ("mapping", "discarded"):
            refuse_barred(self.intake, ColumnMapping.from_json(run.mapping).columns)
        return run

    def _go_on(self, number: int, act: Callable[[], Any]) -> Any:
        """Act, and show the import again; a refusal is said there."""
        try:
            act()
        except (NotFound, NotAllowed):
            raise
        except Refused as refused:
            flash(str(refused), "error")
        return redirect(url_for(".show", number=number))

    def _render(self, page: str, run: ImportRun, **more: Any) -> str:
        return render(
            f"transfer/{page}.html",
            view=self,
            intake=self.intake,
            run=run,
            state=dict(STATES)[run.state],
            problem=more.pop("problem", None) or words.thaw(run.problem),
            **more,
        )

    def _show_columns(self, run: ImportRun, problem: Refused | None = None) -> str:
        mapping = ColumnMapping.from_json(run.mapping)
        by_column = {column: name for name, column in mapping.columns.items()}
        kinds = {one.name: one.kind for one in self.intake.subject.fields}
        shut = {one.name: one.label for one in barred(self.intake)}
        lines, left_out = [], []
        for column, guessed, confidence, why, samples in run.guesses:
            field = request.form.get(f"column-{column}", by_column.get(column, ""))
            kind = kinds.get(guessed or field, "text")
            is_shut = guessed in shut
            if is_shut:
                left_out.append(shut[guessed])
            lines.append(
                {
                    "column": column,
                    "heading": mapping.headings[column],
                    "field": field,
                    "why": GUESSES["barred" if is_shut else why],
                    "tone": "" if is_shut else _tone(confidence, guessed),
                    "share": round(confidence * 100),
                    "samples": [] if is_shut else [mask_cell(text, kind) for text in samples],
                }
            )
        missing = [one.label for one in mapping.missing(self.intake.subject)]
        offered = [one for one in self.intake.subject.fields if one.name not in shut]
        return self._render(
            "columns",
            run,
            lines=lines,
            missing=missing,
            offered=offered,
            left_out=left_out,
            problem=problem,
        )

    def _chosen_columns(self, run: ImportRun) -> dict[str, int]:
        chosen: dict[str, int] = {}
        for column, *_rest in run.guesses:
            name = request.form.get(f"column-{column}", "")
            if name in chosen:
                label = self.intake.subject.field(name).label
                raise Refused(_("“%(field)s” is chosen for two columns.", field=label))
            if name:
                chosen[name] = column
        return chosen

    def _namings(self, run: ImportRun, listed: Any) -> list[dict[str, Any]]:
        found = []
        for naming in self.intake.namings:
            names = listed.get(naming.field)
            if not names:
                continue
            chosen = run.choices.get(naming.field, {})
            found.append(
                {
                    "field": naming.field,
                    "label": self.intake.subject.field(naming.field).label,
                    "choices": [("", naming.nothing), *naming.choices(run)],
                    "names": [(name, n, chosen.get(name, "")) for name, n in names.most_common()],
                }
            )
        return found


def _tone(confidence: float, guessed: str | None) -> str:
    if confidence >= SURE:
        return "good"
    return "warn" if guessed else ""


def _progress(run: ImportRun) -> dict[str, Any]:
    """Return how far the job of an import is, and whether there is one at all."""
    row = db.session.get(StoredJob, run.job_id) if run.job_id else None
    alive = row is not None and row.state in ("waiting", "running")
    if row is None or not alive:
        return {"alive": False, "done": 0, "total": 0, "note": ""}
    waiting = gettext("Waiting for the worker") if row.state == "waiting" else ""
    return {"alive": True, "done": row.done, "total": row.total, "note": waiting or row.text}
