"""The PIN of a member: one of the ways in which she agrees to what is taken from her."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import MemberPin
from plugins.membership.services.holding import record_act
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.timeline import note_history
from plugins.membership.services.value_messages import PIN_SET, tell_of_value


class WrongPin(api.Refused):
    """The PIN is not hers, or she has none; nobody is told which."""

    def __init__(self) -> None:
        super().__init__(_("This PIN is not right."))


def has_pin(member_id: int) -> bool:
    """Tell whether a member has set a PIN."""
    held = sa.select(MemberPin.member_id).where(MemberPin.member_id == member_id)
    return api.db.session.scalar(held) is not None


def check_member_pin(member_id: int, pin: str) -> None:
    """Raise `WrongPin` unless it is the member's PIN; tries are counted, and soon wait.

    Never in a unit: hashing takes time, and a unit that fails forgets what it counted.
    """
    held = sa.select(MemberPin.hash).where(MemberPin.member_id == member_id)
    hashed = api.db.session.scalar(held)
    api.db.session.rollback()
    api.count_try("member pin", member_id)
    if not api.pin_matches(hashed, pin.strip()):
        raise WrongPin
    api.take_back_try("member pin", member_id)


def set_member_pin(member_id: int, pin: str) -> None:
    """Set the PIN of a member, four to six digits, and tell her; not in a unit."""
    plain = pin.strip()
    api.check_pin(plain)
    _keep(member_id, api.hash_pin(plain))


@api.unit
def _keep(member_id: int, hashed: str) -> None:
    member = lock_member(member_id)
    held = api.db.session.get(MemberPin, member.id)
    if held is None:
        held = MemberPin(member_id=member.id)
        api.db.session.add(held)
    held.hash, held.set_at = hashed, api.now()
    note_history(member.id, "pin_set")
    record_act(member, "membership.pin_set", _("Set a member's PIN"), "")
    tell_of_value(member, PIN_SET)
