"""Freezing a member: nothing is booked or sold on her file, and only what she owes is paid."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Member
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.timeline import note_history


@api.unit
def freeze_member(member_id: int, reason: str) -> None:
    """Freeze a member; one who is frozen keeps the first reason."""
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    member = lock_member(member_id)
    if member.status == "frozen":
        raise api.Refused(_("She is frozen already."))
    member.status, member.frozen_at, member.frozen_reason = "frozen", api.now(), reason
    member.version += 1
    note_history(member_id, "frozen", reason=reason)
    _record(member, "membership.frozen", _("Froze a member"), reason)


@api.unit
def unfreeze_member(member_id: int) -> None:
    """Let a member be served again; nothing when she is not frozen."""
    member = lock_member(member_id)
    if member.status != "frozen":
        return
    reason = member.frozen_reason
    member.status, member.frozen_at, member.frozen_reason = "active", None, ""
    member.version += 1
    note_history(member_id, "unfrozen", reason=reason)
    _record(member, "membership.unfrozen", _("Unfroze a member"), reason)


def require_active(member_id: int) -> None:
    """Raise `Refused`, saying why, unless a member may book, buy and pay."""
    active_name(member_id)


_MEMBER = Member.__table__.c
_ASK = sa.select(_MEMBER.name, _MEMBER.status, _MEMBER.frozen_reason, _MEMBER.erased_at).where(
    _MEMBER.id == sa.bindparam("number")
)
_LOCK = _ASK.with_for_update()


def active_name(member_id: int, *, locked: bool = False) -> str:
    """Return the name of a member who may book, buy and pay, and with *locked* lock her file.

    Raises `Refused`, saying why, for anybody else.
    """
    asked = _LOCK if locked else _ASK
    row = api.db.session.connection().execute(asked, {"number": member_id}).first()
    if row is None:
        raise api.NotFound(_("There is no such member."))
    name, status, reason, erased_at = row
    if erased_at is not None:
        raise api.Refused(_("The data of this member was erased. Nothing is sold to her or paid."))
    if status == "frozen":
        raise api.Refused(_("%(name)s is frozen: %(reason)s", name=name, reason=reason))
    return str(name)


def _record(member: Member, act: str, title: object, note: str) -> None:
    api.record_audit(act, member, note=note, store_id=member.home_store_id, title=title)
