"""The rows of an import: listed, mended in place, decided on, downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import Response, flash, redirect, request, stream_with_context, url_for
from flask_admin.base import expose

from console import audit, clock
from console.admin.export import WRITERS
from console.admin.shell import render
from console.db import db
from console.errors import Conflict, NotFound, Refused
from console.i18n import _, gettext, ngettext
from console.security import reader_time_zone
from console.transfer import mending
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.models import ImportRun
from console.transfer.results import heading_row, reason_of, record_of, result_of, result_rows
from console.transfer.rows import ROW, KeptRow, count_rows, find_row, read_rows, totals_of
from console.transfer.showing import (
    inputs_of,
    list_sums,
    reason_lines,
    show_value,
    texts_sent,
    waiver_of_code,
    waivers_of,
    words_of,
)
from console.unit import unit

PAGE = 50
#: What the list of rows can be narrowed to.
VIEWS = {
    "rejected": (ROW.c.status == "rejected",),
    "duplicate": (ROW.c.status == "duplicate",),
    "importable": (ROW.c.status == "importable", ROW.c.added_id.is_(None)),
    "added": (ROW.c.added_id.is_not(None),),
    "skipped": (ROW.c.status == "skipped",),
}
OPEN = ("ready", "applied")
#: The lists that stand in the totals as a whole.
SUMMED = ("rejected", "duplicate", "skipped")


class RowPages:
    """The part of an import's pages that shows single rows."""

    intake: ClassVar[Intake]
    find_run: Callable[[int], ImportRun]

    @expose("/<int:number>/rows/")
    def rows(self, number: int) -> Any:
        """List rows of one kind, each with what can be done about it."""
        run = self.find_run(number)
        wanted = request.args.get("status", "rejected")
        if wanted not in VIEWS:
            raise NotFound(_("There is no such list."))
        conditions = list(VIEWS[wanted])
        reason = request.args.get("reason", "")
        if reason:
            conditions.append(ROW.c.reason == reason)
        page, before, after = _page(number, conditions)
        totals = totals_of(self.intake.subject, run)
        chosen = {"number": number, "status": wanted, **({"reason": reason} if reason else {})}
        return render(
            "transfer/rows.html",
            view=self,
            intake=self.intake,
            run=run,
            may_change=run.state in OPEN,
            wanted=wanted,
            reason=reason,
            counts=count_rows(number),
            reasons=reason_lines(self.intake, totals) if wanted == "rejected" else [],
            waiver=waiver_of_code(self.intake.subject, reason) if reason else None,
            columns=[self.intake.subject.field(name) for name in self._shown()],
            rows=self._describe(run, page),
            sums=list_sums(self.intake, totals, wanted, reason) if wanted in SUMMED else {},
            pager=_pager(chosen, before, after),
        )

    @expose("/<int:number>/rows/<int:row>", methods=("GET", "POST"))
    def row(self, number: int, row: int) -> Any:
        """Show a whole row, or write cells of it anew and judge it again."""
        run, kept = self.find_run(number), _kept(number, row)
        mapping = ColumnMapping.from_json(run.mapping)
        if request.method == "GET":
            return render(
                "transfer/row.html",
                view=self,
                intake=self.intake,
                run=run,
                may_change=run.state in OPEN and kept.added_id is None,
                row=self._describe(run, [kept])[0],
                inputs=list(inputs_of(self.intake.subject, mapping, kept, wrong_only=False)),
            )
        texts = texts_sent(self.intake.subject, mapping, kept, request.form)
        waive = request.form.get("waive", "")
        return self._back(
            number,
            lambda: self._say(mending.mend_row(self.intake, number, row, texts, waive)),
        )

    @expose("/<int:number>/rows/<int:row>/decide", methods=("POST",))
    def decide(self, number: int, row: int) -> Any:
        """Decide on a row that is there already, or undo what was done with it."""
        self.find_run(number)
        decision = request.form.get("decision", "")
        return self._back(number, lambda: mending.decide(self.intake, number, decision, row))

    @expose("/<int:number>/decide", methods=("POST",))
    def decide_all(self, number: int) -> Any:
        """Decide on all rows that are there already, or set one reason aside for all."""
        self.find_run(number)
        waive = request.form.get("waive", "")
        try:
            if waive:
                count = mending.waive_all(self.intake, number, waive)
            else:
                count = mending.decide(self.intake, number, request.form.get("decision", ""))
        except Conflict as refused:
            flash(str(refused), "error")
        else:
            flash(ngettext("%(num)s row changed.", "%(num)s rows changed.", count), "success")
        return redirect(url_for(".show", number=number))

    @expose("/<int:number>/results.<kind>")
    def results(self, number: int, kind: str) -> Any:
        """Send what became of each row as a spreadsheet."""
        run = self.find_run(number)
        wanted = request.args.get("status", "")
        if kind not in WRITERS or (wanted and wanted not in VIEWS):
            raise NotFound(_("There is no such file."))
        conditions = VIEWS[wanted] if wanted else (ROW.c.status != "total_line",)
        _note_download(run, kind)
        write, content_type = WRITERS[kind]
        rows = read_rows(number, *conditions)
        stream = write(heading_row(run), result_rows(self.intake, run, rows))
        response = Response(stream_with_context(stream), content_type=content_type)
        name = f"import-{number}-{clock.today(reader_time_zone())}.{kind}"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response

    def _shown(self) -> list[str]:
        summed = [one.name for one in self.intake.subject.fields if one.summed]
        return [*self.intake.shown, *summed]

    def _describe(self, run: ImportRun, rows: Sequence[KeptRow]) -> list[dict[str, Any]]:
        """Return rows as the templates show them."""
        subject = self.intake.subject
        mapping = ColumnMapping.from_json(run.mapping)
        known = {record for kept in rows if (record := record_of(kept)) is not None}
        labels = self.intake.labels(sorted(known))
        fields = [subject.field(name) for name in self._shown()]
        found = []
        for kept in rows:
            record = record_of(kept)
            found.append(
                {
                    "number": kept.staged.number,
                    "status": kept.staged.status,
                    "cells": [show_value(one, kept.staged.values.get(one.name)) for one in fields],
                    "result": result_of(kept),
                    "reason": reason_of(self.intake, kept),
                    "problems": [words_of(subject, each) for each in kept.staged.problems],
                    "inputs": list(inputs_of(subject, mapping, kept, wrong_only=True)),
                    "waivers": waivers_of(subject, kept.staged.problems),
                    "mended": kept.is_mended,
                    "added": kept.added_id is not None,
                    "duplicate_of": kept.staged.duplicate_of,
                    "record": labels.get(record) if record is not None else None,
                    "url": self.intake.record_url(record) if record is not None else "",
                }
            )
        return found

    def _say(self, mended: KeptRow) -> None:
        number, status = mended.staged.number, mended.staged.status
        if status == "importable":
            flash(gettext("Row %(number)s can be taken in now.", number=number), "success")
        elif status == "duplicate":
            words = gettext("Row %(number)s is there already. Decide on it.", number=number)
            flash(words, "warning")
        else:
            reason = reason_of(self.intake, mended)
            words = gettext("Row %(number)s: %(reason)s", number=number, reason=reason)
            flash(words, "error")

    def _back(self, number: int, act: Callable[[], Any]) -> Any:
        """Act, and go back to the list from which it was done; a refusal is said there."""
        try:
            act()
        except NotFound:
            raise
        except Refused as refused:
            flash(str(refused), "error")
        known: dict[str, Any] = {
            key: request.args[key]
            for key in ("status", "reason", "after", "before")
            if key in request.args
        }
        return redirect(url_for(".rows", number=number, **known))


def _kept(import_id: int, number: int) -> KeptRow:
    kept = find_row(import_id, number) if number < 2**31 else None
    if kept is None or kept.staged.status == "total_line":
        raise NotFound(_("There is no such row."))
    return kept


def _page(
    import_id: int, conditions: list[sa.ColumnElement[bool]]
) -> tuple[list[KeptRow], int | None, int | None]:
    """Return a page of rows, and the row numbers before and after which there are more."""
    after, before = _whole("after"), _whole("before")
    at = sa.select(ROW.c.number).where(ROW.c.import_id == import_id, *conditions)
    if before is not None:
        at = at.where(ROW.c.number < before).order_by(ROW.c.number.desc())
    else:
        at = at.where(ROW.c.number > (after or 0)).order_by(ROW.c.number)
    numbers = sorted(db.session.scalars(at.limit(PAGE + 1)))
    more = len(numbers) > PAGE
    numbers = numbers[-PAGE:] if before is not None else numbers[:PAGE]
    rows = list(read_rows(import_id, ROW.c.number.in_(numbers)))
    if not rows:
        return [], None, None
    is_first = not more if before is not None else not after
    is_last = False if before is not None else not more
    first, last = rows[0].staged.number, rows[-1].staged.number
    return rows, None if is_first else first, None if is_last else last


def _whole(key: str) -> int | None:
    text = request.args.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _pager(chosen: dict[str, Any], before: int | None, after: int | None) -> dict[str, str | None]:
    return {
        "first_url": url_for(".rows", **chosen) if before else None,
        "previous_url": url_for(".rows", **chosen, before=before) if before else None,
        "next_url": url_for(".rows", **chosen, after=after) if after else None,
        "last_url": None,
    }


@unit
def _note_download(run: ImportRun, kind: str) -> None:
    audit.record("export", run, after={"list": "import", "format": kind})
