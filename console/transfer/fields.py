"""What a plugin declares so that its records can be taken in from spreadsheets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from console.transfer import cleaning, dates
from console.transfer.cells import Cell
from console.transfer.words import fold

if TYPE_CHECKING:
    from console.security import Permission

Kind = Literal["text", "phone", "money", "count", "date", "birthday", "choice", "tags"]
ImportValue = str | int | list[str] | None

_BRACKETED = re.compile(r"\(.*?\)|\[.*?\]")


@dataclass(frozen=True, slots=True)
class ImportReason:
    """Why a row is not taken in: a code for programs, plain words for the reader.

    *waiver* is the label of the button that takes the row in all the same, without the value
    or, where it is a negative one, with it; reasons without a label can only be mended. Of a
    *remark* the reader is told, and the row is taken in as it is.
    """

    code: str
    text: object
    waiver: object = None
    remark: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportField:
    """One thing that a row may say of a record; the order of fields is the order of reasons.

    Values are ready for JSON: money in fen, days and birthdays in the text that their
    cleaners write and read, tags as a list. `reasons` names what is wrong by the cleaner's
    codes, beside `missing` and `negative`; a code without a reason gets `<name>_<code>`.
    Who lacks the permission that a field *needs* takes nothing in for it; so no row requires
    it, and none is told apart by it.
    """

    name: str
    label: object
    kind: Kind = "text"
    #: A row without it is rejected.
    required: bool = False
    #: A row whose value an earlier row or a record has is listed for a decision.
    unique: bool = False
    #: A value that cannot be read rejects the row; else it is left out, with a note.
    strict: bool = True
    #: Values below zero reject the row.
    may_be_negative: bool = False
    #: The dry run shows its sum, of rejected rows too.
    summed: bool = False
    #: The dry run lists its different values, because they name other records.
    listed: bool = False
    #: A count with decimals loses them, with a note.
    round_down: bool = False
    longest: int = 2_000
    #: The field of kind "choice" whose value "lunar" makes this birthday a lunar one.
    calendar: str | None = None
    #: This birthday is a lunar one always.
    is_lunar: bool = False
    reasons: Mapping[str, ImportReason] = field(default_factory=dict)
    #: Says from cleaned values, from 0 to 1, how much a column without a known heading looks
    #: like this field; without it only headings count.
    looks_like: Callable[[Sequence[ImportValue]], float] | None = None
    needs: Permission | None = None

    def __post_init__(self) -> None:
        """Raise ValueError when rows cannot do without a field that takes a permission."""
        if self.needs and (self.required or self.unique):
            raise ValueError(f"{self.name!r} takes a permission; no row can require it")


@dataclass(frozen=True)
class Vocabulary:
    """Headings and cell words that mean a field, read from the plugin's .toml file."""

    headings: Mapping[str, tuple[str, ...]]
    ignored: tuple[str, ...] = ()
    choices: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Import:
    """A kind of record that can be taken in; `name` is what the command line calls it."""

    name: str
    title: object
    fields: tuple[ImportField, ...]
    vocabulary: Vocabulary

    def field(self, name: str) -> ImportField:
        """Return the field of that name; a KeyError is a bug of the caller."""
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, ImportField]:
        """Return the fields by their names."""
        return {field.name: field for field in self.fields}


def read_vocabulary(package: str, file: str) -> Vocabulary:
    """Read the synonyms of a plugin: `[headings]`, `ignored` and `[choices.<field>]`."""
    told = tomllib.loads(files(package).joinpath(file).read_text("utf-8"))
    return Vocabulary(
        headings={
            name: tuple(dict.fromkeys(fold_heading(heading) for heading in headings))
            for name, headings in told["headings"].items()
        },
        ignored=tuple(fold_heading(heading) for heading in told.get("ignored", ())),
        choices={
            name: {
                value: frozenset(fold(word) for word in known) for value, known in choices.items()
            }
            for name, choices in told.get("choices", {}).items()
        },
    )


def fold_heading(text: str, *, without_brackets: bool = False) -> str:
    """Return a heading as headings are compared: its letters and digits only, all small."""
    text = fold(text)
    if without_brackets:
        text = _BRACKETED.sub("", text) or text
    return "".join(sign for sign in text if sign.isalnum())


def clean(
    subject: ImportField,
    cell: Cell,
    *,
    today: date,
    vocabulary: Vocabulary,
    lunar: bool | None = None,
) -> ImportValue:
    """Return what *cell* says of a field, or raise `Unclean`."""
    match subject.kind:
        case "phone":
            return cleaning.clean_phone(cell)
        case "money":
            return cleaning.clean_money(cell)
        case "count":
            return cleaning.clean_count(cell, round_down=subject.round_down)
        case "date":
            day = dates.clean_date(cell, today=today)
            return day.isoformat() if day else None
        case "birthday":
            birthday = dates.clean_birthday(cell, today=today, lunar=lunar)
            return str(birthday) if birthday else None
        case "choice":
            return cleaning.clean_choice(cell, vocabulary.choices[subject.name])
        case "tags":
            return cleaning.clean_tags(cell)
        case "text":
            return cleaning.clean_text(cell, longest=subject.longest)
