"""Saying what could not be saved, beside the field it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from flask import current_app
from markupsafe import Markup

from console.admin import problems, scope
from console.admin.attributes import BadView, attribute_of, model_of
from console.admin.labels import label_columns, write_label
from console.admin.lookups import view_of
from console.admin.problems import Objection
from console.admin.saving import Stale
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import gettext

if TYPE_CHECKING:
    from console.admin.forms import RecordForm
    from console.admin.model import ModelAdmin

R = TypeVar("R")


def attempt(view: ModelAdmin, form: RecordForm, act: Callable[[], R]) -> R | None:
    """Call *act*; what is refused goes into the form's words, and None is returned."""
    try:
        return act()
    except (Stale, NotFound):
        raise
    except (Refused, sa.exc.DBAPIError) as problem:
        tell(view, form, problem)
    return None


def tell(view: ModelAdmin, form: RecordForm, problem: Refused | sa.exc.DBAPIError) -> None:
    """Put what was refused into the form's words; raise what says nothing to a person."""
    if isinstance(problem, Refused):
        if not form.errors:
            form.refuse(problem)
        return
    objection = problems.objection_of(problem)
    if objection is None:
        raise problem
    current_app.logger.info("the database refused %s", objection)
    explain(view, form, objection)


def explain(view: ModelAdmin, form: RecordForm, objection: Objection) -> None:
    """Say in the form what the database refused."""
    own = objection.table in ("", view.subject.__tablename__)
    mapper = sa.inspect(view.subject)
    keys = [k for k, column in mapper.columns.items() if own and column.name in objection.columns]
    if objection.kind == "unique" and keys:
        form.refuse(_taken(view, form, keys), *[key for key in keys if key in form])
    elif objection.kind == "missing" and keys:
        form.refuse(gettext("Fill this in."), *keys)
    elif objection.kind == "unique":
        form.refuse(gettext("Something that you entered exists already."))
    elif objection.kind == "reference":
        form.refuse(gettext("Something that you chose is no longer there."))
    else:
        form.refuse(gettext("These values do not go together; please check them."))


def _taken(view: ModelAdmin, form: RecordForm, keys: list[str]) -> str:
    labels = gettext(", ").join(str(attribute_of(view.subject, key).label) for key in keys)
    said = gettext("This exists already: %(labels)s.", labels=labels)
    if not all(key in form for key in keys) or not view.allows("details_view"):
        return said
    same = [getattr(view.subject, key) == form[key].data for key in keys]
    limit = scope.scope_of(view.subject, view.needs["view"])
    row = db.session.execute(
        sa.select(*label_columns(view.subject)).where(*same, *([] if limit is None else [limit]))
    ).first()
    if row is None:
        return said
    url = view.record_url(row[0])
    link = Markup('{} <a href="{}">{}</a>')
    return link.format(said, url, write_label(view.subject, row))


def explain_use(view: ModelAdmin, number: object) -> str:
    """Say what still refers to a record that therefore cannot be deleted."""
    names: list[str] = []
    for table in problems.users_of(sa.inspect(view.subject).local_table, number):
        title = _title_of(db.metadata.tables[table])
        if title and title not in names:
            names.append(title)
    if not names:
        return gettext("It cannot be deleted: other records refer to it.")
    used = gettext(", ").join(names)
    return gettext("It cannot be deleted: it is still used in %(places)s.", places=used)


def _title_of(table: sa.Table) -> str:
    try:
        view = view_of(model_of(table))
    except BadView:
        return ""
    return str(view.title) if view is not None else ""
