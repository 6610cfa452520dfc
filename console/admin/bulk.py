"""Bulk actions: one act on the rows that were chosen, all of them within the person's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort, current_app, flash, redirect, request

from console.admin import problems, scope
from console.errors import Refused
from console.i18n import gettext
from console.security.paths import own_path

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin

#: The most rows that one act takes.
MOST_IDS = 1000


def run(view: ModelAdmin) -> Any:
    """Run the action that was asked for and lead back to the list.

    A row out of reach is 404 for the whole: nothing is done to the others either.
    """
    name = request.form.get("action", "")
    offered = view.bulk_actions.get(name)
    if offered is None:
        abort(404)
    if not offered.needs.held():
        abort(403)
    texts = list(dict.fromkeys(request.form.getlist("rowid")))
    if not texts or len(texts) > MOST_IDS:
        flash(gettext("Choose between 1 and %(count)s rows.", count=MOST_IDS), "error")
        return redirect(back(view))
    ids = [scope.read_id(view.subject, text) for text in texts]
    if None in ids or scope.reached(view.subject, ids, offered.needs) != set(ids):
        abort(404)
    try:
        said = getattr(view, name)(ids)
    except Refused as problem:
        flash(str(problem), "error")
        return redirect(back(view))
    except sa.exc.DBAPIError as problem:
        objection = problems.objection_of(problem)
        if objection is None:
            raise
        current_app.logger.info("the database refused %s", objection)
        flash(gettext("These values do not go together; please check them."), "error")
        return redirect(back(view))
    if said is not None and not isinstance(said, str) and hasattr(said, "status_code"):
        return said
    flash(str(said) if said else gettext("Done."), "success")
    return redirect(back(view))


def back(view: ModelAdmin) -> str:
    """Return where the person came from, if it is a page of this view; else its list."""
    base = str(view.url) + "/"
    path = own_path(request.values.get("url"))
    return path if path.partition("?")[0] == base else base
