"""The rules: what may be written, and what happens then."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from sample.hookspecs import sample_entry_added
from sample.models import Entry

LONGEST = api.Setting(
    "sample.longest",
    _("Most characters of an entry"),
    200,
    least=10,
    most=2000,
)


@api.unit
def add_entry(store_id: int, text: str) -> int:
    """Keep what a guest wrote and return its number; an empty text is refused."""
    text = text.strip()
    if not text:
        raise api.Refused(_("Write something first."))
    if len(text) > LONGEST.get():
        raise api.Refused(_("Use %(most)s characters at the most.", most=LONGEST.get()))
    if api.db.session.get(api.Store, store_id) is None:
        raise api.NotFound(_("There is no such store."))
    entry = Entry(store_id=store_id, text=text, added_at=api.now())
    api.db.session.add(entry)
    api.db.session.flush()
    api.emit(sample_entry_added, entry_id=entry.id)
    return int(entry.id)


@api.unit
def finish_entries(ids: Sequence[int]) -> int:
    """Mark entries as taken care of and return how many were not before."""
    open_ones = sa.select(Entry).where(Entry.id.in_(ids), Entry.done_at.is_(None))
    found = api.db.session.scalars(open_ones).all()
    for entry in found:
        entry.done_at = api.now()
    return len(found)
