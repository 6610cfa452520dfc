"""The page of all files that may be one person's."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request
from sqlalchemy.orm import aliased
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.membership.models import Duplicate, Member
from plugins.membership.permissions import MERGE_MEMBERS
from plugins.membership.services.duplicates import look_for_duplicates
from plugins.membership.services.likeness import say_reasons

ROWS = 25
LOW, HIGH = aliased(Member), aliased(Member)


class DuplicatesView(api.AdminView):
    """Pairs of files that may be one person's, the likest first; found every night."""

    noun = "duplicates"
    title = _("Duplicate files")
    icon, group, order = "users", "members", 30

    @api.page("/", needs=MERGE_MEMBERS)
    def index(self) -> Any:
        """Show the pairs within reach, some at a time."""
        dismissed = request.args.get("show") == "dismissed"
        page = _page()
        rows = api.db.session.execute(_pairs(dismissed).offset(page * ROWS).limit(ROWS + 1)).all()
        return api.render(
            "membership/duplicates.html",
            view=self,
            pairs=rows[:ROWS],
            page=page,
            more=len(rows) > ROWS,
            dismissed=dismissed,
            say=say_reasons,
            found_at=api.db.session.scalar(sa.select(sa.func.max(Duplicate.found_at))),
        )

    @api.page("/look", needs=MERGE_MEMBERS, methods=("POST",))
    def look(self) -> Response:
        """Have the worker look for duplicates now."""
        _start()
        flash(api.gettext("Looking for duplicates; the list fills in a moment."), "success")
        return redirect("/console/membership/duplicates/")


@api.unit
def _start() -> None:
    api.start_job(look_for_duplicates)


def _pairs(dismissed: bool) -> Any:
    """Select the pairs of which both files are within reach."""
    wanted = (
        sa.select(Duplicate, LOW, HIGH)
        .join(LOW, LOW.id == Duplicate.low_id)
        .join(HIGH, HIGH.id == Duplicate.high_id)
        .where(LOW.gone_at.is_(None), HIGH.gone_at.is_(None))
    )
    stores, where = MERGE_MEMBERS.stores(), Member.scope.where
    if stores is not None and where is not None:
        wanted = wanted.where(where(LOW, stores), where(HIGH, stores))
    empty = Duplicate.dismissed_at.is_(None)
    wanted = wanted.where(~empty if dismissed else empty)
    order = Duplicate.dismissed_at.desc() if dismissed else Duplicate.score.desc()
    return wanted.order_by(order, Duplicate.id)


def _page() -> int:
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
