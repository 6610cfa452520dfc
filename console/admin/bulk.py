"""Bulk actions: one act on the rows that were chosen, all of them within the person's reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Response, abort, current_app, flash, jsonify, redirect, request, url_for

from console.admin import export, lookups, problems, scope
from console.admin.lists import acting
from console.admin.saying import say_done
from console.admin.state import State
from console.errors import Refused
from console.i18n import gettext
from console.jobs import start_job
from console.security.paths import own_path
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.admin.views import Bulk

#: The most rows that one act takes at once; an act on more is a job.
MOST_IDS = 1000


def run(view: ModelAdmin) -> Any:
    """Run the action that was asked for and lead back to the list.

    A row out of reach is 404 for the whole: nothing is done to the others either.
    """
    name = request.form.get("action", "")
    if name.startswith("export."):
        return _export(view, name.partition(".")[2])
    offered = view.bulk_actions.get(name)
    if offered is None:
        abort(404)
    if not offered.needs.held():
        abort(403)
    try:
        return _run(view, name, offered)
    except Refused as problem:
        flash(str(problem), "error")
    except sa.exc.DBAPIError as problem:
        objection = problems.objection_of(problem)
        if objection is None:
            raise
        current_app.logger.info("the database refused %s", objection)
        flash(gettext("These values do not go together; please check them."), "error")
    return redirect(back(view))


def _run(view: ModelAdmin, name: str, offered: Bulk) -> Any:
    wanted = _read_value(offered)
    query = _read_query()
    if query is None:
        ids = _chosen(view, offered.needs)
    else:
        ids = acting.ids_after(acting.listing_of(view, query, offered), None, MOST_IDS + 1)
        wanted["query"] = query
    if len(ids) > MOST_IDS and query is not None and offered.in_chunks:
        return redirect(url_for("console_jobs.show", number=_start(view, name, wanted)))
    if not ids or len(ids) > MOST_IDS:
        raise Refused(gettext("Choose between 1 and %(count)s rows.", count=f"{MOST_IDS:,}"))
    run_id, answer, figures = _act(view, name, wanted, ids)
    if answer is not None and not isinstance(answer, str) and hasattr(answer, "status_code"):
        return answer
    _say(view, offered, run_id, answer, figures, wanted)
    return redirect(back(view))


@unit
def _act(
    view: ModelAdmin, name: str, wanted: dict[str, Any], ids: Sequence[Any]
) -> tuple[int, Any, dict[str, int]]:
    run_id = acting.begin(view, name, wanted)
    answer = acting.act_on(view, run_id, 0, ids)
    return run_id, answer, acting.end(view, run_id, ids)


@unit
def _start(view: ModelAdmin, name: str, wanted: dict[str, Any]) -> int:
    return start_job(acting.acting, run_id=acting.begin(view, name, wanted))


def _say(
    view: ModelAdmin,
    offered: Bulk,
    run_id: int,
    answer: Any,
    figures: dict[str, int],
    wanted: dict[str, Any],
) -> None:
    if answer is None or isinstance(answer, str):
        flash(str(answer) if answer else gettext("Done."), "success")
        return
    label = str(offered.label)
    if wanted.get("label"):
        label = gettext("%(act)s “%(value)s”", act=label, value=wanted["label"])
    text = gettext("%(act)s: %(changed)s of %(rows)s changed.", act=label, **figures)
    if offered.undo and figures["changed"]:
        say_done(text, url_for(f"{view.endpoint}.undo_view", number=run_id))
    else:
        say_done(text)


def count(view: ModelAdmin) -> Response:
    """Answer how many rows of a list an action may take; capped, and honest about it."""
    offered = view.bulk_actions.get(request.args.get("action", ""))
    listing = acting.listing_of(view, request.query_string.decode(), offered)
    return jsonify(ok=True, **acting.say_count(acting.count(listing)))


def undo(view: ModelAdmin, number: int) -> Any:
    """Take a run of the person's own back; a large one by a job."""
    acting.find_run(view, number)
    parts = acting.parts_of(number)
    if len(parts) > 1:
        return redirect(url_for("console_jobs.show", number=_start_undoing(number)))
    changed = _undo(view, number, parts) if parts else 0
    flash(gettext("Taken back for %(count)s rows.", count=f"{changed:,}"), "success")
    return redirect(back(view))


@unit
def _undo(view: ModelAdmin, number: int, parts: Sequence[int]) -> int:
    changed = sum(acting.take_back(view, number, part) for part in parts)
    acting.end_taking_back(view, number, changed)
    return changed


@unit
def _start_undoing(number: int) -> int:
    return start_job(acting.undoing, run_id=number)


def _read_query() -> str | None:
    """Return the query of the list when all rows that match it are meant."""
    if request.form.get("all") != "1":
        return None
    return request.form["query"] if "query" in request.form else abort(400)


def _read_value(offered: Bulk) -> dict[str, Any]:
    """Read what was chosen for the action, and how it is called."""
    asks = offered.asks
    if asks is None:
        return {}
    text = request.form.get("value", "")
    if not text and asks.optional:
        return {"value": None, "label": gettext("nobody or nothing")}
    if asks.target is None:
        found = next(((v, str(la)) for v, la in asks.options if str(v) == text), None)
    else:
        number = scope.read_id(asks.target, text)
        labels = lookups.known_labels(asks.target, [number], offered.needs)
        may = number in lookups.allowed(asks.target, [number], offered.needs)
        found = (number, labels[number]) if may and number in labels else None
    if found is None:
        raise Refused(gettext("%(name)s: choose one of the list.", name=asks.label))
    return {"value": found[0], "label": found[1]}


def _chosen(view: ModelAdmin, needs: Any) -> list[Any]:
    texts = list(dict.fromkeys(request.form.getlist("rowid")))
    if not texts or len(texts) > MOST_IDS:
        raise Refused(gettext("Choose between 1 and %(count)s rows.", count=f"{MOST_IDS:,}"))
    ids = [scope.read_id(view.subject, text) for text in texts]
    if None in ids or scope.reached(view.subject, ids, needs) != set(ids):
        abort(404)
    return ids


def _export(view: ModelAdmin, kind: str) -> Any:
    if kind not in export.WRITERS:
        abort(404)
    if not view.allows("export"):
        abort(403)
    try:
        query = _read_query()
        ids = _chosen(view, view.needs["export"]) if query is None else None
    except Refused as problem:
        flash(str(problem), "error")
        return redirect(back(view))
    listing = acting.listing_of(view, query or request.form.get("query", ""))
    return export.send(view, listing.state if query is not None else _only(listing), kind, ids)


def _only(listing: Any) -> State:
    """Return the order and the columns of a list, without what narrows it."""
    state: State = listing.state
    return State(sort=state.sort, columns=state.columns)


def back(view: ModelAdmin) -> str:
    """Return where the person came from, if it is a page of this view; else its list."""
    base = str(view.url) + "/"
    path = own_path(request.values.get("url"))
    return path if path.partition("?")[0] == base else base
