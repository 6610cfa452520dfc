"""Acting on many rows: part by part, each in one unit, so that it can be stopped and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import MultiDict

from console import audit, clock, inbox
from console.admin.listing import Listing
from console.admin.lists.models import BulkPart, BulkRun
from console.admin.lookups import view_of
from console.admin.scope import reached, scope_of
from console.admin.state import State
from console.db import db
from console.errors import NotFound, Refused
from console.failpoints import fail_point
from console.i18n import _
from console.jobs import JobRun, job
from console.security.actors import actor
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.admin.views import Bulk

#: The rows of one unit of a job.
PART = 500
#: Counting for a question stops here; beyond it the question says "100,000+".
MOST_ASKED = 100_000


def listing_of(view: ModelAdmin, query: str, offered: Bulk | None = None) -> Listing:
    """Return the list that a query describes, within the person's reach for seeing it.

    With *offered* it is also limited to what she reaches for that action.
    """
    state = State.read(MultiDict(parse_qsl(query.removeprefix("?")))).turned()
    listing = Listing(view, state, view.needs["view"])
    limit = scope_of(view.subject, offered.needs) if offered else None
    if limit is not None:
        listing.limit(limit)
    return listing


def ids_after(listing: Listing, last: Any, most: int) -> list[Any]:
    """Return the primary keys of up to *most* rows of a list beyond *last*, in their order."""
    wanted = sa.select(listing.pk).where(*listing.conditions).order_by(listing.pk).limit(most)
    return list(db.session.scalars(wanted if last is None else wanted.where(listing.pk > last)))


def count(listing: Listing, most: int = MOST_ASKED) -> int:
    """Count the rows of a list, up to one more than *most*."""
    some = sa.select(listing.pk).where(*listing.conditions).limit(most + 1).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def say_count(found: int, most: int = MOST_ASKED) -> dict[str, Any]:
    """Return a count for a page: the number, and how it is written when it was capped."""
    label = f"{most:,}+" if found > most else f"{found:,}"
    return {"count": min(found, most), "label": label}


@unit
def begin(view: ModelAdmin, name: str, wanted: Mapping[str, Any]) -> int:
    """Note that an action begins and return the number of its run.

    *wanted* holds the "value" that was chosen for it, its "label", and the "query" of the list
    when all rows that match are meant.
    """
    row = BulkRun(
        endpoint=view.endpoint,
        action=name,
        wanted=dict(wanted),
        user_id=actor().user_id,
        started_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return int(row.id)


@unit
def act_on(view: ModelAdmin, run_id: int, number: int, ids: Sequence[Any]) -> Any:
    """Run the action on *ids* and keep what it changed, all in one unit; return its answer."""
    row = _lock(run_id)
    offered = view.bulk_actions[row.action]
    act = getattr(view, row.action)
    value = [row.wanted.get("value")] if offered.asks is not None else []
    answer = act(ids, *value)
    changed = _changed(answer)
    rows = {"last": ids[-1], "count": len(ids), "changed": [[k, v] for k, v in changed.items()]}
    db.session.add(BulkPart(run_id=run_id, number=number, rows=rows))
    fail_point("bulk_part")
    return answer


def _changed(answer: Any) -> dict[Any, Any]:
    if isinstance(answer, Mapping):
        return dict(answer)
    return dict.fromkeys(answer) if isinstance(answer, list | set | frozenset) else {}


@unit
def end(view: ModelAdmin, run_id: int, ids: Sequence[Any] = ()) -> dict[str, int]:
    """Note the end of a run in the audit trail; return how many rows it took and changed."""
    row = _lock(run_id)
    row.ended_at = clock.now()
    figures = figures_of(run_id)
    query = row.wanted.get("query")
    told = {
        "list": view.endpoint,
        "act": row.action,
        "value": row.wanted.get("label"),
        **figures,
        "ids": list(ids),
        "filters": None if query is None else sorted({each.name for each in _filters(query)}),
    }
    title = view.bulk_actions[row.action].label
    audit.record("bulk", after={k: v for k, v in told.items() if v not in (None, [])}, title=title)
    return figures


def _filters(query: str) -> Sequence[Any]:
    return State.read(MultiDict(parse_qsl(query.removeprefix("?")))).filters


def figures_of(run_id: int) -> dict[str, int]:
    """Return how many rows a run took so far, and how many of them it changed."""
    parts = db.session.scalars(sa.select(BulkPart.rows).where(BulkPart.run_id == run_id)).all()
    changed = sum(len(rows["changed"]) for rows in parts)
    return {"rows": sum(rows["count"] for rows in parts), "changed": changed}


@unit
def take_back(view: ModelAdmin, run_id: int, number: int) -> int:
    """Take one part of a run back, where the person still reaches the rows; return how many."""
    part = db.session.get(BulkPart, (run_id, number), with_for_update=True)
    if part is None or part.undone:
        return 0
    row = _lock(run_id)
    offered = view.bulk_actions[row.action]
    before = dict(map(tuple, part.rows["changed"]))
    within = reached(view.subject, list(before), offered.needs)
    before = {key: value for key, value in before.items() if key in within}
    if before:
        value = [row.wanted.get("value")] if offered.asks is not None else []
        getattr(view, str(offered.undo))(before, *value)
    part.undone = True
    return len(before)


@unit
def end_taking_back(view: ModelAdmin, run_id: int, changed: int) -> None:
    """Note in the audit trail that a run was taken back."""
    row = _lock(run_id)
    row.undone_at = clock.now()
    told = {"list": view.endpoint, "act": row.action, "value": row.wanted.get("label")}
    title = _("%(act)s: taken back", act=view.bulk_actions[row.action].label)
    audit.record("bulk.undone", after={**told, "changed": changed}, title=title)


def find_run(view: ModelAdmin, run_id: int) -> BulkRun:
    """Return a run that the person herself made on this list and may take back, or `NotFound`."""
    row = db.session.get(BulkRun, run_id) if run_id < 2**63 else None
    own = row is not None and row.endpoint == view.endpoint and row.user_id == actor().user_id
    offered = view.bulk_actions.get(row.action) if row is not None and own else None
    if row is None or offered is None or offered.undo is None or not offered.needs.held():
        raise NotFound(_("This cannot be taken back any more."))
    return row


def parts_of(run_id: int) -> list[int]:
    """Return the numbers of the parts of a run that were not taken back, in their order."""
    wanted = sa.select(BulkPart.number).where(BulkPart.run_id == run_id, ~BulkPart.undone)
    return list(db.session.scalars(wanted.order_by(BulkPart.number)))


def _lock(run_id: int) -> BulkRun:
    return db.session.get_one(BulkRun, run_id, with_for_update=True, populate_existing=True)


@job(_("Act on many rows"))
def acting(run: JobRun, run_id: int) -> dict[str, Any]:
    """Act on all rows that match, from where the last part ended."""
    row = db.session.get_one(BulkRun, run_id)
    view, query = _view(row.endpoint), str(row.wanted["query"])
    offered = view.bulk_actions[row.action]
    if not offered.needs.held():
        raise Refused(_("You are not allowed to do this."))
    last_part = sa.select(BulkPart.number, BulkPart.rows).where(BulkPart.run_id == run_id)
    found = db.session.execute(last_part.order_by(BulkPart.number.desc()).limit(1)).first()
    number, last = (found[0] + 1, found[1]["last"]) if found else (0, None)
    done = figures_of(run_id)["rows"]
    listing = listing_of(view, query, offered)
    total = done + count(listing, most=2**31)
    while not run.cancelled:
        ids = ids_after(listing_of(view, query, offered), last, PART)
        db.session.rollback()
        if not ids:
            break
        act_on(view, run_id, number, ids)
        number, last, done = number + 1, ids[-1], done + len(ids)
        run.progress(min(done, total), total)
    return _finish(view, run_id, query)


def _finish(view: ModelAdmin, run_id: int, query: str) -> dict[str, Any]:
    figures = end(view, run_id)
    offered = view.bulk_actions[db.session.get_one(BulkRun, run_id).action]
    place = url_of(view)
    url = f"{place}?{query.removeprefix('?')}" if query else place
    title = _("%(act)s: %(changed)s of %(rows)s changed.", act=offered.label, **figures)
    inbox.notify(title, url=url, user_id=actor().user_id)
    undo = f"{place}undo/{run_id}/" if offered.undo and figures["changed"] else None
    return {"bulk": {**figures, "url": url, "undo_url": undo}}


@job(_("Take back an act on many rows"))
def undoing(run: JobRun, run_id: int) -> dict[str, Any]:
    """Take a run back, part by part."""
    row = db.session.get_one(BulkRun, run_id)
    view = _view(row.endpoint)
    find_run(view, run_id)
    numbers, changed = parts_of(run_id), 0
    for done, number in enumerate(numbers, 1):
        if run.cancelled:
            break
        changed += take_back(view, run_id, number)
        run.progress(done, len(numbers))
    end_taking_back(view, run_id, changed)
    return {"bulk": {"rows": changed, "changed": changed, "url": url_of(view), "undo_url": None}}


def url_of(view: ModelAdmin) -> str:
    """Return the address of a list; the worker knows no request."""
    return f"{view.url}/"


def _view(endpoint: str) -> ModelAdmin:
    views: dict[type[Any], ModelAdmin] = current_app.extensions["console_views"]
    known = next((each for each in views.values() if each.endpoint == endpoint), None)
    view = view_of(known.subject) if known is not None else None
    if view is None:
        raise Refused(_("This list is not there at the moment."))
    return view
