"""What is done with visits: locked, done once by its key, and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_check_visit
from plugins.booking.models import Act, Visit
from plugins.booking.paying import booking_visit_turning


def lock_visit(visit_id: int) -> Visit:
    """Lock a visit until the unit ends; raises `NotFound`."""
    visit = api.db.session.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    if visit is None:
        raise api.NotFound(_("There is no such booking."))
    return visit


def act_known(key: str, visit_id: int) -> bool:
    """Tell whether an act with this key was done; raises `Conflict` when it was on another."""
    of = api.db.session.scalar(sa.select(Act.visit_id).where(Act.key == key))
    if of is not None and of != visit_id:
        raise api.Conflict(_("This form was sent before with other contents."))
    return of is not None


#: Inline, since nobody asks for its number.
_INSERT = sa.insert(Act.__table__).inline()


def note_act(
    visit: Visit | int,
    act: str,
    key: str | None = None,
    facts: Mapping[str, Any] | None = None,
    *,
    by_member: bool = False,
) -> None:
    """Remember what was done with a visit, and by whom: its member, or a person of the staff.

    A browser may be signed in as both, so the caller says when it was the member.
    """
    api.db.session.flush()
    who = {"by_member": True} if by_member else {"user_id": api.actor().user_id}
    api.db.session.connection().execute(
        _INSERT,
        {
            "visit_id": visit if isinstance(visit, int) else visit.id,
            "act": act,
            "key": key,
            "done_at": api.now(),
            "by": api.actor().name,
            "facts": {**(facts or {}), **who},
        },
    )


def latest_act(visit_id: int, *acts: str) -> Mapping[str, Any]:
    """Return the details of the latest of these acts with a visit; empty if there was none."""
    rows = sa.select(Act.facts).where(Act.visit_id == visit_id, Act.act.in_(acts))
    return api.db.session.scalar(rows.order_by(Act.id.desc()).limit(1)) or {}


def check_visit(visit_id: int, act: str, member_id: int | None) -> None:
    """Let other plugins object to an act, and take part in it; raises `Refused`."""
    objections = api.answers(booking_check_visit, visit_id=visit_id, act=act)
    if objections:
        raise api.Refused(objections[0])
    api.answers(booking_visit_turning, visit_id=visit_id, act=act, member_id=member_id)
