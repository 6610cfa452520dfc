"""Taking imported members back, while nothing that came later depends on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.ledger.api import members_who_used, members_with_business, undo_opening
from plugins.membership.importing.apply import ref_of
from plugins.membership.models import Alias, HistoryLine, KnownStore, Member, MemberTag

MEMBER: Any = Member.__table__
#: What came with her when she was added, and goes with her.
BELONGINGS: tuple[Any, ...] = tuple(
    model.__table__ for model in (HistoryLine, MemberTag, Alias, KnownStore)
)
CHUNK = 500
NAMED = 5


@api.unit
def take_rows_back(run: api.ImportRun, ids: Sequence[int]) -> Collection[int]:
    """Reverse the opening balances and remove the members; answer those who stay.

    Whoever has had other business since stays, without what the import gave her. Refused when
    somebody has used of it: it cannot be reversed any more.
    """
    outlook = look_back(run, ids)
    if outlook.objection is not None:
        raise api.Refused(outlook.objection)
    undo_opening(ref_of(run))
    staying = set(outlook.staying)
    for some in _chunks([number for number in ids if number not in staying]):
        for table in BELONGINGS:
            api.db.session.execute(sa.delete(table).where(table.c.member_id.in_(some)))
        api.db.session.execute(sa.delete(MEMBER).where(MEMBER.c.id.in_(some)))
        api.forget_words(Member, some)
    return staying


def look_back(run: api.ImportRun, ids: Sequence[int]) -> api.Outlook:
    """Say whether an import can be taken back, and which members would stay."""
    used = members_who_used(ref_of(run))
    if used:
        return api.Outlook(objection=_objection(used))
    known = set(ids)
    staying = (members_with_business(ref_of(run)) & known) | _tied(ids)
    return api.Outlook(staying=staying)


def _objection(used: Collection[int]) -> object:
    some = sorted(used)[:NAMED]
    names = labels_of(some)
    return _(
        "%(count)s members have used of what was taken in, so it cannot be rolled back: %(names)s.",
        count=len(used),
        names=", ".join(names.get(number, str(number)) for number in some),
    )


def labels_of(ids: Sequence[int]) -> dict[int, str]:
    """Return what members are called, by id."""
    found: dict[int, str] = {}
    for some in _chunks(ids):
        rows = api.db.session.execute(
            sa.select(Member.id, Member.name, Member.number).where(Member.id.in_(some))
        )
        found |= {
            number: name if name == code else f"{name} ({code})" for number, name, code in rows
        }
    return found


def _tied(ids: Sequence[int]) -> set[int]:
    """Return the members that rows of other tables refer to, and those known in more stores."""
    found: set[int] = set()
    for some in _chunks(ids):
        visited = sa.select(KnownStore.member_id).join(Member, Member.id == KnownStore.member_id)
        visited = visited.where(KnownStore.store_id != Member.home_store_id)
        found.update(api.db.session.scalars(visited.where(Member.id.in_(some))))
        for column in _references():
            found.update(api.db.session.scalars(sa.select(column).where(column.in_(some))))
    return found


def _references() -> Iterator[sa.Column[Any]]:
    """Yield the columns, of whatever plugin, that refer to a member, but for her belongings."""
    # The table of a plugin in quarantine may never have been made.
    made = set(sa.inspect(api.db.session.connection()).get_table_names())
    for table in Member.metadata.tables.values():
        if table in BELONGINGS or table.name not in made:
            continue
        for column in table.columns:
            if any(key.references(MEMBER) for key in column.foreign_keys):
                yield column


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
