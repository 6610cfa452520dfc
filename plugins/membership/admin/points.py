"""Points for staff: the log of all movements, and one member's points with adjusting them."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.ledger.api import CODES
from plugins.membership.admin.standing import reach
from plugins.membership.models import Member
from plugins.membership.permissions import ADJUST_POINTS, SEE_MEMBERS, SEE_POINTS
from plugins.membership.services.points.history import (
    SHOWN,
    buckets_of,
    history_of,
    log_of_points,
)
from plugins.membership.services.points.moving import adjust_points
from plugins.membership.services.points.rules import ALONE, last_day, worth_fen
from plugins.membership.services.points.telling import points_of

HOME = "/console/membership/points/"
#: What the log can be narrowed to.
KINDS = (
    "earn_points",
    "spend_points",
    "take_back_points",
    "expire_points",
    "task_points",
    "adjust_points",
)


class PointsView(api.AdminView):
    """How points moved, and why."""

    title, noun = _("Points"), "points"
    group, icon, order = "members", "coin", 45

    @api.page("/", needs=SEE_POINTS)
    def log(self) -> Any:
        before, code = request.args.get("before", ""), request.args.get("code", "")
        number = (
            int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
        )
        moved = log_of_points(SEE_POINTS.stores(), number, code if code in KINDS else "")
        return api.render(
            "membership/points_log.html",
            view=self,
            moved=moved,
            code=code,
            kinds=[(kind, CODES[kind]) for kind in KINDS],
            before=moved[-1].journal_id if len(moved) == SHOWN else None,
        )

    @api.page("/<int:number>", needs=SEE_MEMBERS)
    def show(self, number: int) -> Any:
        return self._show(reach(number, SEE_MEMBERS))

    @api.page("/<int:number>", needs=ADJUST_POINTS, methods=("POST",))
    def adjust(self, number: int) -> Any:
        reach(number, ADJUST_POINTS)
        try:
            done = _adjust(number)
        except api.Refused as refused:
            return self._show(reach(number, SEE_MEMBERS), refused)
        api.say_done(
            api.gettext("Her points are changed.")
            if done
            else api.gettext("Asked for. It is done when a second person agrees.")
        )
        return redirect(f"{HOME}{number}")

    def _show(self, member: Member, problem: api.Refused | None = None) -> Any:
        points = points_of(member.id)
        page = api.render(
            "membership/points.html",
            view=self,
            member=member,
            points=points,
            worth=worth_fen(max(points, 0)),
            buckets=[
                (last_day(one.month) if one.month != "never" else None, one.points)
                for one in buckets_of(member.id)
            ],
            history=history_of(member.id),
            may_adjust=api.find_record(Member, member.id, ADJUST_POINTS) is not None,
            alone=ALONE.get(),
            key=request.form.get("key") or secrets.token_hex(12),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def _adjust(number: int) -> bool:
    text = unicodedata.normalize("NFKC", request.form.get("points", "")).strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,8}", text):
        raise api.Refused(_("Enter a whole number, such as 100 or -50."))
    key = request.form.get("key", "")
    if not 20 < len(key) < 60:
        raise api.Refused(_("This form is too old. Load the page again."))
    return adjust_points(number, int(text), reason=request.form.get("reason", ""), key=key)
