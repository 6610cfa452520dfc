"""Her points on her phone: how many, when they expire, what earns more, and how they moved."""

from __future__ import annotations

from typing import Any

from flask import redirect

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.public.card import member_here
from plugins.membership.public.routes import routes, show
from plugins.membership.services.points.history import buckets_of, history_of
from plugins.membership.services.points.rules import (
    EARNING,
    STREAK,
    STREAK_BY,
    TASKS,
    TASKS_A_DAY,
    WORTH,
    last_day,
    worth_fen,
)
from plugins.membership.services.points.tasks import award_task, row_of, tasks_today, was_awarded
from plugins.membership.services.points.telling import points_of

TASK_WORDS = {
    "sign_in": _("Sign in today"),
    "profile": _("Complete your profile: name and birthday"),
    "first_booking": _("Make your first booking"),
    "review": _("Rate a visit after it"),
}
ROWS = {
    "week": _("Come %(count)s weeks in a row"),
    "month": _("Come %(count)s months in a row"),
}
PAGE = "/membership/points"


@routes.get("/points", audience="visitor")
def show_points() -> Any:
    """Show a member's points and their history, with before, change and after."""
    return _show(member_here())


@routes.post("/points/<task>", audience="visitor")
def do_task(task: str) -> Any:
    """Give the points for signing in today, or for a complete profile."""
    member = member_here()
    if task not in ("sign_in", "profile"):
        raise api.NotFound(_("There is no such task."))
    if task == "profile" and not is_complete(member):
        return _show(member, api.Refused(_("Fill in your name and birthday first.")))
    member_id = member.id
    api.db.session.rollback()
    award_task(member_id, task)
    return redirect(PAGE)


def is_complete(member: Member) -> bool:
    """Tell whether a member's profile says who she is and when she was born."""
    return bool(member.name) and member.birth_month is not None


def _show(member: Member, problem: api.Refused | None = None) -> Any:
    points = points_of(member.id)
    return show(
        "points",
        problem,
        points=points,
        worth=worth_fen(max(points, 0)),
        pays=WORTH.get(),
        per_hundred=EARNING["service"].get(),
        buckets=[
            (last_day(bucket.month) if bucket.month != "never" else None, bucket.points)
            for bucket in buckets_of(member.id)
        ],
        tasks=[
            (task, words, TASKS[task].get(), was_awarded(member.id, task))
            for task, words in TASK_WORDS.items()
            if TASKS[task].get()
        ],
        row=_row(member.id),
        row_gives=TASKS["streak"].get(),
        most_a_day=TASKS_A_DAY.get(),
        given_today=tasks_today(member.id),
        complete=is_complete(member),
        history=history_of(member.id),
    )


def _row(member_id: int) -> tuple[Any, int, int] | None:
    """Return what she has to do for visits in a row, how far she is, and how far it goes."""
    if not TASKS["streak"].get():
        return None
    most = STREAK.get()
    words = str(ROWS[STREAK_BY.get()]) % {"count": most}
    return words, min(row_of(member_id), most), most
