"""What a plugin says of records that can be taken in: how they are written and taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.errors import NotFound
from console.i18n import _
from console.transfer.dry_run import FindTaken
from console.transfer.fields import Import
from console.transfer.models import ImportRun
from console.transfer.plan import Judge, StagedRow

if TYPE_CHECKING:
    from console.security import Permission


@dataclass(frozen=True, kw_only=True)
class Naming:
    """A field whose words name records: which there are to choose, and which a name means.

    Choices are (value, label) pairs; *match* answers a value for each name, "" where nothing
    fits, and what "" means says *nothing*.
    """

    field: str
    nothing: object
    choices: Callable[[ImportRun], Sequence[tuple[str, object]]]
    match: Callable[[ImportRun, Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What taking an import back would meet: an objection, or records that would stay."""

    objection: object = None
    staying: Collection[int] = ()


@dataclass(frozen=True, kw_only=True)
class SampleSheet:
    """A spreadsheet to learn from, kept beside the plugin's code."""

    label: object
    package: str
    file: str
    #: Offered only while the demo is on.
    for_demo: bool = False


@dataclass(frozen=True, kw_only=True)
class Intake:
    """How records of one kind are taken in from spreadsheets, and taken back.

    *add* and *take_back* run in one unit and may refuse, which leaves everything as it was.
    *add* answers the new records' ids by row number; *take_back* gets the ids of what was
    added and answers those that stay because something new hangs on them. *look_back* says so
    beforehand. *labels* names records by id, *record_url* leads to one. Rows that *add* leaves
    out of its answer wait: a name in them was not decided on. *judge* sees some rows at a time,
    may complete their values, and names what is wrong with them in the light of the records.
    """

    subject: Import
    needs: Permission
    find_taken: FindTaken
    add: Callable[[ImportRun, Sequence[StagedRow]], Mapping[int, int]]
    take_back: Callable[[ImportRun, Sequence[int]], Collection[int]]
    look_back: Callable[[ImportRun, Sequence[int]], Outlook]
    labels: Callable[[Sequence[int]], Mapping[int, str]]
    record_url: Callable[[int], str]
    #: The button that takes a row in without the value that is taken already.
    alone: object
    #: Fields that tell rows apart in lists, beside those that are summed.
    shown: tuple[str, ...] = ()
    namings: tuple[Naming, ...] = ()
    samples: tuple[SampleSheet, ...] = field(default=())
    judge: Judge | None = None

    @property
    def plugin(self) -> str:
        """Return the name of the plugin that it belongs to."""
        return self.needs.key.partition(".")[0]


_intakes: dict[str, Intake] = {}


def register(intake: Intake) -> None:
    """Make *intake* known to the jobs that work for it."""
    _intakes[intake.subject.name] = intake


def intake_of(subject: str) -> Intake:
    """Return the intake of that name; Refused when its plugin is gone."""
    if subject not in _intakes:
        raise NotFound(_("The plugin that this import belongs to is not there."))
    return _intakes[subject]
