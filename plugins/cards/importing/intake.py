"""Cards as they are taken in from spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console import api
from console.api import _
from plugins.cards.importing.apply import add_cards
from plugins.cards.importing.fields import CARDS
from plugins.cards.importing.judging import judge_rows
from plugins.cards.importing.names import NAMINGS
from plugins.cards.importing.rollback import labels_of, look_back, take_cards_back
from plugins.cards.permissions import TAKE_IN

SAMPLES = "plugins.cards.importing.sample"


def _nothing_taken(_field: str, _values: Sequence[str]) -> Mapping[str, int]:
    return {}


def _url_of(card_id: int) -> str:
    return f"/console/cards/cards/{card_id}/"


INTAKE = api.Intake(
    subject=CARDS,
    needs=TAKE_IN,
    find_taken=_nothing_taken,
    judge=judge_rows,
    add=add_cards,
    take_back=take_cards_back,
    look_back=look_back,
    labels=labels_of,
    record_url=_url_of,
    alone=_("Take in as another card"),
    shown=("name", "phone", "card_name"),
    namings=NAMINGS,
    samples=(
        api.SampleSheet(
            label=_("Download a sample sheet"), package=SAMPLES, file="cards-sample.xlsx"
        ),
        api.SampleSheet(
            label=_("Old cards of the demo's members"),
            package=SAMPLES,
            file="cards-legacy.csv",
            for_demo=True,
        ),
    ),
)
COMMAND = api.import_command(INTAKE)
