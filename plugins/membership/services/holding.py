"""Freezing the stored value of a member, as when she lost her card."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import Member, ValueHold
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.timeline import note_history
from plugins.membership.services.value_messages import FROZEN, UNFROZEN, tell_of_value


class ValueFrozen(api.Refused):
    """Nothing is paid from the stored value, and nothing added to it."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("Her stored value is frozen: %(reason)s", reason=reason))


def hold_of(member_id: int) -> ValueHold | None:
    """Return why and since when a member's stored value is frozen; None when it is not."""
    found: ValueHold | None = api.db.session.get(ValueHold, member_id)
    return found


def require_free_value(member_id: int) -> None:
    """Raise `ValueFrozen` while a member's stored value is frozen."""
    held = sa.select(ValueHold.reason).where(ValueHold.member_id == member_id)
    reason = api.db.session.scalar(held)
    if reason is not None:
        raise ValueFrozen(reason)


def may_spend(member_id: int) -> bool:
    """Tell whether a member may pay from balance: neither she nor her stored value is frozen."""
    key = ("membership.may_spend", member_id)
    return bool(api.read_once(key, lambda: api.db.session.scalar(_FREE, {"number": member_id})))


_FREE = sa.select(Member.id).where(
    Member.id == sa.bindparam("number"),
    Member.status != "frozen",
    ~sa.exists().where(ValueHold.member_id == Member.id),
)


@api.unit
def freeze_value(member_id: int, reason: str) -> None:
    """Freeze a member's stored value and tell her; one that is frozen keeps the first reason."""
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    member = lock_member(member_id)
    if hold_of(member.id) is not None:
        raise api.Refused(_("Her stored value is frozen already."))
    who = api.actor().name
    hold = ValueHold(member_id=member.id, reason=reason, frozen_at=api.now(), frozen_by=who)
    api.db.session.add(hold)
    note_history(member.id, "value_frozen", reason=reason)
    record_act(member, "membership.value_frozen", _("Froze stored value"), reason)
    tell_of_value(member, FROZEN)


@api.unit
def unfreeze_value(member_id: int) -> None:
    """Let a member use her stored value again; nothing when it is not frozen."""
    member = lock_member(member_id)
    hold = hold_of(member.id)
    if hold is None:
        return
    reason = hold.reason
    api.db.session.delete(hold)
    note_history(member.id, "value_unfrozen", reason=reason)
    record_act(member, "membership.value_unfrozen", _("Unfroze stored value"), reason)
    tell_of_value(member, UNFROZEN)


def record_act(member: Member, act: str, title: object, note: str) -> None:
    """Write what was done with a member's stored value into the audit trail."""
    api.record_audit(act, member, note=note, store_id=member.home_store_id, title=title)
