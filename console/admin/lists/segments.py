"""Segments: live sets of records, put together from the filters of their list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app

from console import audit, clock, epoch
from console.admin import density
from console.admin.attributes import pk_of
from console.admin.filters import BadValue, ListFilter
from console.admin.lists import conditions as asked
from console.admin.lists.conditions import Conditions
from console.admin.lists.models import LONGEST_NAME, Segment
from console.admin.lookups import view_of
from console.admin.shown import all_filters
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _, translate
from console.security.actors import actor
from console.security.permissions import host_permission
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin

EDIT_SEGMENTS = host_permission(
    "console.edit_segments", _("Make and change segments"), ("manager",)
)
#: The key of the filter that every list with segments has.
KEY = "segment"


@dataclass(frozen=True)
class KnownSegment:
    """A segment as plain values, which outlive the transaction that read them."""

    id: int
    subject: str
    name: str
    names: dict[str, str]
    conditions: dict[str, Any]
    user_id: int | None

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return translate(self.name, self.names)


def segments_of(model: type[Any]) -> list[KnownSegment]:
    """Return the segments of a model, by name."""
    return [each for each in _known().values() if each.subject == model.__tablename__]


def segment_where(segment_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a record is in a segment now, wherever its store is.

    `NotFound` when it was deleted, `Refused` when it asks for something that is not there at
    the moment, such as a filter of a plugin that is switched off. Add the person's own scope.
    """
    segment = get(segment_id)
    try:
        return _where(segment)
    except BadValue:
        raise Refused(
            _(
                "The segment “%(name)s” asks for something that is not there at the moment.",
                name=segment.label,
            )
        ) from None


def get(segment_id: int) -> KnownSegment:
    """Return a segment, or raise `NotFound`."""
    segment = _known().get(segment_id)
    if segment is None:
        raise NotFound(_("There is no such segment."))
    return segment


def filters_of(view: ModelAdmin) -> dict[str, ListFilter]:
    """Return the filters that segments are made from.

    A masked value cannot be asked for: whoever may not see it would learn it from the segment.
    """
    found = all_filters(view)
    return {key: f for key, f in found.items() if f.sensitive is None and key != KEY}


def filter_of(model: type[Any]) -> ListFilter:
    """Return the filter "segment is …" of a model's list.

    A list begins at the few who are in it, who are looked up once, and checks one after another
    where many are.
    """
    key = pk_of(model)

    def within(operation: str, ids: Any) -> sa.ColumnElement[bool]:
        try:
            found = sa.or_(sa.false(), *(_where(get(number)) for number in ids))
        except NotFound:
            raise BadValue(KEY) from None
        few = density.few_of(sa.select(key).where(found))
        if few is not None:
            found = key.in_(few)
        return found if operation == "in" else sa.not_(found)

    choices = lambda: [(each.id, each.label) for each in segments_of(model)]  # noqa: E731
    return ListFilter(KEY, _("Segment"), "choice", within, choices, nullable=False)


def _where(segment: KnownSegment) -> sa.ColumnElement[bool]:
    view = _view(segment)
    if view is None:
        raise BadValue(segment.subject)
    return asked.where(asked.read(segment.conditions), filters_of(view))


def missing_of(view: ModelAdmin, segment: KnownSegment) -> list[str]:
    """Name the filters that a segment asks for and that are not there at the moment."""
    known = filters_of(view)
    wanted = asked.read(segment.conditions).each()
    return sorted({each.key for each in wanted if each.key not in known})


def _view(segment: KnownSegment) -> ModelAdmin | None:
    views: dict[type[Any], ModelAdmin] = current_app.extensions["console_views"]
    model = next((m for m in views if m.__tablename__ == segment.subject), None)
    return view_of(model) if model is not None else None


def _known() -> dict[int, KnownSegment]:
    found: dict[int, KnownSegment] = current_app.extensions["console"].remember("segments", _read)
    return found


def _read() -> dict[int, KnownSegment]:
    rows = db.session.execute(
        sa.select(
            Segment.id,
            Segment.subject,
            Segment.name,
            Segment.names,
            Segment.conditions,
            Segment.user_id,
        )
        .where(Segment.deleted_at.is_(None))
        .order_by(Segment.name, Segment.id)
    )
    return {row[0]: KnownSegment(*row) for row in rows}


@unit
def save_segment(
    model: type[Any],
    name: str,
    conditions: Conditions,
    *,
    number: int | None = None,
    names: dict[str, str] | None = None,
) -> int:
    """Store a new segment of *model*, or change the one of this *number*; return its number.

    The conditions must have been checked.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(_("Give it a name of up to %(count)s characters.", count=LONGEST_NAME))
    row = Segment(subject=model.__tablename__, user_id=actor().user_id)
    if number is not None:
        row = _lock(number)
    same = [each for each in segments_of(model) if each.name == name and each.id != number]
    if same:
        raise Refused(_("There is a segment of this name already."))
    before = None if number is None else {"name": row.name, "conditions": row.conditions}
    row.name, row.conditions, row.changed_at = name, conditions.keep(), clock.now()
    if names is not None or number is None or before is None or before["name"] != name:
        row.names = names or {}
    db.session.add(row)
    db.session.flush()
    after = {"name": name, "conditions": row.conditions}
    audit.record("change" if before else "add", row, before=before, after=after)
    epoch.bump()
    return int(row.id)


@unit
def delete_segment(number: int) -> None:
    """Take a segment away; `restore_segment` brings it back."""
    row = _lock(number)
    row.deleted_at = clock.now()
    audit.record("delete", row, before={"name": row.name, "conditions": row.conditions})
    epoch.bump()


@unit
def restore_segment(model: type[Any], number: int) -> None:
    """Bring a deleted segment of *model* back, unless another one bears its name by now."""
    row = _lock(number)
    if row.subject != model.__tablename__:
        raise NotFound(_("There is no such segment."))
    taken = sa.select(Segment.id).where(
        Segment.subject == row.subject, Segment.name == row.name, Segment.deleted_at.is_(None)
    )
    if row.deleted_at is not None and db.session.scalar(taken.limit(1)) is not None:
        raise Refused(_("There is a segment of this name already."))
    row.deleted_at = None
    audit.record("add", row, after={"name": row.name, "conditions": row.conditions})
    epoch.bump()


def _lock(number: int) -> Segment:
    row = db.session.get(Segment, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("There is no such segment."))
    return row
