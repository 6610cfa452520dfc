"""Revealing one masked number, by a click that is written down."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, current_app, request

from console import audit, clock
from console.db import db, registries
from console.errors import NotFound, Refused
from console.hookspecs import console_reveal_freely
from console.i18n import _
from console.security.actors import actor
from console.security.guard import needs
from console.security.masking import may_reveal, seen_in_full
from console.security.models import User
from console.security.permissions import REVEAL_PHONES, USE_CONSOLE
from console.security.reading import reader_time_zone
from console.security.settings import REVEALS_A_DAY
from console.unit import unit

blueprint = Blueprint("reveal", __name__)
#: For how long a page shows a revealed number.
SECONDS = 30
FREELY, WITH_REASON = "reveal_guest", "reveal"
LONGEST_REASON = 200


class ReasonNeeded(Refused):
    """She is no guest of today or tomorrow, so a reason must be given."""

    def __init__(self) -> None:
        super().__init__(_("Please give a reason: it is kept in the audit trail."))


@blueprint.post("/console/reveal")
@needs(USE_CONSOLE)
def show() -> Any:
    """Answer one masked value in full, and write down who looked at it."""
    given = request.form
    try:
        value = reveal(
            given.get("table", ""),
            given.get("id", ""),
            given.get("column", ""),
            given.get("reason", "").strip(),
        )
    except ReasonNeeded as problem:
        return {"ok": False, "needs_reason": True, "error": str(problem)}, problem.status
    return {"ok": True, "value": value, "seconds": SECONDS}


@unit
def reveal(table: str, number: str, column: str, reason: str) -> str:
    """Return one sensitive value of a record that the person may see, and record that she did.

    Free for the guests of her store today and tomorrow, as the plugins tell; else it takes a
    reason, and counts towards the day's cap.
    """
    model, record = _find(table, number, column)
    value = str(getattr(record, column) or "")
    if record.id in seen_in_full(model, [record.id]):
        return value
    if record.id not in may_reveal(model, [record.id]):
        raise Refused(_("You may not see this number."))
    if _is_free(model, record.id):
        audit.record(FREELY, record, after={"column": column})
        return value
    if not reason:
        raise ReasonNeeded
    _check_cap()
    audit.record(WITH_REASON, record, after={"column": column}, note=reason[:LONGEST_REASON])
    return value


def _find(table: str, number: str, column: str) -> tuple[type[Any], Any]:
    from console.admin import scope
    from console.admin.lookups import view_of

    missing = NotFound(_("There is no such record."))
    model = model_of(table)
    columns = sa.inspect(model).columns if model is not None else {}
    if model is None or column not in columns or not columns[column].info.get("sensitive"):
        raise missing
    view = view_of(model)
    record = scope.find(model, number, view.needs["view"]) if view is not None else None
    if record is None:
        raise missing
    return model, record


def model_of(table: str) -> type[Any] | None:
    """Return the model that is mapped to a table."""
    known = registries.get(table.partition("_")[0])
    found = (mapper.class_ for mapper in known.mappers) if known else ()
    return next((each for each in found if each.__tablename__ == table), None)


def _is_free(model: type[Any], record_id: int) -> bool:
    here = actor().store_id
    stores = [here] if here is not None else sorted(REVEAL_PHONES.stores() or ())
    host = current_app.extensions["console"]
    return any(
        REVEAL_PHONES.held(store_id)
        and any(
            host.answers(console_reveal_freely, model=model, record_id=record_id, store_id=store_id)
        )
        for store_id in stores
    )


def _check_cap() -> None:
    """Refuse when the day's reveals are used up; counted under the lock of the person's row."""
    user_id = actor().user_id
    db.session.get(User, user_id, with_for_update=True)
    zone = ZoneInfo(reader_time_zone())
    today = clock.now().astimezone(zone).date()
    midnight = dt.datetime.combine(today, dt.time(), zone)
    entry = audit.AuditEntry
    used = db.session.scalar(
        sa.select(sa.func.count()).where(
            entry.user_id == user_id, entry.act == WITH_REASON, entry.at >= midnight
        )
    )
    if (used or 0) >= REVEALS_A_DAY.get():
        raise Refused(_("You have revealed as many numbers today as a person may in a day."))
