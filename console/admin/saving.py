"""Saving and deleting records: one unit with its audit, under the record's lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from console import audit
from console.admin import scope
from console.admin.attributes import pk_of
from console.admin.forms import RecordForm
from console.admin.versions import changed_since, seal
from console.db import db
from console.errors import Conflict, NotFound, Refused
from console.i18n import _
from console.security import current_store
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.security import Permission

#: The column that counts changes, where a model has one.
VERSION = "version"


class Stale(Conflict):
    """Somebody changed the record since this person opened it; *names* are what differs."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        super().__init__(_("Somebody else has changed this record in the meantime."))
        self.names = names


def tracked_names(view: ModelAdmin) -> list[str]:
    """Name the columns that a row's version is made from: those of its form, and its counter."""
    mapper = sa.inspect(view.subject)
    names = [key for key in view.form_names if key in mapper.columns] or list(mapper.columns.keys())
    counted = VERSION in mapper.columns and VERSION not in names
    return [*names, VERSION] if counted else names


def version_of(view: ModelAdmin, record: Any) -> str:
    """Return the version of a record as its row in a list states it."""
    return seal(*(getattr(record, name) for name in tracked_names(view)))


def tracked_values(form: RecordForm, record: Any) -> dict[str, Any]:
    """Return all that a form shows of *record*, and its counter of changes."""
    values = form.read(record)
    if VERSION in sa.inspect(type(record)).columns:
        values.setdefault(VERSION, getattr(record, VERSION))
    return values


@unit
def create(view: ModelAdmin, form: RecordForm) -> Any:
    """Store a new record with all its sections; return its id."""
    record = view.subject()
    form.populate(record)
    _fill_store(record)
    view.before_save(record, form, created=True)
    db.session.add(record)
    db.session.flush()
    number = getattr(record, pk_of(view.subject).key)
    given = form.save_foreign(record)
    view.after_save(record, form, created=True)
    _check_reach(view, number, form.needs)
    values = {key: value for key, value in _columns_of(record).items() if value is not None}
    audit.record("add", record, after={**values, **given})
    return number


@unit
def update(view: ModelAdmin, form: RecordForm, number: Any, version: str) -> Any:
    """Store what was entered in a row of a list; `Stale` when the person had seen another row."""
    record = _locked(view, number, form.needs)
    form.paired.clear()  # what was read before the lock may have changed
    if version != version_of(view, record):
        raise Stale(list(form.own))
    _write(view, form, record, tracked_values(form, record))
    return record


@unit
def update_whole(
    view: ModelAdmin, number: Any, version: str, read_form: Callable[[Any], RecordForm]
) -> bool:
    """Store what was entered in the form of a record; return False if the form objects to it.

    *read_form* makes the form, anew each time when the unit runs again: the record is read but
    once, under its lock. `Stale` when it is not what the person had seen.
    """
    record = _locked(view, number, view.needs["edit"])
    form = read_form(record)
    if not form.validate():
        return False
    tracked = tracked_values(form, record)
    names = changed_since(version, tracked)
    if names:
        raise Stale(names)
    _write(view, form, record, tracked)
    return True


def _locked(view: ModelAdmin, number: Any, needs: Permission) -> Any:
    record = scope.find(view.subject, number, needs, lock=True)
    if record is None:
        raise NotFound(_("This record is no longer there."))
    return record


def _write(view: ModelAdmin, form: RecordForm, record: Any, tracked: Mapping[str, Any]) -> None:
    before = {**_columns_of(record), **tracked}
    form.populate(record)
    view.before_save(record, form, created=False)
    _count_change(record)
    db.session.flush()
    form.save_foreign(record)
    view.after_save(record, form, created=False)
    db.session.flush()
    after = {**_columns_of(record), **tracked_values(form, record)}
    told_by = view.subject.scope.told_by
    if told_by is None or any(before.get(name) != after.get(name) for name in told_by):
        _check_reach(view, getattr(record, pk_of(view.subject).key), form.needs)
    _audit_change(record, before, after)


@unit
def delete(view: ModelAdmin, number: Any, version: str | None, needs: Permission) -> None:
    """Delete a record; `Stale` when *version* is given and not what the person had seen."""
    record = _locked(view, number, needs)
    if version is not None and version != version_of(view, record):
        raise Stale()
    view.before_delete(record)
    audit.record("delete", record, before=_columns_of(record))
    db.session.delete(record)
    db.session.flush()


def _columns_of(record: Any) -> dict[str, Any]:
    return {each.key: getattr(record, each.key) for each in sa.inspect(type(record)).column_attrs}


def _count_change(record: Any) -> None:
    mapper = sa.inspect(type(record))
    own = VERSION in mapper.columns and mapper.version_id_col is None
    state = sa.inspect(record)
    # The session would look at all its attributes; here are those that were set.
    touched = own and any(state.attrs[key].history.has_changes() for key in state.committed_state)
    if touched:
        setattr(record, VERSION, getattr(record, VERSION) + 1)


def _audit_change(record: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    names = [key for key, value in after.items() if before.get(key) != value and key != VERSION]
    if names:
        audit.record(
            "change",
            record,
            before={key: before.get(key) for key in names},
            after={key: after[key] for key in names},
        )


def _fill_store(record: Any) -> None:
    """Put a new record into the store where the person works, unless she chose one."""
    if "store_id" in sa.inspect(type(record)).columns and record.store_id is None:
        store = current_store()
        record.store_id = store.id if store is not None else None


def _check_reach(view: ModelAdmin, number: Any, needs: Permission) -> None:
    """Refuse a record that would end up where the person may not put it."""
    if needs.stores() is None:
        return  # she may put it anywhere
    if not scope.reached(view.subject, [number], needs):
        raise Refused(_("This would belong to a store where you are not allowed to do this."))
