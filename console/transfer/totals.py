"""Adding up what a spreadsheet would bring, and what would stay outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from console.transfer.fields import Import
from console.transfer.plan import StagedRow

#: The parts of totals that count by one name, and those that count by two.
_FLAT: Final = ("by_status", "reasons", "notes")
_DEEP: Final = ("sums", "owing", "sums_of_reason", "owing_of_reason", "listed")


@dataclass(slots=True)
class Totals:
    """The counts and sums of staged rows, row by row added.

    `sums` holds what is not below zero, `owing` what is, both by status and field, and of
    rejected rows by reason and field too. `claimed` is what the file itself gives as totals;
    `listed` counts the different values of the fields that name other records, of importable
    rows.
    """

    subject: Import
    by_status: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    sums: dict[str, Counter[str]] = field(default_factory=dict)
    owing: dict[str, Counter[str]] = field(default_factory=dict)
    sums_of_reason: dict[str, Counter[str]] = field(default_factory=dict)
    owing_of_reason: dict[str, Counter[str]] = field(default_factory=dict)
    listed: dict[str, Counter[str]] = field(default_factory=dict)
    claimed: dict[str, int] = field(default_factory=dict)

    def add(self, row: StagedRow) -> None:
        """Count one row."""
        if row.status == "total_line":
            values = row.values.items()
            self.claimed |= {name: value for name, value in values if isinstance(value, int)}
            return
        self.by_status[row.status] += 1
        if row.reason_code:
            self.reasons[row.reason_code] += 1
        self.notes.update(note.code for note in row.notes)
        for one in self.subject.fields:
            value = row.values.get(one.name)
            if one.summed and isinstance(value, int):
                into = self.owing if value < 0 else self.sums
                into.setdefault(row.status, Counter())[one.name] += value
                if row.reason_code:
                    into = self.owing_of_reason if value < 0 else self.sums_of_reason
                    into.setdefault(row.reason_code, Counter())[one.name] += value
            if one.listed and isinstance(value, str) and row.status == "importable":
                self.listed.setdefault(one.name, Counter())[value] += 1

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `from_json` makes them again."""
        flat = {name: dict(getattr(self, name)) for name in (*_FLAT, "claimed")}
        deep = {
            name: {key: dict(counts) for key, counts in getattr(self, name).items()}
            for name in _DEEP
        }
        return flat | deep

    @classmethod
    def from_json(cls, subject: Import, told: Mapping[str, Any]) -> Totals:
        """Make totals of what `to_json` returned; of an empty mapping, totals of no rows."""
        totals = cls(subject, claimed=dict(told.get("claimed", {})))
        for name in _FLAT:
            getattr(totals, name).update(told.get(name, {}))
        for name in _DEEP:
            counted = {key: Counter(counts) for key, counts in told.get(name, {}).items()}
            getattr(totals, name).update(counted)
        return totals

    @property
    def rows(self) -> int:
        """Return the number of data rows."""
        return self.by_status.total()

    def sum_of(self, status: str, name: str) -> int:
        """Return the sum of a field over the rows of a status, debts left aside."""
        return self.sums.get(status, Counter())[name]

    def owing_of(self, status: str, name: str) -> int:
        """Return the sum of the negative values of a field over the rows of a status."""
        return self.owing.get(status, Counter())[name]

    def differences(self) -> dict[str, int]:
        """Return, where the file gives a total, by how much the importable rows exceed it."""
        return {
            name: self.sum_of("importable", name) - total
            for name, total in self.claimed.items()
            if self.sum_of("importable", name) != total
        }

    def summary(self) -> dict[str, Any]:
        """Return what the command line prints: counts, reasons, and sums of importable rows."""
        sums = {
            one.name: self.sum_of("importable", one.name)
            for one in self.subject.fields
            if one.summed
        }
        return {
            "rows": self.rows,
            "imported": self.by_status["importable"],
            "duplicates": self.by_status["duplicate"],
            "rejected": dict(sorted(self.reasons.items())),
            **sums,
        }
