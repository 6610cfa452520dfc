"""How rows of an import look to the reader: masked, formatted, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.i18n import gettext
from console.logs import scrub
from console.money import format_fen
from console.security import masking
from console.transfer.cells import column_letter
from console.transfer.cleaning import show_money
from console.transfer.fields import Import, ImportField, ImportValue
from console.transfer.intake import Intake
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.plan import KNOWN_PROBLEMS, Problem, reason
from console.transfer.rows import KeptRow
from console.transfer.totals import Totals


@dataclass(frozen=True)
class Input:
    """A cell as the staff may write it anew; `text` is what she may see of it."""

    field: str
    label: object
    text: str
    wrong: str = ""


def mask_cell(text: str, kind: str = "text") -> str:
    """Return what stood in a cell as the reader may see it: phone numbers may be masked."""
    if masking.sees_all():
        return text
    return masking.mask(text) if kind == "phone" else scrub(text)


def show_value(field: ImportField, value: ImportValue) -> str:
    """Return a cleaned value as the reader may see it."""
    if value is None:
        return ""
    if isinstance(value, int):
        return format_fen(value) if field.kind == "money" else f"{value:,}"
    if isinstance(value, list):
        return gettext(", ").join(value)
    return mask_cell(value, field.kind)


def plain_value(field: ImportField, value: ImportValue) -> Any:
    """Return a cleaned value for a spreadsheet."""
    if isinstance(value, int):
        return show_money(value) if field.kind == "money" else value
    return show_value(field, value)


def words_of(subject: Import, problem: Problem) -> str:
    """Say in the reader's words what is wrong."""
    return str(reason(subject, problem.field, problem.what).text)


def reasons_of(subject: Import) -> dict[str, object]:
    """Return the words of all reasons there may be, by code."""
    found: dict[str, object] = {}
    for one in subject.fields:
        for what in (*one.reasons, *KNOWN_PROBLEMS):
            known = reason(subject, one.name, what)
            found.setdefault(known.code, known.text)
    return found


def remarks_of(subject: Import) -> frozenset[str]:
    """Return the codes of which the reader is only told."""
    return frozenset(
        known.code for one in subject.fields for known in one.reasons.values() if known.remark
    )


def waivers_of(subject: Import, problems: Sequence[Problem]) -> dict[str, object]:
    """Return the buttons that set the reasons of a row aside, by code."""
    known = [reason(subject, each.field, each.what) for each in problems]
    return {each.code: each.waiver for each in known if each.waiver}


def waiver_of_code(subject: Import, code: str) -> object:
    """Return the button that sets a reason aside wherever it occurs, or None."""
    found = (each for one in subject.fields for each in one.reasons.values() if each.code == code)
    return next((each.waiver for each in found), None)


def inputs_of(
    subject: Import, mapping: ColumnMapping, kept: KeptRow, *, wrong_only: bool
) -> Iterator[Input]:
    """Yield the cells of a row that can be written anew, in the order of the columns."""
    wrong = {each.field: words_of(subject, each) for each in reversed(kept.staged.problems)}
    for name, column in sorted(mapping.columns.items(), key=lambda pair: pair[1]):
        if wrong_only and name not in wrong:
            continue
        one = subject.field(name)
        text = mask_cell(_text_of(kept, name, column), one.kind)
        yield Input(name, one.label, text, wrong.get(name, ""))


def texts_sent(
    subject: Import, mapping: ColumnMapping, kept: KeptRow, form: Mapping[str, str]
) -> dict[str, str]:
    """Return the cells that a form writes anew; what only came back masked is left as it was."""
    found = {}
    for each in inputs_of(subject, mapping, kept, wrong_only=False):
        sent = form.get(f"cell-{each.field}")
        if sent is not None and sent != each.text:
            found[each.field] = sent[:10_000]
    return found


def _text_of(kept: KeptRow, name: str, column: int) -> str:
    raw = kept.staged.raw
    return kept.edits.get(name, raw[column] if column < len(raw) else "")


def heading_of(mapping: ColumnMapping, column: int) -> str:
    """Return what stands above a column, or its letter."""
    return mapping.headings[column] or column_letter(column)


def sum_lines(intake: Intake, totals: Totals) -> list[dict[str, Any]]:
    """Return the sums of an import, a line for each field that is added up."""
    lines = []
    for one in intake.subject.fields:
        if not one.summed:
            continue
        claimed = totals.claimed.get(one.name)
        importable = totals.sum_of("importable", one.name)
        lines.append(
            {
                "label": one.label,
                "importable": show_value(one, importable),
                "owing": show_value(one, totals.owing_of("importable", one.name) or None),
                "duplicate": show_value(one, totals.sum_of("duplicate", one.name)),
                "rejected": show_value(one, totals.sum_of("rejected", one.name)),
                "rejected_owing": show_value(one, totals.owing_of("rejected", one.name) or None),
                "claimed": show_value(one, claimed),
                "difference": show_value(
                    one, importable - claimed if claimed not in (None, importable) else None
                ),
            }
        )
    return lines


def list_sums(intake: Intake, totals: Totals, status: str, reason: str) -> dict[str, str]:
    """Return the sums of the rows of a list, what is owed included, by field."""
    found = {}
    for one in intake.subject.fields:
        if not one.summed:
            continue
        if reason:
            parts = (totals.sums_of_reason, totals.owing_of_reason)
            whole = sum(part.get(reason, Counter())[one.name] for part in parts)
        else:
            whole = totals.sum_of(status, one.name) + totals.owing_of(status, one.name)
        found[one.name] = show_value(one, whole)
    return found


def reason_lines(intake: Intake, totals: Totals) -> list[dict[str, Any]]:
    """Return why rows are rejected, most frequent first, with the money that sits in them."""
    known = reasons_of(intake.subject)
    summed = [one for one in intake.subject.fields if one.summed]
    return [
        {
            "code": code,
            "words": known.get(code, code),
            "count": count,
            "waiver": waiver_of_code(intake.subject, code),
            "sums": [
                (
                    show_value(one, totals.sums_of_reason.get(code, Counter())[one.name]),
                    show_value(one, totals.owing_of_reason.get(code, Counter())[one.name] or None),
                )
                for one in summed
            ],
        }
        for code, count in totals.reasons.most_common()
    ]
