"""Forgetting what nobody can bring back any more."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import clock
from console.admin.lists.models import BulkRun, SavedView, Segment
from console.db import db
from console.jobs import Schedule
from console.unit import unit

KEPT = dt.timedelta(days=30)


@unit
def prune() -> None:
    """Forget bulk runs, and views and segments that were deleted, after thirty days."""
    before = clock.now() - KEPT
    db.session.execute(sa.delete(BulkRun).where(BulkRun.started_at < before))
    for model in (SavedView, Segment):
        db.session.execute(sa.delete(model).where(model.deleted_at < before))


SCHEDULE = Schedule("prune_lists", prune, daily_at="04:20")
