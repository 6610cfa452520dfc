"""Taking a roster in from a spreadsheet: looked at first, then planned in one unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from console import api
from console.api import _
from plugins.booking.services.rosters import MIDNIGHT, templates
from plugins.booking.services.rosters_cells import (
    OFF,
    CellChange,
    change_cells,
    drafts_of,
    read_places,
)
from plugins.booking.services.rosters_checks import Plan, check_plan
from plugins.booking.services.rosters_sheet import (
    Grid,
    Known,
    SheetLine,
    SheetRoster,
    fold,
    read_roster,
)
from plugins.salon.api import working_staff

#: A roster is no larger: a store's people, two months.
LIMITS = api.SheetLimits(file_bytes=5 * 1024 * 1024, rows=600, columns=200)
LONGEST_TEXT = 40
#: So many days of people at once.
MOST_CELLS = 4000


@dataclass(frozen=True)
class Outcome:
    """What an import would do: the cells that fit, how many it replaces, and what does not."""

    roster: SheetRoster
    changes: Sequence[CellChange]
    replaced: int
    left_out: Sequence[tuple[str, dt.date, object]]


def read_file(path: Path, monday: dt.date) -> list[list[str]]:
    """Return the sheet of a file that looks most like a roster; raises `BadFile`."""
    book = api.open_workbook(path, LIMITS)
    nobody = Known({}, {}, {}, OFF)
    best: list[list[str]] = []
    most = -1
    for sheet in book.visible_sheets()[:20]:
        rows = [
            [api.show_cell(cell).strip()[:LONGEST_TEXT] for cell in row.cells]
            for row in book.rows(sheet.index)
        ]
        days = len(read_roster(rows, nobody, monday).days)
        if days > most:
            best, most = rows, days
    if sum(len(texts) for texts in best) > 40_000:
        raise api.Refused(_("The sheet is too large for a roster."))
    return best


def look_at(store_id: int, grid: Grid, monday: dt.date, chosen: Mapping[str, int]) -> Outcome:
    """Say what a sheet would do to a store's roster, without doing it."""
    roster = read_roster(grid, _known(store_id), monday, chosen)
    left_out: list[tuple[str, dt.date, object]] = []
    changes: list[CellChange] = []
    names: dict[int, str] = {}
    for line in roster.lines:
        _sort_line(line, changes, left_out, names)
    if len(changes) > MOST_CELLS:
        raise api.Refused(_("These are too many days at once."))
    before = read_places(store_id, [change.place for change in changes])
    zone = api.db.session.get_one(api.Store, store_id).time_zone
    plan = Plan(store_id, zone, drafts_of(changes), before)
    against = {each.place: each.words for each in reversed(check_plan(plan))}
    left_out += [(names[place[0]], place[1], words) for place, words in against.items()]
    fitting = [change for change in changes if change.place not in against]
    replaced = sum(change.place in before for change in fitting)
    return Outcome(roster, fitting, replaced, sorted(left_out, key=lambda each: each[1]))


@api.unit
def take_in(store_id: int, grid: Grid, monday: dt.date, chosen: Mapping[str, int]) -> Outcome:
    """Plan all that fits of a sheet, in one unit; what does not is left out and named."""
    outcome = look_at(store_id, grid, monday, chosen)
    if not outcome.changes:
        raise api.Refused(_("Nothing in this sheet can be planned."))
    change_cells(store_id, outcome.changes)
    return outcome


def _sort_line(
    line: SheetLine,
    changes: list[CellChange],
    left_out: list[tuple[str, dt.date, object]],
    names: dict[int, str],
) -> None:
    for cell in line.cells:
        if line.staff_id is None:
            continue
        names[line.staff_id] = line.name
        if cell.code is None:
            words = _("“%(text)s”: %(why)s", text=cell.text, why=cell.problem)
            left_out.append((line.name, cell.day, words))
        else:
            changes.append(CellChange(line.staff_id, cell.day, cell.code))


def _known(store_id: int) -> Known:
    shifts: dict[str, str] = {}
    hours: dict[tuple[int, int], str] = {}
    off = OFF
    for template in reversed(templates(store_id)):
        code = f"t{template.id}"
        for words in (template.name, template.sign, *template.names.values()):
            if words:
                shifts[fold(words)] = code
        if template.span is None:
            off = code
        elif template.span[0] < MIDNIGHT:
            hours[template.span] = code
    people = {fold(person.name): person.id for person in working_staff(store_id)}
    return Known(people, shifts, hours, off)
