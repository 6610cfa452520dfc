"""The stores, consultants and levels that a spreadsheet names, and the records they mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.permissions import IMPORT_MEMBERS
from plugins.membership.services.ladder import all_levels
from plugins.salon.api import Staff

#: What the name of a level becomes for which there is no level.
LEVEL_AS_TAG = "tag"

Choices = Sequence[tuple[str, object]]


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _match(choices: Choices, names: Sequence[str]) -> Mapping[str, str]:
    """Match names that are the same but for blanks, width and case; two of one name match none."""
    known: dict[str, str] = {}
    for value, label in choices:
        folded = _fold(str(label))
        known[folded] = "" if folded in known else value
    return {name: known.get(_fold(name), "") for name in names}


def stores_of(run: api.ImportRun) -> Choices:
    """Return the stores that rows of an import may belong to."""
    stores = api.db.session.execute(
        sa.select(api.Store.id, api.Store.name).where(~api.Store.closed).order_by(api.Store.id)
    )
    return [
        (str(store_id), name)
        for store_id, name in stores
        if run.whole_chain or IMPORT_MEMBERS.held(store_id)
    ]


def _match_stores(run: api.ImportRun, names: Sequence[str]) -> Mapping[str, str]:
    return _match(stores_of(run), names)


def consultants_of(_run: api.ImportRun) -> Choices:
    """Return the staff who can look after members."""
    rows = api.db.session.execute(
        sa.select(Staff.id, Staff.name).where(Staff.left_on.is_(None)).order_by(Staff.name)
    )
    return [(str(staff_id), name) for staff_id, name in rows]


def _match_consultants(run: api.ImportRun, names: Sequence[str]) -> Mapping[str, str]:
    return _match(consultants_of(run), names)


def levels_of(_run: api.ImportRun) -> Choices:
    """Return what the name of a level may become: one of our levels, or a tag."""
    levels = [(str(level.id), level.name) for level in all_levels()]
    return [*levels, (LEVEL_AS_TAG, _("Keep as a tag"))]


def _match_levels(_run: api.ImportRun, names: Sequence[str]) -> Mapping[str, str]:
    known = [(str(level.id), level.name) for level in all_levels()]
    found = _match(known, names)
    return {name: found[name] or LEVEL_AS_TAG for name in names}


NAMINGS = (
    api.Naming(
        field="store",
        nothing=_("The store chosen for this import"),
        choices=stores_of,
        match=_match_stores,
    ),
    api.Naming(
        field="consultant",
        nothing=_("No consultant"),
        choices=consultants_of,
        match=_match_consultants,
    ),
    api.Naming(
        field="level",
        nothing=_("Leave out"),
        choices=levels_of,
        match=_match_levels,
    ),
)
