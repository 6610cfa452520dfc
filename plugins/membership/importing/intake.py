"""Members as they are taken in from spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console import api
from console.api import _
from plugins.membership.importing.apply import add_rows
from plugins.membership.importing.fields import MEMBERS
from plugins.membership.importing.names import NAMINGS
from plugins.membership.importing.rollback import labels_of, look_back, take_rows_back
from plugins.membership.permissions import IMPORT_MEMBERS
from plugins.membership.services.finding import phones_taken

SAMPLES = "plugins.membership.importing.sample"


def _find_taken(field: str, values: Sequence[str]) -> Mapping[str, int]:
    return phones_taken(values) if field == "phone" else {}


def _url_of(member_id: int) -> str:
    return f"/console/membership/members/{member_id}/"


INTAKE = api.Intake(
    subject=MEMBERS,
    needs=IMPORT_MEMBERS,
    find_taken=_find_taken,
    add=add_rows,
    take_back=take_rows_back,
    look_back=look_back,
    labels=labels_of,
    record_url=_url_of,
    alone=_("Add as a new member without phone"),
    shown=("name", "phone"),
    namings=NAMINGS,
    samples=(
        api.SampleSheet(
            label=_("Download a sample sheet"), package=SAMPLES, file="members-sample.xlsx"
        ),
        api.SampleSheet(
            label=_("5,000 rows as an old system writes them"),
            package=SAMPLES,
            file="members-legacy.xlsx",
            for_demo=True,
        ),
    ),
)
COMMAND = api.import_command(INTAKE)
