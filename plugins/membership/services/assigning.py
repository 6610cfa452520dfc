"""Giving many members at once a consultant or a home store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from plugins.membership.models import KnownStore, Member
from plugins.membership.services.timeline import note_histories
from plugins.salon.api import Staff


@api.unit
def set_consultants(wanted: Mapping[int, int | None]) -> dict[int, int | None]:
    """Give members consultants (None takes them away); return whom those who changed had."""
    before = _changing(Member.consultant_id, wanted)
    names = _names(Staff, {*before.values(), *wanted.values()})
    for consultant_id, member_ids in _by_value(wanted, before).items():
        _store(member_ids, consultant_id=consultant_id)
        if consultant_id is not None:
            note_histories(member_ids, "consultant_changed", new=names[consultant_id])
            continue
        for old_id, those in _by_value(before, member_ids).items():
            note_histories(those, "consultant_removed", old=names.get(old_id or 0, ""))
    return before


@api.unit
def set_home_stores(wanted: Mapping[int, int | None]) -> dict[int, int | None]:
    """Give members home stores, where they are known from now on; return which they had."""
    before = _changing(Member.home_store_id, wanted)
    names = _names(api.Store, {*before.values(), *wanted.values()})
    for store_id, member_ids in _by_value(wanted, before).items():
        if store_id is None:
            continue
        _store(member_ids, home_store_id=store_id)
        _make_known(member_ids, store_id)
        for old_id, those in _by_value(before, member_ids).items():
            note_histories(those, "moved", old=names.get(old_id or 0, ""), new=names[store_id])
    return before


def _changing(
    column: sa.orm.InstrumentedAttribute[int | None] | sa.orm.InstrumentedAttribute[int],
    wanted: Mapping[int, int | None],
) -> dict[int, int | None]:
    rows = api.db.session.execute(
        sa.select(Member.id, column).where(Member.id.in_(list(wanted))).with_for_update()
    )
    return {number: value for number, value in rows if value != wanted[number]}


def _by_value(
    values: Mapping[int, int | None], among: Mapping[int, int | None] | Sequence[int]
) -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = {}
    for member_id in among:
        found.setdefault(values[member_id], []).append(member_id)
    return found


def _names(model: type[Staff] | type[api.Store], ids: set[int | None]) -> dict[int, str]:
    wanted = [each for each in ids if each is not None]
    rows = api.db.session.execute(sa.select(model.id, model.name).where(model.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _store(member_ids: Sequence[int], **values: int | None) -> None:
    api.db.session.execute(
        sa.update(Member)
        .where(Member.id.in_(member_ids))
        .values(**values, version=Member.version + 1)
        .execution_options(synchronize_session=False)
    )


def _make_known(member_ids: Sequence[int], store_id: int) -> None:
    known = sa.select(KnownStore.member_id).where(
        KnownStore.store_id == store_id, KnownStore.member_id.in_(member_ids)
    )
    known_there = set(api.db.session.scalars(known))
    since = api.today(api.db.session.get_one(api.Store, store_id).time_zone)
    rows = [
        {"member_id": each, "store_id": store_id, "since_on": since}
        for each in member_ids
        if each not in known_there
    ]
    if rows:
        api.db.session.execute(sa.insert(KnownStore), rows)
