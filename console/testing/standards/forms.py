"""Forms: whatever a request carries, nothing changes but what the form shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console.admin import ModelAdmin, saving
from console.admin.attributes import pk_of
from console.db import db
from console.testing.pages import filled
from console.testing.people import SignIn, post

Entered = dict[str, Any]
#: How many records are tried until one has a form.
TRIES = 3
#: An id that no record has: where it is taken over, the database refuses the whole form.
NOBODY = "987654"
WRITTEN: dict[type[Any], Callable[[Any], str]] = {
    bool: lambda before: "" if before else "y",
    int: lambda _before: NOBODY,
    float: lambda _before: "9876.5",
    dict: lambda _before: '{"planted": 1}',
    list: lambda _before: '["planted"]',
    dt.date: lambda _before: "1999-09-09",
    dt.datetime: lambda _before: "1999-09-09T09:09",
    dt.time: lambda _before: "09:09",
}


def test_a_form_changes_nothing_that_it_does_not_show(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str], records: None
) -> None:
    """A column without a field stays as it is, although the request names a value for it."""
    client, touched = sign_in("owner"), []
    for view in views_with(app, tested_plugins, "edit_view"):
        number, shown = form_of_a_record(client, view)
        if number is None:
            continue
        path = f"{view.url}/{number}/edit/"
        planted = planted_beside(view, shown, number)
        touched += changed_by(client, view, number, path, {**planted, **shown})
    assert not touched, "\n".join(touched)


def test_a_new_record_takes_nothing_that_the_form_does_not_show(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str], records: None
) -> None:
    """A new record begins as its plugin says, whatever the request names."""
    client, touched = sign_in("owner"), []
    for view in views_with(app, tested_plugins, "create_view"):
        number, known = form_of_a_record(client, view)
        empty = filled(client.get(f"{view.url}/new/").text)
        shown = empty | {key: told for key, told in known.items() if key in empty and told}
        renamed(view, shown)
        planted = planted_beside(view, shown, number)
        answer = post(client, f"{view.url}/new/", {**planted, **shown})
        if answer.status_code != 302:
            again = post(client, f"{view.url}/new/", shown).status_code
            touched += [f"{view.endpoint}: refuses what it does not show"] if again == 302 else []
            continue
        row = values_of(view, newest(view))
        touched += [
            f"{view.endpoint}: a new record has the planted {key}"
            for key, told in planted.items()
            if key in row and told not in ("", "y") and str(row[key]) == told
        ]
    assert not touched, "\n".join(touched)


def test_a_value_edited_in_a_list_changes_no_other(
    app: Flask, sign_in: SignIn, tested_plugins: frozenset[str], records: None
) -> None:
    """What the list does not offer for editing stays, named in the request or sent beside."""
    client, touched = sign_in("owner"), []
    for view in views_with(app, tested_plugins, "ajax_update"):
        number = next(ids_of(view), None)
        if number is None:
            continue
        record = db.session.get_one(view.subject, number)
        given: Entered = {"id": number, "version": saving.version_of(view, record)}
        planted = planted_beside(view, dict.fromkeys((*view.inline_edit, *given), ""), number)
        for key in view.inline_edit[:1]:
            told = {**planted, **given, "key": key, "value": str(getattr(record, key))}
            touched += changed_by(client, view, number, f"{view.url}/update/", told)
        for key in list(planted)[:TRIES]:
            told = {**given, "key": key, "value": planted[key]}
            touched += changed_by(client, view, number, f"{view.url}/update/", told)
    assert not touched, "\n".join(touched)


def views_with(app: Flask, of: Collection[str], page: str) -> Iterator[ModelAdmin]:
    """Return the views of the plugins that have such a page at all."""
    for view in app.extensions["console_views"].values():
        if isinstance(view, ModelAdmin) and view.plugin in of and view.needed(page):
            yield view


def ids_of(view: ModelAdmin) -> Iterator[Any]:
    """Return the ids of some records, the first ones first."""
    key = pk_of(view.subject)
    yield from db.session.scalars(sa.select(key).order_by(key).limit(TRIES)).all()


def newest(view: ModelAdmin) -> Any:
    """Return the id of the record that was added last."""
    return db.session.scalar(sa.select(sa.func.max(pk_of(view.subject))))


def form_of_a_record(client: FlaskClient, view: ModelAdmin) -> tuple[Any, Entered]:
    """Return a record that may be edited, and what its form sends when nothing is typed."""
    if view.needed("edit_view"):
        for number in ids_of(view):
            answer = client.get(f"{view.url}/{number}/edit/")
            if answer.status_code == 200:
                return number, filled(answer.text)
    return None, {}


def values_of(view: ModelAdmin, number: Any) -> Entered:
    """Return every column of a record, as the database has it; nothing once it is gone."""
    db.session.expire_all()
    record = db.session.get(view.subject, number)
    if record is None:
        return {}
    return {each.key: getattr(record, each.key) for each in sa.inspect(view.subject).column_attrs}


def planted_beside(view: ModelAdmin, shown: Entered, number: Any) -> Entered:
    """Return another value for every column that the form does not show."""
    now = values_of(view, number) if number is not None else {}
    planted: Entered = {}
    for key, column in sa.inspect(view.subject).columns.items():
        if key not in shown and not any(name.startswith(f"{key}__") for name in shown):
            planted[key] = other_than(column, now.get(key))
    return planted


def other_than(column: sa.Column[Any], before: Any) -> str:
    """Return a value that a column could have and does not, as a form would send it."""
    others = [value for value, _label in column.info.get("choices") or () if value != before]
    if others:
        return str(others[-1])
    return WRITTEN.get(column.type.python_type, lambda _before: "planted")(before)


def renamed(view: ModelAdmin, shown: Entered) -> None:
    """Give a copy names of its own where texts may be there once only."""
    for key, column in sa.inspect(view.subject).columns.items():
        plain = isinstance(column.type, sa.String) and not column.info.get("choices")
        if plain and shown.get(key) and not column.info.get("sensitive"):
            shown[key] = f"{shown[key]}2"


def changed_by(
    client: FlaskClient, view: ModelAdmin, number: Any, path: str, told: Entered
) -> list[str]:
    """Send a form in which nothing was typed; say which columns are not what they were."""
    before = values_of(view, number)
    status = post(client, path, told).status_code
    after = values_of(view, number)
    names = [key for key in after if after[key] != before[key]]
    if not after:
        return [f"{path}: the record has another id ({status})"]
    own = saving.VERSION  # counts each change, and takes no number from anybody
    return [
        f"{path}: {key} is now {after[key]!r} ({status})"
        for key in names
        if key != own or str(after[key]) == NOBODY
    ]
