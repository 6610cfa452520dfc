"""Importing a roster: choose a file, look at what it would do, take it in."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.admin.roster import HOME, monday_of
from plugins.booking.forms import store_here, stores_for
from plugins.booking.permissions import EDIT_ROSTER
from plugins.booking.services.rosters_import import LIMITS, Outcome, look_at, read_file, take_in
from plugins.salon.api import working_staff

#: The sheet goes back and forth as text; more is no roster.
MOST_CHARACTERS = 400_000


class RosterImport(api.AdminView):
    """A roster that was planned in a spreadsheet."""

    title, noun = _("Import a roster"), "roster-import"
    group, icon = None, "file-import"

    @api.page("/", needs=EDIT_ROSTER)
    def index(self) -> Any:
        return self._show()

    @api.page("/read", needs=EDIT_ROSTER, methods=("POST",))
    def read(self) -> Any:
        """Show what a file, or a sheet that was read before, would do."""
        store = store_here(EDIT_ROSTER)
        try:
            grid = _sent_grid() or _read_upload(monday_of(store))
            outcome = look_at(store.id, grid, monday_of(store), _chosen(store))
        except api.Refused as refused:
            return self._show(refused)
        return self._show_outcome(store, grid, outcome)

    @api.page("/apply", needs=EDIT_ROSTER, methods=("POST",))
    def apply(self) -> Any:
        store = store_here(EDIT_ROSTER)
        try:
            outcome = take_in(store.id, _sent_grid(), monday_of(store), _chosen(store))
        except api.Refused as refused:
            return self._show(refused)
        first = min(change.day for change in outcome.changes)
        count = len(outcome.changes)
        api.say_done(api.ngettext("%(num)s day planned.", "%(num)s days planned.", count))
        return redirect(f"{HOME}?store_id={store.id}&week={first}")

    def _show(self, problem: api.Refused | None = None) -> Any:
        store = store_here(EDIT_ROSTER)
        page = api.render(
            "booking/roster_import.html",
            view=self,
            store=store,
            stores=stores_for(EDIT_ROSTER),
            monday=monday_of(store),
            most=LIMITS.file_bytes // (1024 * 1024),
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _show_outcome(self, store: api.Store, grid: list[list[str]], outcome: Outcome) -> Any:
        roster = outcome.roster
        return api.render(
            "booking/roster_sheet.html",
            view=self,
            store=store,
            monday=monday_of(store),
            outcome=outcome,
            roster=roster,
            by_day=[{cell.day: cell for cell in line.cells} for line in roster.lines],
            refused={(name, day): words for name, day, words in outcome.left_out},
            staff=working_staff(store.id),
            chosen=_chosen(store),
            grid=json.dumps(grid, ensure_ascii=False, separators=(",", ":")),
        )


def _read_upload(monday: dt.date) -> list[list[str]]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise api.Refused(_("Choose a file."))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        sent.save(path)
        sent.close()
        return read_file(path, monday)


def _sent_grid() -> list[list[str]]:
    """Return the sheet that the page sent back; nothing if it sent none."""
    text = request.form.get("grid", "")
    if len(text) > MOST_CHARACTERS:
        raise api.Refused(_("The sheet is too large for a roster."))
    if not text:
        return []
    try:
        grid = json.loads(text)
    except (ValueError, RecursionError):
        raise api.Refused(_("The form was incomplete. Load the page again.")) from None
    if not isinstance(grid, list) or not all(isinstance(row, list) for row in grid):
        raise api.Refused(_("The form was incomplete. Load the page again."))
    return [[str(text)[:40] for text in row] for row in grid]


def _chosen(store: api.Store) -> dict[str, int]:
    """Return whom the person chose for names that nobody has."""
    here = {person.id for person in working_staff(store.id)}
    found = {}
    pairs = zip(request.form.getlist("name"), request.form.getlist("person"), strict=False)
    for name, number in pairs:
        if number.isascii() and number.isdecimal() and len(number) < 18 and int(number) in here:
            found[name] = int(number)
    return found
