"""Writing staged rows as members with their opening balances, in the running unit."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from console import api
from plugins.ledger.api import Opening, open_balances
from plugins.membership.importing.names import LEVEL_AS_TAG
from plugins.membership.services.birthdays import Birthday
from plugins.membership.services.joining import NewMember, Touch, add_members
from plugins.membership.services.tagging import find_or_add_tags

Values = Mapping[str, Any]


@api.unit
def add_rows(run: api.ImportRun, rows: Sequence[api.StagedRow]) -> Mapping[int, int]:
    """Add a member for each row, and post what she brings along; answer her id by row."""
    values = [row.values for row in rows]
    tags = find_or_add_tags([tag for one in values for tag in _tags(run, one)])
    ids = add_members([_new_member(run, one, tags) for one in values])
    for store_id, openings in _by_store(run, zip(ids, values, strict=True)).items():
        open_balances(ref_of(run), openings, store_id=store_id)
    return {row.number: member_id for row, member_id in zip(rows, ids, strict=True)}


def ref_of(run: api.ImportRun) -> str:
    """Return the reference under which the ledger keeps an import's opening balances."""
    return f"import:{run.id}"


def _new_member(run: api.ImportRun, values: Values, tags: Mapping[str, int]) -> NewMember:
    store_id = _store(run, values)
    consultant = _chosen(run, "consultant", values)
    return NewMember(
        name=values.get("name") or "",
        store_id=store_id,
        phone=values.get("phone"),
        touch=Touch("import", store_id, channel=run.file_name),
        gender=values.get("gender"),
        birthday=_birthday(values.get("birthday") or values.get("lunar_birthday")),
        consultant_id=int(consultant) if consultant else None,
        allergies=values.get("allergies") or "",
        notes=values.get("notes") or "",
        joined_on=_day(values.get("joined_on")),
        tag_ids=[tags[name] for name in _tags(run, values)],
        level_id=_level(run, values),
        earlier_numbers=[values["number"]] if values.get("number") else (),
    )


def _chosen(run: api.ImportRun, field: str, values: Values) -> str:
    name = values.get(field)
    return str(run.choices.get(field, {}).get(name, "")) if name else ""


def _store(run: api.ImportRun, values: Values) -> int:
    return int(_chosen(run, "store", values) or run.store_id)


def _level(run: api.ImportRun, values: Values) -> int | None:
    chosen = _chosen(run, "level", values)
    return int(chosen) if chosen.isdecimal() else None


def _tags(run: api.ImportRun, values: Values) -> Iterator[str]:
    yield from values.get("tags") or ()
    if _chosen(run, "level", values) == LEVEL_AS_TAG:
        yield values["level"]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _birthday(text: str | None) -> Birthday | None:
    found = api.read_birthday(text) if text else None
    if found is None:
        return None
    return Birthday(found.month, found.day, found.year, lunar=found.is_lunar, leap=found.is_leap)


def _by_store(
    run: api.ImportRun, members: Iterable[tuple[int, Values]]
) -> Mapping[int, Sequence[Opening]]:
    found: dict[int, list[Opening]] = defaultdict(list)
    for member_id, values in members:
        found[_store(run, values)].append(_opening(member_id, values))
    return found


def _opening(member_id: int, values: Values) -> Opening:
    """Return what she brings along; what is below zero she owes."""
    principal, bonus = (values.get(key) or 0 for key in ("principal_fen", "bonus_fen"))
    times = values.get("card_times") or 0
    card = values.get("card_name") or api.gettext("Sessions of the earlier system")
    return Opening(
        member_id=member_id,
        principal_fen=max(principal, 0),
        bonus_fen=max(bonus, 0),
        points=values.get("points") or 0,
        sessions={card: times} if times else {},
        owing_fen=max(-principal, 0) + max(-bonus, 0),
    )
